package io.rayauth.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.rayauth.kubernetes.RayKubernetesException.Reason;
import io.rayauth.testkit.ManualClock;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(180)
class RayClustersTest {
  private static final RayClusterRef REF = RayClusterRef.of("default", "trainer");
  private static final String ALL = "/apis/ray.io/v1/namespaces/default/rayclusters";

  private final FakeApiServer server = new FakeApiServer();
  private final ManualClock clock = ManualClock.create();
  private final RayClusters clusters = new RayClusters(server.client(), clock);

  @AfterEach
  void close() {
    server.close();
  }

  private void cluster(String name) {
    server.put(
        ALL + "/" + name,
        "{apiVersion: ray.io/v1, kind: RayCluster, metadata: {name: %s, namespace: default, uid: u1, finalizers: [ray.io/gcs-ft]}}"
            .formatted(name));
  }

  @Test
  void find_whenTheClusterIsThere_readsIt() {
    cluster("trainer");

    assertThat(clusters.find(REF)).map(RayCluster::ref).contains(REF);
    assertThat(server.calls()).hasSize(1);
  }

  @Test
  void find_whenThereIsNone_isEmpty() {
    assertThat(clusters.find(REF)).isEmpty();
    assertThatExceptionOfType(RayKubernetesException.class)
        .isThrownBy(() -> clusters.get(REF))
        .withMessage("there is no RayCluster 'trainer' in namespace 'default'")
        .returns(Reason.NOT_FOUND, RayKubernetesException::reason);
  }

  @Test
  void find_whenKubeRayIsNotInstalled_saysSo() {
    server.knowsNoRayClusters();

    assertThatExceptionOfType(RayKubernetesException.class)
        .isThrownBy(() -> clusters.find(REF))
        .withMessageContaining("does not know rayclusters.ray.io: KubeRay is not installed there")
        .returns(Reason.CRD_MISSING, RayKubernetesException::reason);
  }

  @Test
  void find_whenTheCallerMayNot_namesTheMissingRight() {
    server.refuse(
        call -> true,
        403,
        "User \"jane\" cannot get resource \"rayclusters\" in API group \"ray.io\"");

    assertThatExceptionOfType(RayKubernetesException.class)
        .isThrownBy(() -> clusters.find(REF))
        .withMessage(
            "reading RayCluster default/trainer failed: User \"jane\" cannot get resource"
                + " \"rayclusters\" in API group \"ray.io\"")
        .returns(Reason.FORBIDDEN, RayKubernetesException::reason);
  }

  @Test
  void find_whenNobodyListens_saysSo() {
    server.stop();

    assertThatExceptionOfType(RayKubernetesException.class)
        .isThrownBy(() -> clusters.find(REF))
        .withMessageContaining("the API server did not answer")
        .returns(Reason.UNREACHABLE, RayKubernetesException::reason);
  }

  @Test
  void list_readsAllOfANamespace() {
    cluster("a");
    cluster("b");

    assertThat(clusters.list("default")).extracting(c -> c.ref().name()).containsExactly("a", "b");
  }

  @Test
  void list_whenTheNamespaceCannotBeOne_asksNobody() {
    assertThatIllegalArgumentException().isThrownBy(() -> clusters.list(""));
    assertThatIllegalArgumentException().isThrownBy(() -> clusters.list("A/b", "x=y"));
    assertThat(server.calls()).isEmpty();
  }

  @Test
  void deleteAndWait_whenAFinalizerHoldsTheCluster_namesIt() {
    cluster("trainer");
    server.refuse(call -> call.method().equals("DELETE"), 202, "accepted");

    assertThatExceptionOfType(RayKubernetesException.class)
        .isThrownBy(() -> clusters.deleteAndWait(REF, Duration.ofSeconds(5)))
        .withMessage(
            "RayCluster default/trainer was deleted and is still there after 5 s: it waits for"
                + " [ray.io/gcs-ft]");
    assertThat(clock.sleeps()).hasSize(5);
  }

  @Test
  void deleteAndWait_whenTheClusterGoes_returns() {
    cluster("trainer");

    assertThat(clusters.deleteAndWait(REF, Duration.ofSeconds(5))).isTrue();
    assertThat(clusters.deleteAndWait(REF, Duration.ofSeconds(5))).isFalse();
    assertThat(clock.sleeps()).isEmpty();
  }

  @Test
  void deleteAndWait_whenAnotherClusterTakesTheName_doesNotWaitForThatOne() {
    cluster("trainer");
    server.refuse(
        call -> {
          if (call.method().equals("DELETE")) {
            server.put(
                ALL + "/trainer",
                "{apiVersion: ray.io/v1, kind: RayCluster, metadata: {name: trainer, namespace:"
                    + " default, uid: u2}}");
            return true;
          }
          return false;
        },
        202,
        "accepted");

    assertThat(clusters.deleteAndWait(REF, Duration.ofSeconds(5))).isTrue();
  }
}
