package io.rayauth.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.awaitility.Awaitility.await;

import io.fabric8.kubernetes.api.model.NamespaceBuilder;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.rayauth.JobClient;
import io.rayauth.error.RayAuthException;
import io.rayauth.examples.gke.FakeGoogle;
import io.rayauth.gke.GkeCluster;
import io.rayauth.gke.GkeClusterRef;
import io.rayauth.gke.GoogleTokenProvider;
import io.rayauth.job.JobDetails;
import io.rayauth.job.JobId;
import io.rayauth.job.JobSpec;
import io.rayauth.job.JobStatus;
import io.rayauth.kubernetes.AuthScheme;
import io.rayauth.kubernetes.Explanation;
import io.rayauth.kubernetes.Grant;
import io.rayauth.kubernetes.RayAccess;
import io.rayauth.kubernetes.RayClusterRef;
import io.rayauth.kubernetes.RayClusterSpec;
import io.rayauth.kubernetes.RayClusters;
import io.rayauth.kubernetes.RayConnection;
import io.rayauth.kubernetes.RayKubernetesException;
import io.rayauth.kubernetes.RayRole;
import io.rayauth.kubernetes.Subject;
import io.rayauth.token.TokenProvider;
import io.rayauth.token.TokenUnavailableException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.ResourceAccessMode;
import org.junit.jupiter.api.parallel.ResourceLock;

/**
 * Goes in as an identity of a cloud: a Google token through the real API server's TokenReview, the
 * real kube-rbac-proxy and the real RBAC, to a job on the real Ray.
 */
@Timeout(600)
@WithKubeStack
@ResourceLock(value = WithKubeStack.API_SERVER, mode = ResourceAccessMode.READ)
class CloudIdentityTest {
  private static final RayClusterRef RAY =
      RayClusterRef.of("cloud-identity", "ray-cluster-with-auth");
  private static final GkeClusterRef GKE =
      GkeClusterRef.of("my-project", "us-west1-b", "kuberay-cluster");
  private static final Duration READY = Duration.ofMinutes(2);

  /** kube-rbac-proxy remembers a refusal for 30 seconds, and whose a token is for two minutes. */
  private static final Duration REFUSAL_FORGOTTEN = Duration.ofSeconds(60);

  private static final Duration TOKEN_FORGOTTEN = Duration.ofSeconds(180);

  private final KubeStack stack;
  private final KubernetesClient admin;

  /** The token that was given last. */
  private volatile String current = "";

  CloudIdentityTest(KubeStack stack) throws IOException {
    this.stack = stack;
    this.admin =
        new KubernetesClientBuilder()
            .withConfig(Config.fromKubeconfig(Files.readString(stack.kubeconfig())))
            .build();
  }

  @AfterEach
  void closeClient() {
    admin.close();
  }

  @Test
  void serviceAccountOfGoogle_fromItsKeyToTheJobsResult_goesAsRbacSays() throws Exception {
    deploy();
    try (FakeGoogle google = new FakeGoogle(this::newToken)) {
      google.putCluster(GKE, stack.server(), stack.ca());
      GoogleTokenProvider tokens = google.tokens();
      GkeCluster gke = google.clusters().get(GKE);
      letIn(gke);

      try (RayConnection connection = gke.connect(RAY)) {
        assertThat(connection.authScheme()).isEqualTo(AuthScheme.KUBE_RBAC_PROXY);
        JobClient jobs = connection.jobs();
        JobId job = onceAllowed(jobs);
        assertThatItPrintsTheResources(jobs, job);

        explainWhatWasTakenBack(jobs, job, tokens);
        goOnAfterTheTokenWasRevoked(google, jobs, job);
      }
    } finally {
      stack.stopHead(RAY.namespace(), RAY.name());
      assertThat(RayClusters.using(admin).deleteAndWait(RAY, READY)).isTrue();
    }
  }

  /** Makes a token that the API server's webhook knows. */
  private String newToken() {
    current = "canary-ya29." + UUID.randomUUID();
    stack.addCloudToken(current, FakeGoogle.ACCOUNT, List.of());
    return current;
  }

