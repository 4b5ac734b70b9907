package io.rayauth.docs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.fabric8.kubernetes.client.KubernetesClient;
import io.rayauth.JobClient;
import io.rayauth.RayEndpoint;
import io.rayauth.examples.Visitor;
import io.rayauth.examples.guide.FakeKubernetes;
import io.rayauth.job.JobId;
import io.rayauth.job.JobSpec;
import io.rayauth.job.JobStatus;
import io.rayauth.kubernetes.RayClusterRef;
import io.rayauth.kubernetes.RayClusterSpec;
import io.rayauth.kubernetes.RayClusters;
import io.rayauth.kubernetes.RayConnection;
import io.rayauth.kubernetes.Route;
import io.rayauth.proxy.ClusterDashboards;
import io.rayauth.proxy.DashboardProxy;
import io.rayauth.proxy.DashboardProxyListener;
import io.rayauth.proxy.DashboardSource;
import io.rayauth.proxy.ProxiedRequest;
import io.rayauth.proxy.ProxyLimits;
import io.rayauth.proxy.kubernetes.KubeconfigDashboards;
import io.rayauth.testkit.FakeRay;
import io.rayauth.testkit.FakeUser;
import io.rayauth.testkit.Gate;
import io.rayauth.token.TokenProvider;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.atomic.LongAdder;
import javax.net.ssl.SSLContext;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

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
      lookAt(dashboard.url());
    }
  }

  @Test
  void start_withAConnection_opensTheDashboardOfItsCluster() throws Exception {
    RayClusterRef cluster = RayClusterRef.of("default", "trainer");
    FakeUser user = FakeUser.named("jane@example.com").token(TOKEN).verbs("get");
    try (FakeKubernetes fake = new FakeKubernetes();
        KubernetesClient kubernetes = fake.client();
        FakeRay secured = FakeRay.builder().gate(Gate.kubeRbacProxy(user)).start()) {
      RayClusters clusters = RayClusters.using(kubernetes);
      clusters.deploy(
          RayClusterSpec.of(cluster).image("rayproject/ray:2.46.0").kubeRbacProxy().build());
      Route route = Route.to(secured.url().toString());

      // @start region=kubernetes
      try (RayConnection connection =
              clusters.connecting(cluster).route(route).tokenProvider(tokens).connect();
          DashboardProxy dashboard =
              DashboardProxy.to(connection.jobs()).title(cluster.toString()).start()) {
        lookAt(dashboard.url());
      }
      // @end
    }
  }

  private static void lookAt(URI link) throws IOException {
    assertThat(Visitor.open(link).data("/api/version")).contains("\"ray_version\"");
  }

  @Test
  void allowWrites_whenAPageOfTheDashboardStopsAJob_stopsIt() throws Exception {
    JobId id = client.submit(JobSpec.running("sleep 600").build()).id();

    // @start region=writes
    DashboardProxy dashboard = DashboardProxy.to(client).allowWrites().start();
    // @end

    try (dashboard) {
      Visitor.open(dashboard.url()).post("/api/jobs/" + id + "/stop");
    }
    assertThat(client.await(id, Duration.ofMinutes(1)).status()).isEqualTo(JobStatus.STOPPED);
  }

  @Test
  void clusters_ofAKubeconfig_areListed(@TempDir Path folder) throws Exception {
    try (FakeKubernetes fake = new FakeKubernetes()) {
      fake.putCluster("default", "trainer", "{}");
      Path kubeconfig = fake.kubeconfig(folder);

      // @start region=clusters
      DashboardSource clusters = KubeconfigDashboards.ofFile(kubeconfig); // or ofDefault()
      ClusterDashboards page = ClusterDashboards.of(clusters).start();
      System.out.println("Open this in your browser: " + page.url());
      // @end

      try (page) {
        Visitor person = Visitor.open(page.url());
        await()
            .atMost(Duration.ofMinutes(1))
            .until(() -> person.page("/").contains("default/trainer"));
      }
    }
  }

  @Test
  void exposedToNetwork_withACertificate_isHttpsUnderItsName() throws Exception {
    InetSocketAddress address = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
    SSLContext tls = SSLContext.getDefault();

    // @start region=exposed
    DashboardProxy dashboard =
        DashboardProxy.to(client)
            .exposedToNetwork(address, tls, Set.of("ray.example.com"))
            .limits(ProxyLimits.builder().sessions(10).build())
            .start();
    // @end

    try (dashboard) {
      assertThat(dashboard.url().toString()).startsWith("https://ray.example.com:");
    }
  }

  @Test
  void listener_whenARequestHasEnded_isTold() throws Exception {
    LongAdder requests = new LongAdder();
    LongAdder refused = new LongAdder();

    // @start region=listener
    DashboardProxyListener metrics =
        new DashboardProxyListener() {
          @Override
          public void onRequest(ProxiedRequest request) {
            requests.increment();
            if (request.end() == ProxiedRequest.End.REFUSED) {
              refused.increment();
            }
          }
        };
    DashboardProxy dashboard = DashboardProxy.to(client).listener(metrics).start();
    // @end

    try (dashboard) {
      Visitor.open(dashboard.url()).post("/api/jobs/any/stop");
    }
    assertThat(refused.sum()).isEqualTo(1);
    assertThat(requests.sum()).isGreaterThan(1);
  }
}
