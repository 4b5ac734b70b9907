package io.rayauth.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.internal.SSLUtils;
import io.rayauth.error.RayAuthException;
import io.rayauth.error.RayAuthException.RefusedBy;
import io.rayauth.job.JobDetails;
import io.rayauth.job.JobId;
import io.rayauth.job.JobSpec;
import io.rayauth.job.JobStatus;
import io.rayauth.kubernetes.AuthScheme;
import io.rayauth.kubernetes.Explanation;
import io.rayauth.kubernetes.Grant;
import io.rayauth.kubernetes.KubeRbacProxyOptions;
import io.rayauth.kubernetes.RayAccess;
import io.rayauth.kubernetes.RayClusterRef;
import io.rayauth.kubernetes.RayClusterSpec;
import io.rayauth.kubernetes.RayClusters;
import io.rayauth.kubernetes.RayConnection;
import io.rayauth.kubernetes.RayRole;
import io.rayauth.kubernetes.Route;
import io.rayauth.kubernetes.ServiceAccountTokenProvider;
import io.rayauth.kubernetes.ServiceAccounts;
import io.rayauth.kubernetes.Subject;
import io.rayauth.token.TokenProvider;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.ResourceAccessMode;
import org.junit.jupiter.api.parallel.ResourceLock;

/**
 * Goes through a kube-rbac-proxy that speaks TLS and HTTP/1.1 only and asks for rights on a
 * subresource, from the deployment to the job's log.
 */
@Timeout(300)
@WithKubeStack
@ResourceLock(value = WithKubeStack.API_SERVER, mode = ResourceAccessMode.READ)
class HardenedProxyTest {
  private static final Duration READY = Duration.ofMinutes(2);
  private static final JobSpec HELLO = JobSpec.running("echo hello").build();

  private final KubeStack stack;
  private final TestNamespace namespace;
  private final RayClusterRef cluster;
  private final RayClusters clusters;
  private final RayAccess access;

  HardenedProxyTest(KubeStack stack) {
    this.stack = stack;
    this.namespace = TestNamespace.create(stack, "hardened-proxy");
    this.cluster = namespace.cluster("trainer");
    this.clusters = RayClusters.using(namespace.admin());
    this.access = RayAccess.using(namespace.admin()).subresource("dashboard");
  }

  @AfterEach
  void close() {
    stack.stopHead(cluster.namespace(), cluster.name());
    clusters.delete(cluster);
    namespace.close();
  }

  @Test
  void hardened_whenGranted_runsJobsAndGivesNoRightOnTheRayCluster(@TempDir Path folder)
      throws Exception {
    clusters.deploy(
        RayClusterSpec.of(cluster)
            .rayVersion("2.46.0")
            .kubeRbacProxy(KubeRbacProxyOptions.hardened())
            .build());
    KubeStack.Head head = stack.runHead(cluster.namespace(), cluster.name());
    clusters.awaitReady(cluster, READY);
    assertSpeaksTlsAndNoHttp2(head);

    TokenProvider stranger = tokensOf("stranger");
    try (RayConnection connection = connect(stranger)) {
      assertThat(connection.authScheme()).isEqualTo(AuthScheme.KUBE_RBAC_PROXY);
      assertThat(connection.endpoint().url()).hasScheme("https").hasHost("127.0.0.1");
      assertThat(connection.routeReason()).contains("speaks TLS");
      assertIsExplained(connection, stranger);
    }

    Subject rayUser = Subject.serviceAccount(cluster.namespace(), "ray-user");
    TokenProvider tokens = tokensOf("ray-user");
    Grant grant = access.grant(cluster, rayUser, RayRole.OPERATOR);
    assertThat(grant.observation()).isEqualTo(Grant.Observation.OBSERVED);
    assertThat(grant.cautions()).singleElement().asString().contains("RayAccess.route(…)");
    try (RayConnection connection = connect(tokens)) {
      assertThatAJobWithAFolderRuns(connection, folder);
    }
    assertHasNoRightOnTheRayCluster(rayUser, tokens);
  }

  private RayConnection connect(TokenProvider tokens) {
    return clusters.connecting(cluster).route(Route.portForward()).tokenProvider(tokens).connect();
  }

