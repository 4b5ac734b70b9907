package io.rayauth.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(180)
class RayClusterSpecTest {
  private static final RayClusterRef REF = RayClusterRef.of("default", "trainer");

  private static RayClusterSpec.Builder spec() {
    return RayClusterSpec.of(REF);
  }

  private static WorkerGroup.Builder group(String name) {
    return WorkerGroup.of(name, RayNode.of(NodeResources.of("1", "1Gi")));
  }

  @ParameterizedTest
  @CsvSource({
    "2.46.0, KUBE_RBAC_PROXY",
    "2.51.9, KUBE_RBAC_PROXY",
    "2.52.0, RAY_TOKEN",
    "2.55.0, RAY_TOKEN",
    "3.0.0, RAY_TOKEN"
  })
  void build_whenNoSchemeIsChosen_takesTheBestThatTheVersionCanDo(
      String version, AuthScheme scheme) {
    assertThat(spec().rayVersion(version).build().scheme()).isEqualTo(scheme);
  }

  @Test
  void build_whenTheSchemeNeedsANewerRay_isRefused() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> spec().rayVersion("2.51.0").rayToken().build())
        .withMessage(
            "rayToken() needs Ray 2.52.0 or later, and this is 2.51.0: take kubeRbacProxy()");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> spec().rayVersion("2.54.1").kubernetesToken().build())
        .withMessage(
            "kubernetesToken() needs Ray 2.55.0 or later, and this is 2.54.1: take rayToken()");
  }

  @ParameterizedTest
  @CsvSource({
    "rayproject/ray:2.55.1, 2.55.1",
    "registry.example:5000/ray:2.55.1-py311-gpu, 2.55.1",
    "rayproject/ray:2.55.1@sha256:0123, 2.55.1"
  })
  void rayVersion_whenNotGiven_isReadFromTheTag(String image, String version) {
    RayClusterSpec spec = spec().image(image).build();

    assertThat(spec.rayVersion()).isEqualTo(version);
    assertThat(spec.image()).isEqualTo(image);
  }

  @ParameterizedTest
  @ValueSource(strings = {"rayproject/ray", "rayproject/ray:nightly", "registry:5000/2.55.1/ray"})
  void rayVersion_whenTheTagDoesNotTell_isAskedFor(String image) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> spec().image(image).build())
        .withMessageContaining("rayVersion()");
  }

  @Test
  void build_whenNeitherVersionNorImageIsGiven_isRefused() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> spec().build())
        .withMessageContaining("neither the version of Ray nor an image");
  }

  @Test
  void image_whenNotGiven_isRaysOwn() {
    assertThat(spec().rayVersion("2.55.0").build().image()).isEqualTo("rayproject/ray:2.55.0");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"1st", "a.b", "a-name-that-is-longer-than-the-fifty-three-that-kuberay-takes"})
  void of_whenTheOperatorWouldRefuseTheName_isRefused(String name) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> RayClusterSpec.of(RayClusterRef.of("default", name)))
        .withMessageContaining("KubeRay refuses '" + name);
  }

  @ParameterizedTest
  @ValueSource(strings = {"RAY_AUTH_MODE", "RAY_AUTH_TOKEN", "RAY_ENABLE_K8S_TOKEN_AUTH"})
  void env_whenItDecidesOnAuthentication_isRefused(String name) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> RayNode.with(NodeResources.of("1", "1Gi")).env(name, "canary-x"))
        .withMessageContaining(name)
        .withMessageNotContaining("canary-");
  }

  @Test
  void build_whenTheHeadMovesTheDashboardBehindTheProxy_isRefused() {
    RayNode head =
        RayNode.with(NodeResources.of("1", "1Gi")).rayStartParam("dashboard-port", "1").build();

    assertThatIllegalArgumentException()
        .isThrownBy(() -> spec().rayVersion("2.55.0").kubeRbacProxy().head(head).build())
        .withMessageContaining("dashboard-port");
  }

  @Test
  void build_whenTwoGroupsHaveOneName_isRefused() {
    assertThatIllegalArgumentException()
        .isThrownBy(() ->
            spec()
                .rayVersion("2.55.0")
                .workers(group("w").build())
                .workers(group("w").build())
                .build())
        .withMessage("two worker groups are named 'w'");
  }

  @Test
  void workerGroup_whenItsNumbersContradictEachOther_isRefused() {
    assertThatIllegalArgumentException().isThrownBy(() -> group("w").between(3, 2));
    assertThatIllegalArgumentException().isThrownBy(() -> group("w").replicas(-1));
    assertThatIllegalArgumentException().isThrownBy(() -> group("w").hosts(0));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> group("w").replicas(6).between(1, 5).build())
        .withMessage("worker group 'w' is to have 6 replicas, which is not between 1 and 5");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "0", "0.0", "-1", "1 Gi", "1GB", "two", "0Gi"})
  void resources_whenTheAmountIsNone_areRefused(String amount) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> NodeResources.of("1", amount))
        .withMessageContaining("'" + amount + "' is no amount of memory");
  }

  @ParameterizedTest
  @ValueSource(strings = {"1", "0.5", "500m", "4Gi", "1e9", ".5", "10G"})
  void resources_takeWhatKubernetesTakes(String amount) {
    assertThat(NodeResources.of(amount, "1Gi").gpus(2).quantities())
        .containsEntry("cpu", amount)
        .containsEntry("nvidia.com/gpu", "2");
  }

  @Test
  void proxyOptions_whenTheSubresourceIsARealOne_areRefused() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> KubeRbacProxyOptions.builder().subresource("status"));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> KubeRbacProxyOptions.builder().image("nginx:1"));
  }
}
