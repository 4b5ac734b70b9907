package io.rayauth.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.Page;
import com.microsoft.playwright.options.AriaRole;
import io.rayauth.kubernetes.RayClusterRef;
import io.rayauth.kubernetes.RayClusterSpec;
import io.rayauth.kubernetes.RayClusters;
import io.rayauth.proxy.ClusterDashboards;
import io.rayauth.proxy.kubernetes.KubeconfigDashboards;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.parallel.ResourceAccessMode;
import org.junit.jupiter.api.parallel.ResourceLock;

/** Opens two clusters of a kubeconfig from the start page, in one browser. */
@Tag("browser")
@Timeout(300)
@WithKubeStack
@WithRealRay(RayMode.TOKEN)
@ResourceLock(value = WithKubeStack.API_SERVER, mode = ResourceAccessMode.READ)
class ClusterDashboardsInBrowserTest {
  private static final Duration READY = Duration.ofMinutes(1);

  private final KubeStack stack;
  private final TestNamespace namespace;

  ClusterDashboardsInBrowserTest(KubeStack stack, RealRay ray) {
    this.stack = stack;
    this.namespace = TestNamespace.create(stack, "dashboard-start-page");
    namespace.leadTo(ray);
  }

  @AfterEach
  void close() {
    namespace.close();
  }

  @Test
  void startPage_opensEachClusterAsAnOriginOfItsOwn() {
    RayClusterRef trainer = deploy("trainer");
    RayClusterRef server = deploy("server");
    try (ClusterDashboards dashboards =
            ClusterDashboards.of(KubeconfigDashboards.ofFile(stack.kubeconfig())).start();
        Chromium browser = Chromium.start()) {
      DashboardPage first = DashboardPage.open(browser, dashboards.url());
      first.watching(
          "start-page",
          () -> {
            openFromStartPage(first, trainer);
            first.awaitOverview();
            DashboardPage second = DashboardPage.open(browser, dashboards.address());
            openFromStartPage(second, server);
            second.awaitOverview();
            first.tab().reload(); // both are signed in still
            first.awaitOverview();

            assertThat(List.of(port(first), port(second), dashboards.address().getPort()))
                .doesNotHaveDuplicates();
            assertThat(first.complaints().unexpected()).isEmpty();
            assertThat(second.complaints().unexpected()).isEmpty();
          });
    }
  }

  private RayClusterRef deploy(String name) {
    RayClusters clusters = RayClusters.using(namespace.admin());
    RayClusterRef cluster = namespace.cluster(name);
    clusters.deploy(
        RayClusterSpec.of(cluster).rayVersion("2.60.0").rayToken(TestNamespace.RAY_TOKEN).build());
    clusters.awaitReady(cluster, READY);
    return cluster;
  }

  private static void openFromStartPage(DashboardPage page, RayClusterRef cluster) {
    String button = "Open " + cluster.namespace() + "/" + cluster.name();
    page.awaitText(cluster.namespace() + "/" + cluster.name());
    page.photograph("start-page");
    page.tab()
        .getByRole(AriaRole.BUTTON, new Page.GetByRoleOptions().setName(button).setExact(true))
        .click();
  }

  private static int port(DashboardPage page) {
    return URI.create(page.tab().url()).getPort();
  }
}
