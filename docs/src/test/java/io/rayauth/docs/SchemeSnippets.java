package io.rayauth.docs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fabric8.kubernetes.client.KubernetesClient;
import io.rayauth.JobClient;
import io.rayauth.error.RayAuthException;
import io.rayauth.examples.guide.FakeKubernetes;
import io.rayauth.job.JobSpec;
import io.rayauth.kubernetes.KubeRbacProxyOptions;
import io.rayauth.kubernetes.RayClusterRef;
import io.rayauth.kubernetes.RayClusterSpec;
import io.rayauth.kubernetes.RayClusters;
import io.rayauth.testkit.FakeRay;
import io.rayauth.testkit.FakeUser;
import io.rayauth.testkit.Gate;
import io.rayauth.token.TokenProvider;
import java.net.URI;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(120)
class SchemeSnippets {
  private static final TokenProvider USER = TokenProvider.of("canary-user");
  private static final TokenProvider RAY = TokenProvider.of("canary-ray");
  private static final FakeUser RAY_USER =
      FakeUser.named("system:serviceaccount:default:ray-user").token("canary-user");

  @Test
  void oneSlot_whereOneHopChecks_getsIn() {
    try (FakeRay ray =
        FakeRay.builder().gate(Gate.kubeRbacProxy(RAY_USER.verbs("get", "create"))).start()) {
      assertThat(submit(ray.url(), USER)).isOne();
    }
    try (FakeRay ray =
        FakeRay.builder().gate(Gate.rayKubernetesToken(RAY_USER.verbs("ray:write"))).start()) {
      assertThat(submit(ray.url(), USER)).isOne();
    }
    try (FakeRay ray = FakeRay.builder().gate(Gate.rayToken("canary-ray")).start()) {
      assertThat(submit(ray.url(), RAY)).isOne();
    }
  }

  private static int submit(URI url, TokenProvider tokens) {
    // @start region=one-slot
    try (JobClient client = JobClient.builder(url).tokenProvider(tokens).build()) {
      client.submit(JobSpec.running("true").build());
      return client.jobs().size();
    }
    // @end
  }

  @Test
  void twoSlots_whereBothHopsCheck_getIn() {
    Gate both = Gate.kubeRbacProxy(RAY_USER.verbs("*")).inFrontOf(Gate.rayToken("canary-ray"));
    try (FakeRay ray = FakeRay.builder().gate(both).start()) {
      URI url = ray.url();
      TokenProvider edgeTokens = USER;
      TokenProvider rayTokens = RAY;

      // @start region=two-slots
      try (JobClient client =
          JobClient.builder(url)
              .tokenProvider(edgeTokens) // Authorization: for the proxy, which removes it
              .rayTokenProvider(rayTokens) // X-Ray-Authorization: for Ray
              .build()) {
        System.out.println(client.version().rayVersion());
      }
      // @end

      try (JobClient client = JobClient.builder(url).tokenProvider(edgeTokens).build()) {
        assertThatThrownBy(client::version).isInstanceOf(RayAuthException.class);
      }
    }
  }

  @Test
  void deploy_ofEachScheme_declaresIt() {
    RayClusterRef cluster = RayClusterRef.of("default", "trainer");

    // @start region=deploy
    RayClusterSpec behindProxy =
        RayClusterSpec.of(cluster).rayVersion("2.46.0").kubeRbacProxy().build();
    RayClusterSpec hardened =
        RayClusterSpec.of(cluster)
            .rayVersion("2.46.0")
            .kubeRbacProxy(KubeRbacProxyOptions.hardened())
            .build();
    RayClusterSpec withToken = RayClusterSpec.of(cluster).rayVersion("2.60.0").rayToken().build();
    RayClusterSpec withKubernetesToken =
        RayClusterSpec.of(cluster).rayVersion("2.60.0").kubernetesToken().build();
    // @end

    for (RayClusterSpec spec : List.of(behindProxy, hardened, withToken, withKubernetesToken)) {
      try (FakeKubernetes fake = new FakeKubernetes();
          KubernetesClient kubernetes = fake.client()) {
        assertThat(RayClusters.using(kubernetes).deploy(spec).declaredScheme())
            .isEqualTo(spec.scheme());
      }
    }
  }
}