  /** The error has what the admin has to apply; nothing else lets the account in. */
  private void letIn(GkeCluster gke) {
    RayKubernetesException refused =
        catchThrowableOfType(RayKubernetesException.class, () -> gke.connect(RAY));
    assertThat(refused).as("a refusal").isNotNull();
    assertThat(refused.reason()).isEqualTo(RayKubernetesException.Reason.FORBIDDEN);
    assertThat(refused).hasMessageContaining(FakeGoogle.ACCOUNT);

    String message = String.valueOf(refused.getMessage());
    RayClusters.using(admin).apply(message.substring(message.indexOf("apiVersion: ")));
  }

  /** A verb that was never asked for: kube-rbac-proxy remembers permissions for five minutes. */
  private void explainWhatWasTakenBack(JobClient jobs, JobId job, GoogleTokenProvider tokens) {
    RayAccess access = RayAccess.using(admin);
    Grant grant = access.grant(RAY, Subject.user(tokens.principal()), RayRole.OPERATOR);
    assertThat(grant.observation()).isEqualTo(Grant.Observation.OBSERVED);
    access.revoke(grant);
    await()
        .atMost(Duration.ofSeconds(30))
        .until(() -> !access.canI("delete", RAY, FakeGoogle.ACCOUNT));

    RayAuthException refusal = catchThrowableOfType(RayAuthException.class, () -> jobs.delete(job));
    assertThat(refusal).as("a refusal").isNotNull();
    assertThat(refusal.status()).isEqualTo(403);
    Explanation why = access.explain(RAY, refusal, tokens);
    assertThat(why.user()).contains(FakeGoogle.ACCOUNT);
    assertThat(why.missingVerb()).contains("delete");
    assertThat(why.suggestedManifest())
        .get()
        .asString()
        .contains("RoleBinding", FakeGoogle.ACCOUNT);
  }

  private void goOnAfterTheTokenWasRevoked(FakeGoogle google, JobClient jobs, JobId job) {
    int given = google.given();
    stack.revokeCloudToken(current);
    await()
        .atMost(TOKEN_FORGOTTEN)
        .pollInterval(Duration.ofSeconds(1))
        .until(() -> {
          assertThat(jobs.job(job).status()).isEqualTo(JobStatus.SUCCEEDED);
          return google.given() > given;
        });
  }

  @Test
  void gcloud_withoutAnAccount_saysItsOwnWords(@TempDir Path folder) {
    TokenProvider gcloud =
        TokenProvider.ofCommand(
            List.of("env", "CLOUDSDK_CONFIG=" + folder, "gcloud", "auth", "print-access-token"));

    TokenUnavailableException error =
        catchThrowableOfType(TokenUnavailableException.class, gcloud::token);

    assertThat(error.isAbsent()).isFalse();
    assertThat(error)
        .hasMessageContaining("You do not currently have an active account selected")
        .hasMessageContaining("gcloud auth login");
    assertThat(error.getMessage()).doesNotContain("Traceback");
  }

  /** Deploys, and runs what the pods would run: here they are entries only. */
  private void deploy() {
    admin
        .resource(
            new NamespaceBuilder()
                .withNewMetadata()
                .withName(RAY.namespace())
                .endMetadata()
                .build())
        .create();
    RayClusters clusters = RayClusters.using(admin);
    clusters.deploy(RayClusterSpec.of(RAY).rayVersion("2.46.0").kubeRbacProxy().build());
    stack.runHead(RAY.namespace(), RAY.name());
    assertThat(clusters.awaitReady(RAY, READY).headServiceName())
        .contains(RAY.name() + "-head-svc");
  }

  private static JobId onceAllowed(JobClient jobs) {
    JobSpec resources =
        JobSpec.running("python -c \"import ray; ray.init(); print(ray.cluster_resources())\"")
            .build();
    return await()
        .atMost(REFUSAL_FORGOTTEN)
        .pollInterval(Duration.ofSeconds(1))
        .ignoreException(RayAuthException.class)
        .until(() -> jobs.submit(resources).id(), id -> true);
  }

  private static void assertThatItPrintsTheResources(JobClient jobs, JobId id) {
    List<String> lines = new ArrayList<>();
    JobDetails job = jobs.follow(id, lines::add);

    assertThat(job.status()).as("%s", job.message()).isEqualTo(JobStatus.SUCCEEDED);
    assertThat(lines).last().asString().contains("'CPU': 4.0", "'node:__internal_head__': 1.0");
  }
}
