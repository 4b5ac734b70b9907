package io.rayauth.docs;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.client.KubernetesClient;
import io.rayauth.JobClient;
import io.rayauth.RayEndpoint;
import io.rayauth.examples.Visitor;
import io.rayauth.examples.guide.FakeKubernetes;
import io.rayauth.kubernetes.RayClusterRef;
import io.rayauth.kubernetes.RayClusterSpec;
import io.rayauth.kubernetes.RayClusters;
import io.rayauth.kubernetes.RayConnection;
import io.rayauth.kubernetes.Route;
import io.rayauth.proxy.DashboardProxy;
import io.rayauth.proxy.DashboardProxyListener;
import io.rayauth.proxy.ProxiedRequest;
import io.rayauth.testkit.FakeRay;
import io.rayauth.testkit.FakeUser;
import io.rayauth.testkit.Gate;
import io.rayauth.token.TokenProvider;
import java.util.concurrent.atomic.LongAdder;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(120)
class DashboardSnippets {
  private static final String TOKEN = "canary-dashboard";

  private final FakeRay ray = FakeRay.builder().gate(Gate.rayToken(TOKEN)).start();
  private final TokenProvider tokens = TokenProvider.of(TOKEN);
  private final JobClient client = JobClient.builder(ray.url()).tokenProvider(tokens).build();

  @AfterEach
  void close() {
    client.close();
    ray.close();
  }

  @Test
  void start_withAnAddressAndTokens_opensTheDashboard() throws Exception {
    String url = ray.url().toString();

    // @start region=open
    DashboardProxy dashboard = DashboardProxy.to(RayEndpoint.of(url), tokens).start();
    System.out.println("Open this in your browser: " + dashboard.url());
    // @end

    try (dashboard) {
      assertThat(Visitor.open(dashboard.url()).data("/api/version")).contains("\"ray_version\"");
    }
  }

  @Test
  void start_withAConnection_opensTheDashboardOfItsCluster() throws Exception {
    RayClusterRef cluster = RayClusterRef.of("default", "trainer");
    FakeUser user = FakeUser.named("admin").token("canary-admin").verbs("get");
    try (FakeKubernetes fake = new FakeKubernetes();
        KubernetesClient kubernetes = fake.client();
        FakeRay secured = FakeRay.builder().gate(Gate.kubeRbacProxy(user)).start()) {
      RayClusters clusters = RayClusters.using(kubernetes);
      clusters.deploy(
          RayClusterSpec.of(cluster).image("rayproject/ray:2.46.0").kubeRbacProxy().build());
      Route route = Route.to(secured.url().toString());

      // @start region=kubernetes
      try (RayConnection connection = clusters.connecting(cluster).route(route).connect();
          DashboardProxy dashboard =
              DashboardProxy.to(connection.jobs()).title(cluster.toString()).start()) {
        lookAt(dashboard.url());
      }
      // @end
    }
  }
}
