package io.rayauth.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.rayauth.kubernetes.RayClusterRef;
import io.rayauth.kubernetes.RayClusterSpec;
import io.rayauth.kubernetes.RayClusters;
import io.rayauth.kubernetes.RayConnection;
import io.rayauth.kubernetes.Route;
import io.rayauth.proxy.DashboardProxy;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.parallel.ResourceAccessMode;
import org.junit.jupiter.api.parallel.ResourceLock;

/** Takes the cluster away while its dashboard is open in a browser, and gives it back. */
@Tag("browser")
@Timeout(300)
@WithKubeStack
@WithRealRay(RayMode.TOKEN)
@ResourceLock(value = WithKubeStack.API_SERVER, mode = ResourceAccessMode.READ)
class UnreachableClusterInBrowserTest {
  private static final Duration READY = Duration.ofMinutes(1);

  private final KubeStack stack;
  private final RealRay ray;
  private final TestNamespace namespace;

  UnreachableClusterInBrowserTest(KubeStack stack, RealRay ray) {
    this.stack = stack;
    this.ray = ray;
    this.namespace = TestNamespace.create(stack, "dashboard-unreachable");
    namespace.leadTo(ray);
  }

  @AfterEach
  void close() {
    namespace.close();
  }

  @Test
  void cluster_whenItIsAwayAndComesBack_isExplainedAndThenShownByItself() throws IOException {
    RayClusters clusters = RayClusters.using(namespace.admin());
    RayClusterRef cluster = namespace.cluster("trainer");
    clusters.deploy(
        RayClusterSpec.of(cluster).rayVersion("2.60.0").rayToken(TestNamespace.RAY_TOKEN).build());
    clusters.awaitReady(cluster, READY);
    try (RayConnection connection =
            clusters.connecting(cluster).route(Route.portForward()).connect();
        DashboardProxy proxy = DashboardProxy.to(connection.jobs()).title("trainer").start();
        Chromium browser = Chromium.start()) {
      DashboardPage dashboard = DashboardPage.open(browser, proxy.url());
      dashboard.watching(
          "unreachable",
          () -> {
            dashboard.awaitOverview();

            stack.route(namespace.name(), 8265, portWithoutServer());
            stack.cutConnections(namespace.name());
            int status = dashboard.tab().reload().status();

            assertThat(status).isEqualTo(502);
            dashboard.awaitText("The cluster does not answer");
            assertThat(dashboard.tab().innerText("body"))
                .contains("trainer", "GET /", "This page tries again every 10 seconds.");
            dashboard.photograph("unreachable");

            stack.route(namespace.name(), 8265, ray.url().getPort());
            dashboard.awaitOverview();
          });
    }
  }

  private static int portWithoutServer() {
    try (ServerSocket socket = new ServerSocket(0, 0, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }
}