  private TokenProvider tokensOf(String serviceAccount) {
    ServiceAccounts.using(namespace.admin()).create(cluster.namespace(), serviceAccount);
    return ServiceAccountTokenProvider.of(namespace.admin(), cluster.namespace(), serviceAccount);
  }

  /** Offers HTTP/2 in the handshake; the health check is open to everybody, nothing else is. */
  private static void assertSpeaksTlsAndNoHttp2(KubeStack.Head head) throws Exception {
    HttpClient http =
        HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_2)
            .sslContext(
                SSLUtils.sslContext(null, SSLUtils.trustManagers(null, null, true, null, null)))
            .build();
    URI address = URI.create("https://127.0.0.1:" + head.dashboard().getPort());

    HttpResponse<String> health = get(http, address.resolve("/api/gcs_healthz"));
    assertThat(health.statusCode()).isEqualTo(200);
    assertThat(health.version()).isEqualTo(HttpClient.Version.HTTP_1_1);
    assertThat(get(http, address.resolve("/api/version")).statusCode()).isEqualTo(401);
  }

  private static HttpResponse<String> get(HttpClient http, URI address)
      throws IOException, InterruptedException {
    HttpRequest request = HttpRequest.newBuilder(address).timeout(Duration.ofSeconds(30)).build();
    return http.send(request, BodyHandlers.ofString());
  }

  private void assertIsExplained(RayConnection connection, TokenProvider tokens) {
    RayAuthException refusal =
        catchThrowableOfType(RayAuthException.class, () -> connection.jobs().submit(HELLO));
    assertThat(refusal.status()).isEqualTo(403);
    assertThat(refusal.refusedBy()).isEqualTo(RefusedBy.KUBE_RBAC_PROXY);

    Explanation why = RayAccess.using(namespace.admin()).explain(cluster, refusal, tokens);
    assertThat(why.user()).contains("system:serviceaccount:hardened-proxy:stranger");
    assertThat(why.missingVerb()).contains("create");
    assertThat(why.nextStep()).contains("RayAccess.subresource(\"dashboard\").grant(");
    assertThat(why.suggestedManifest())
        .get()
        .asString()
        .contains("rayclusters/dashboard", "stranger");
  }

  private static void assertThatAJobWithAFolderRuns(RayConnection connection, Path folder)
      throws IOException {
    Files.writeString(folder.resolve("hello.txt"), "hello from a folder\n");
    JobId id =
        connection
            .jobs()
            .submit(JobSpec.running("cat hello.txt; sleep 2; echo bye").workingDir(folder).build())
            .id();
    List<String> lines = new ArrayList<>();
    JobDetails job = connection.jobs().follow(id, lines::add);

    assertThat(job.status()).as("%s", job.message()).isEqualTo(JobStatus.SUCCEEDED);
    assertThat(lines).containsSubsequence("hello from a folder", "bye");
    assertThat(connection.jobs().logs(id)).contains(lines);
    connection.jobs().delete(id);
  }

  /** What the proxy lets through is a name in RBAC, and nothing that the API server would do. */
  private void assertHasNoRightOnTheRayCluster(Subject subject, TokenProvider tokens) {
    RayAccess real = RayAccess.using(namespace.admin());
    for (String verb : List.of("get", "create", "update", "patch", "delete")) {
      assertThat(real.canI(verb, cluster, subject)).as(verb).isFalse();
    }
    assertThat(access.canI("update", cluster, subject)).isTrue();
    assertThat(access.canI("patch", cluster, subject)).isFalse();

    try (KubernetesClient user = namespace.clientWith(tokens.token().value())) {
      String itself = "/apis/ray.io/v1/namespaces/hardened-proxy/rayclusters/trainer";
      for (String verb : List.of("get", "patch", "delete")) {
        KubernetesClientException refusal =
            catchThrowableOfType(
                KubernetesClientException.class,
                () -> user.raw(itself, verb.toUpperCase(Locale.ROOT), Map.of()));
        assertThat(refusal.getStatus().getMessage())
            .contains("cannot " + verb + " resource \"rayclusters\"");
      }
    }
  }
}
