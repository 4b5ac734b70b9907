package io.rayauth.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.awaitility.Awaitility.await;

import com.google.auth.oauth2.ServiceAccountCredentials;
import io.fabric8.kubernetes.api.model.NamespaceBuilder;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.rayauth.JobClient;
import io.rayauth.error.RayAuthException;
import io.rayauth.gke.GkeCluster;
import io.rayauth.gke.GkeClusters;
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
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
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
  private static final Duration READY = Duration.ofMinutes(2);

  /** kube-rbac-proxy remembers a refusal for 30 seconds, and whose a token is for two minutes. */
  private static final Duration REFUSAL_FORGOTTEN = Duration.ofSeconds(60);

  private static final Duration TOKEN_FORGOTTEN = Duration.ofSeconds(180);

  /** kube-rbac-proxy remembers a permission for five minutes. */
  private static final Duration PERMISSION_FORGOTTEN = Duration.ofSeconds(400);

  private final KubeStack stack;
  private final KubernetesClient admin;

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
  void serviceAccountOfGoogle_fromItsKeyToTheJobsResult_goesAsRbacSays(@TempDir Path folder)
      throws Exception {
    deploy();
    try (GoogleStub google = GoogleStub.start(stack)) {
      GoogleTokenProvider tokens = tokens(google.key(folder));
      GkeCluster gke = GkeClusters.using(tokens).apiAddress(google.api()).get(GoogleStub.CLUSTER);
      letIn(gke);

      try (RayConnection connection = gke.connect(RAY)) {
        assertThat(connection.authScheme()).isEqualTo(AuthScheme.KUBE_RBAC_PROXY);
        JobClient jobs = connection.jobs();
        JobId job = onceAllowed(jobs);
        assertThatItPrintsTheResources(jobs, job);

        goOnAfterTheTokenWasRevoked(google, jobs, job);
        explainOnceTheRightIsGone(jobs, tokens);
      }
    } finally {
      stack.stopHead(RAY.namespace(), RAY.name());
      assertThat(RayClusters.using(admin).deleteAndWait(RAY, READY)).isTrue();
    }
  }

  /** The error has what the admin has to apply; nothing else lets the account in. */
  private void letIn(GkeCluster gke) {
    RayKubernetesException refused =
        catchThrowableOfType(RayKubernetesException.class, () -> gke.connect(RAY));
    assertThat(refused).as("a refusal").isNotNull();
    assertThat(refused.reason()).isEqualTo(RayKubernetesException.Reason.FORBIDDEN);
    assertThat(refused).hasMessageContaining(GoogleStub.ACCOUNT);

    String message = String.valueOf(refused.getMessage());
    RayClusters.using(admin).apply(message.substring(message.indexOf("apiVersion: ")));
  }

  private void goOnAfterTheTokenWasRevoked(GoogleStub google, JobClient jobs, JobId job) {
    int given = google.given();
    google.revokeCurrent();
    await()
        .atMost(TOKEN_FORGOTTEN)
        .pollInterval(Duration.ofSeconds(1))
        .until(() -> {
          assertThat(jobs.job(job).status()).isEqualTo(JobStatus.SUCCEEDED);
          return google.given() > given;
        });
  }

  private void explainOnceTheRightIsGone(JobClient jobs, GoogleTokenProvider tokens) {
    String name = RAY.name() + "-google-users";
    admin.rbac().roleBindings().inNamespace(RAY.namespace()).withName(name).delete();
    RayAuthException refusal =
        await()
            .atMost(PERMISSION_FORGOTTEN)
            .pollInterval(Duration.ofSeconds(2))
            .until(
                () -> catchThrowableOfType(RayAuthException.class, jobs::jobs),
                thrown -> thrown != null);
    assertThat(refusal.status()).isEqualTo(403);

    RayAccess access = RayAccess.using(admin);
    Explanation why = access.explain(RAY, refusal, tokens);
    assertThat(why.user()).contains(GoogleStub.ACCOUNT);
    assertThat(why.missingVerb()).contains("get");
    assertThat(why.suggestedManifest())
        .get()
        .asString()
        .contains("RoleBinding", GoogleStub.ACCOUNT);

    Grant grant = access.grant(RAY, Subject.user(tokens.principal()), RayRole.OBSERVER);
    assertThat(grant.observation()).isEqualTo(Grant.Observation.OBSERVED);
    await()
        .atMost(REFUSAL_FORGOTTEN)
        .pollInterval(Duration.ofSeconds(1))
        .ignoreException(RayAuthException.class)
        .until(jobs::jobs, listed -> !listed.isEmpty());
  }

  @Test
  void gcloud_withoutAnAccount_saysItsOwnWords(@TempDir Path folder) {
    TokenProvider gcloud =
        TokenProvider.ofCommand(
            List.of(
                "env", "CLOUDSDK_CONFIG=" + folder, "gcloud", "auth", "print-access-token"));

    TokenUnavailableException error =
        catchThrowableOfType(TokenUnavailableException.class, gcloud::token);

    assertThat(error.isAbsent()).isFalse();
    assertThat(error)
        .hasMessageContaining("You do not currently have an active account selected")
        .hasMessageContaining("gcloud auth login");
    assertThat(error.getMessage()).doesNotContain("Traceback");
  }

  private static GoogleTokenProvider tokens(Path key) throws IOException {
    try (InputStream in = Files.newInputStream(key)) {
      return GoogleTokenProvider.of(ServiceAccountCredentials.fromStream(in));
    }
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
