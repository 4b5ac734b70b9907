package io.rayauth.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
@WithFakeRay(gate = WithFakeRay.Protection.RAY_TOKEN, tokens = "of-the-class")
class WithFakeRayTest {
  @Test
  void parameter_whenTheClassIsAnnotated_isAFakeBehindThatGate(FakeRay ray) throws Exception {
    assertThat(Wire.get(ray, "/api/version").status()).isEqualTo(401);
    assertThat(Wire.get(ray, "/api/version", "Authorization: Bearer of-the-class").status())
        .isEqualTo(200);
  }

  @Test
  @WithFakeRay(gate = WithFakeRay.Protection.KUBE_RBAC_PROXY, verbs = "get")
  void parameter_whenTheMethodIsAnnotatedToo_isBehindTheGateOfTheMethod(FakeRay ray)
      throws Exception {
    String bearer = "Authorization: Bearer test-token";

    assertThat(Wire.get(ray, "/api/version", bearer).status()).isEqualTo(200);
    assertThat(Wire.post(ray, "/api/jobs/", "{}", bearer).body())
        .isEqualTo(
            "Forbidden (user=system:serviceaccount:default:ray-user, verb=create,"
                + " resource=rayclusters, subresource=)\n");
  }

  @Test
  void parameter_whenItIsAskedForTwice_isOneFake(FakeRay ray, FakeRay same) {
    assertThat(ray).isSameAs(same);
  }
}
