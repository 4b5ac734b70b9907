package io.rayauth.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.rayauth.kubernetes.RayClusterRef;
import io.rayauth.kubernetes.RayClusters;
import io.rayauth.kubernetes.RayKubernetesException;
import io.rayauth.kubernetes.RayKubernetesException.Reason;
import io.rayauth.kubernetes.RayService;
import io.rayauth.kubernetes.RayServiceRef;
import io.rayauth.kubernetes.RayServices;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.parallel.ResourceAccessMode;
import org.junit.jupiter.api.parallel.ResourceLock;

/**
 * Lets the real operator bring up a RayService and upgrade it. Only what Serve says of its
 * applications is not real: a worker pod here runs nothing.
 */
@Timeout(300)
@WithKubeStack
@ResourceLock(value = WithKubeStack.API_SERVER, mode = ResourceAccessMode.READ)
class OperatorRayServicesTest {
  private static final Duration PATIENCE = Duration.ofMinutes(2);

  private final TestNamespace namespace;
  private final RayServiceRef ref;
  private final RayServices services;
  private final RayClusters clusters;
  private final HttpServer serve;
  private volatile String application = "DEPLOYING";

  OperatorRayServicesTest(KubeStack stack) throws IOException {
    this.namespace = TestNamespace.create(stack, "operator-ray-services");
    this.ref = RayServiceRef.of(namespace.name(), "serve");
    this.services = RayServices.using(namespace.admin());
    this.clusters = RayClusters.using(namespace.admin());
    this.serve = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    serve.createContext("/api/serve/applications/", this::answer);
    serve.start();
    stack.route(namespace.name(), 8265, serve.getAddress().getPort());
  }

  @AfterEach
  void close() {
    namespace.close();
    serve.stop(0);
  }

  private void answer(HttpExchange exchange) throws IOException {
    try (exchange) {
      exchange.getRequestBody().readAllBytes();
      byte[] answer =
          "{\"applications\": {\"app\": {\"name\": \"app\", \"status\": \"%s\", \"deployments\": {}}}}"
              .formatted(application)
              .getBytes(StandardCharsets.UTF_8);
      exchange.sendResponseHeaders(200, answer.length);
      exchange.getResponseBody().write(answer);
    }
  }

  @Test
  void activeCluster_fromTheFirstClusterThroughAnUpgrade_isTheOneThatServes() {
    apply("2.59.0");
    RayClusterRef first = awaitPending();
    assertThatExceptionOfType(RayKubernetesException.class)
        .isThrownBy(() -> services.activeCluster(ref))
        .returns(Reason.NOT_READY, RayKubernetesException::reason)
        .withMessageContaining("RayService " + ref + " has no active cluster yet")
        .withMessageContaining(first.name() + " is being made");

    application = "RUNNING";
    awaitActive(first);
    assertThat(clusters.get(first).rayVersion()).contains("2.59.0");

    application = "DEPLOYING";
    apply("2.60.0");
    RayClusterRef second = awaitPending();
    assertThat(second).isNotEqualTo(first);
    assertThat(services.activeCluster(ref)).isEqualTo(first);
    assertThat(services.list(namespace.name()).get(0).condition("UpgradeInProgress"))
        .get()
        .matches(condition -> condition.isTrue());

    application = "RUNNING";
    awaitActive(second);
    assertThat(clusters.get(second).rayVersion()).contains("2.60.0");
    assertThat(
            namespace
                .admin()
                .services()
                .inNamespace(namespace.name())
                .withName(services.find(ref).orElseThrow().headServiceName())
                .get()
                .getSpec()
                .getSelector())
        .containsEntry("ray.io/cluster", second.name());
  }

  private void apply(String rayVersion) {
    clusters.apply(
        """
        apiVersion: ray.io/v1
        kind: RayService
        metadata:
          name: serve
        spec:
          excludeHeadPodFromServeSvc: true
          serveConfigV2: |
            applications:
            - name: app
              import_path: app:app
          rayClusterConfig:
            rayVersion: %s
            headGroupSpec:
              rayStartParams: {}
              template:
                spec:
                  containers:
                  - name: ray-head
                    image: rayproject/ray:%<s
                    ports:
                    - {containerPort: 8265, name: dashboard}
                    - {containerPort: 8000, name: serve}
        """
            .formatted(rayVersion),
        namespace.name());
  }

  private RayClusterRef awaitPending() {
    return await()
        .atMost(PATIENCE)
        .until(() -> services.find(ref).flatMap(RayService::pendingCluster), Optional::isPresent)
        .orElseThrow();
  }

  private void awaitActive(RayClusterRef cluster) {
    await()
        .atMost(PATIENCE)
        .until(() ->
            services
                .find(ref)
                .flatMap(RayService::activeCluster)
                .filter(cluster::equals)
                .isPresent());
    assertThat(services.activeCluster(ref)).isEqualTo(cluster);
  }
}
