package io.rayauth.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

import io.fabric8.kubernetes.client.KubernetesClient;
import io.rayauth.job.JobDetails;
import io.rayauth.job.JobStatus;
import io.rayauth.kubernetes.RayClusterRef;
import io.rayauth.kubernetes.RayClusterSpec;
import io.rayauth.kubernetes.RayClusters;
import io.rayauth.kubernetes.RayConnection;
import io.rayauth.kubernetes.RayKubernetesException;
import io.rayauth.kubernetes.RayKubernetesException.Reason;
import io.rayauth.kubernetes.Route;
import io.rayauth.kubernetes.ServiceAccountTokenProvider;
import io.rayauth.kubernetes.ServiceAccounts;
import io.rayauth.token.AccessToken;
import io.rayauth.token.TokenUnavailableException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.ResourceLock;

/** Takes the API server away from a client at work, and gives it back. */
@Timeout(300)
@WithKubeStack
@WithRealRay(RayMode.TOKEN)
@ResourceLock(WithKubeStack.API_SERVER)
class ApiServerRestartTest {
  private static final Duration PATIENCE = Duration.ofMinutes(1);

  private final KubeStack stack;
  private final TestNamespace namespace;
  private final RayClusterRef cluster;
  private final ExecutorService threads = Executors.newCachedThreadPool();

  ApiServerRestartTest(KubeStack stack, RealRay ray) {
    this.stack = stack;
    this.namespace = TestNamespace.create(stack, "api-server-restart");
    this.cluster = namespace.cluster("trainer");
    namespace.leadTo(ray);
  }

  @AfterEach
  void close() {
    threads.shutdownNow();
    namespace.close();
  }

  @Test
  void apiServer_whenRestartedUnderATail_costsNoLineAndNoCall(@TempDir Path folder)
      throws Exception {
    RayClusters clusters = RayClusters.using(namespace.admin());
    clusters.deploy(
        RayClusterSpec.of(cluster).rayVersion("2.60.0").rayToken(TestNamespace.RAY_TOKEN).build());
    clusters.awaitReady(cluster, PATIENCE);
    ServiceAccounts.using(namespace.admin()).create(namespace.name(), "ray-user");
    KubernetesClient tokenMaker =
        namespace.clientOf(
            "token-maker",
            TestNamespace.may("", "serviceaccounts/token", "create"),
            TestNamespace.may("ray.io", "rayclusters", "get"));
    ServiceAccountTokenProvider tokens =
        ServiceAccountTokenProvider.of(tokenMaker, namespace.name(), "ray-user");
    AccessToken before = tokens.token();
    try (RayConnection connection =
        clusters.connecting(cluster).route(Route.portForward()).connect()) {
      CountingJob counting = CountingJob.submit(connection.jobs(), folder);
      CompletableFuture<JobDetails> tail =
          CompletableFuture.supplyAsync(() -> counting.follow(connection.jobs()), threads);
      await().atMost(PATIENCE).until(() -> counting.lines().size() > 10);

      CompletableFuture<JobDetails> call;
      stack.stopApiServer();
      try {
        call = CompletableFuture.supplyAsync(() -> connection.jobs().job(counting.id()), threads);
        assertThatExceptionOfType(TokenUnavailableException.class)
            .isThrownBy(tokens::token)
            .withMessageContaining("ServiceAccount " + namespace.name() + "/ray-user")
            .withMessageContaining("the API server did not answer");
        assertThatExceptionOfType(RayKubernetesException.class)
            .isThrownBy(() -> RayClusters.using(tokenMaker).connect(cluster))
            .returns(Reason.UNREACHABLE, RayKubernetesException::reason)
            .withMessageContaining("reading RayCluster " + cluster);
        assertThat(call).isNotDone();
      } finally {
        stack.restartApiServer();
      }

      assertThat(call.get(60, TimeUnit.SECONDS).status()).isEqualTo(JobStatus.RUNNING);
      assertThat(tokens.token().value().equals(before.value())).isFalse();
      int seen = counting.lines().size();
      await().atMost(PATIENCE).until(() -> counting.lines().size() > seen + 10);
      counting.end();
      assertThat(tail.get(60, TimeUnit.SECONDS).status()).isEqualTo(JobStatus.SUCCEEDED);
      counting.assertThatEveryLineCameOnce();
    }
  }
}
