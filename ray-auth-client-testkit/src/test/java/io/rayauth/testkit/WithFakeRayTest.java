package io.rayauth.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import io.rayauth.JobClient;
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

  @Test
  void parameter_whenItIsAClient_hasTheFirstTokenOfItsFake(JobClient client, FakeRay ray) {
    assertThat(client.version().rayVersion()).isEqualTo("2.60.0");

    assertThat(client.endpoint().url()).isEqualTo(ray.url());
  }

  @Test
  @WithFakeRay
  void parameter_whenItIsAClientOfAnOpenFake_sendsNoToken(JobClient client, FakeRay ray) {
    client.version();

    assertThat(ray.calls()).singleElement().asString().doesNotContain("Authorization");
  }
}
