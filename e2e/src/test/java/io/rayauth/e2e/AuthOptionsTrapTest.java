package io.rayauth.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.fabric8.kubernetes.api.model.EnvVar;
import io.rayauth.kubernetes.AuthScheme;
import io.rayauth.kubernetes.RayClusterRef;
import io.rayauth.kubernetes.RayClusters;
import io.rayauth.kubernetes.RayConnection;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.parallel.ResourceAccessMode;
import org.junit.jupiter.api.parallel.ResourceLock;

/** Falls into the trap of {@code authOptions: {}}: a Secret is there, and everybody gets in. */
@Timeout(300)
@WithKubeStack
@WithRealRay(RayMode.OPEN)
@ResourceLock(value = WithKubeStack.API_SERVER, mode = ResourceAccessMode.READ)
class AuthOptionsTrapTest {
  private static final Duration READY = Duration.ofMinutes(1);

  private final TestNamespace namespace;

  AuthOptionsTrapTest(KubeStack stack, RealRay ray) {
    this.namespace = TestNamespace.create(stack, "auth-options-trap");
    namespace.leadTo(ray);
  }

  @AfterEach
  void close() {
    namespace.close();
  }

  @Test
  void connect_whenAuthOptionsAreEmpty_findsTheClusterOpenAlthoughItHasASecret() {
    RayClusterRef cluster = namespace.cluster("trap");
    RayClusters clusters = RayClusters.using(namespace.admin());
    clusters.apply(
        """
        apiVersion: ray.io/v1
        kind: RayCluster
        metadata:
          name: trap
        spec:
          rayVersion: 2.60.0
          authOptions: {}
          headGroupSpec:
            rayStartParams: {}
            template:
              spec:
                containers:
                - name: ray-head
                  image: rayproject/ray:2.60.0
        """,
        namespace.name());
    clusters.awaitReady(cluster, READY);

    await()
        .atMost(READY)
        .until(() ->
            namespace.admin().secrets().inNamespace(namespace.name()).withName("trap").get()
                != null);
    assertThat(namespace.headPod(cluster).orElseThrow().getSpec().getContainers().get(0).getEnv())
        .extracting(EnvVar::getName)
        .contains("RAY_CLUSTER_NAME")
        .doesNotContain("RAY_AUTH_MODE", "RAY_AUTH_TOKEN");
    try (RayConnection connection = clusters.connect(cluster)) {
      assertThat(connection.authScheme()).isEqualTo(AuthScheme.OPEN);
      assertThat(connection.schemeReason()).contains("authentication is disabled", "authOptions");
      assertThat(connection.jobs().version().rayVersion()).isEqualTo("2.60.0");
    }
  }
}
