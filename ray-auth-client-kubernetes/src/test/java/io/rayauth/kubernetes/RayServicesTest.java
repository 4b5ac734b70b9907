package io.rayauth.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.rayauth.kubernetes.RayKubernetesException.Reason;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class RayServicesTest {
  private static final RayServiceRef REF = RayServiceRef.of("default", "serve");
  private static final String SERVICE = "/apis/ray.io/v1/namespaces/default/rayservices/serve";

  private final FakeApiServer server = new FakeApiServer();
  private final RayServices services = RayServices.using(server.client());

  @AfterEach
  void close() {
    server.close();
  }

  private void stored(String status) {
    server.put(
        SERVICE,
        "apiVersion: ray.io/v1\nkind: RayService\nmetadata: {name: serve, namespace: default}\nstatus: %s\n"
            .formatted(status));
  }

  @Test
  void activeCluster_whenAnUpgradeIsUnderWay_isTheOneThatServes() {
    stored(
        "{activeServiceStatus: {rayClusterName: serve-a}, pendingServiceStatus: {rayClusterName: serve-b}, numServeEndpoints: 3, conditions: [{type: UpgradeInProgress, status: 'True', reason: Both}]}");

    assertThat(services.activeCluster(REF)).isEqualTo(RayClusterRef.of("default", "serve-a"));
    RayService service = services.list("default").get(0);
    assertThat(service.pendingCluster()).contains(RayClusterRef.of("default", "serve-b"));
    assertThat(service.headServiceName()).isEqualTo("serve-head-svc");
    assertThat(service.serveEndpoints()).isEqualTo(3);
    assertThat(service.condition("UpgradeInProgress")).get().matches(c -> c.isTrue());
  }

  @Test
  void activeCluster_whenThereIsNoneYet_saysWhatTheOperatorSays() {
    stored(
        "{pendingServiceStatus: {rayClusterName: serve-b}, conditions: [{type: Ready, status: 'False', reason: Initializing, message: wait}]}");

    assertThatExceptionOfType(RayKubernetesException.class)
        .isThrownBy(() -> services.activeCluster(REF))
        .withMessage(
            "RayService default/serve has no active cluster yet; serve-b is being made (Initializing: wait)")
        .returns(Reason.NOT_READY, RayKubernetesException::reason);
  }

  @Test
  void find_whenTheResourceIsUnknown_saysThatKubeRayIsMissing() {
    assertThatExceptionOfType(RayKubernetesException.class)
        .isThrownBy(() -> services.find(REF))
        .returns(Reason.CRD_MISSING, RayKubernetesException::reason);
  }
}
