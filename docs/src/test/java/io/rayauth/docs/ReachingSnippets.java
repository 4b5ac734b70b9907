package io.rayauth.docs;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.client.KubernetesClient;
import io.rayauth.examples.guide.FakeKubernetes;
import io.rayauth.kubernetes.KubeconfigTokenProvider;
import io.rayauth.kubernetes.RayClusterRef;
import io.rayauth.kubernetes.RayClusterSpec;
import io.rayauth.kubernetes.RayClusters;
import io.rayauth.kubernetes.RayConnection;
import io.rayauth.kubernetes.RayKubernetesException;
import io.rayauth.kubernetes.Route;
import io.rayauth.testkit.FakeRay;
import io.rayauth.testkit.FakeUser;
import io.rayauth.testkit.Gate;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(120)
class ReachingSnippets {
  private final FakeKubernetes fake = new FakeKubernetes();
  private final KubernetesClient kubernetes = fake.client();
  private final RayClusters clusters = RayClusters.using(kubernetes);
  private final RayClusterRef cluster = RayClusterRef.of("default", "trainer");

  @AfterEach
  void close() {
    kubernetes.close();
    fake.close();
  }

  @Test
  void connecting_withAnAddressAndTheKubeconfigsToken_saysWhy(@TempDir Path folder)
      throws Exception {
    clusters.deploy(
        RayClusterSpec.of(cluster).image("rayproject/ray:2.46.0").kubeRbacProxy().build());
    Path kubeconfig = fake.kubeconfig(folder);
    FakeUser admin = FakeUser.named("admin").token("canary-admin").verbs("*");
    try (FakeRay ray = FakeRay.builder().gate(Gate.kubeRbacProxy(admin)).start()) {
      String url = ray.url().toString();

      // @start region=connecting
      try (RayConnection connection =
          clusters
              .connecting(cluster)
              .route(Route.to(url)) // or portForward(), inCluster(), serviceProxy()
              .tokenProvider(KubeconfigTokenProvider.ofFile(kubeconfig))
              .headTimeout(Duration.ofMinutes(1))
              .jobClient(jobs -> jobs.requestTimeout(Duration.ofMinutes(2)))
              .connect()) {
        System.out.println(connection.routeReason());
        System.out.println(connection.authScheme() + ", as " + connection.schemeReason());
        System.out.println(connection.jobs().version().rayVersion());
      }
      // @end
    }
  }

  @Test
  void connect_whenThereIsNoCluster_namesTheReason() {
    // @start region=errors
    String said;
    try (RayConnection connection = clusters.connect(cluster)) {
      said = "connected: " + connection.authScheme();
    } catch (RayKubernetesException e) {
      said =
          switch (e.reason()) {
            case NOT_FOUND, NAMESPACE_MISSING -> "deploy it first";
            case NOT_READY, OPERATOR_MISSING -> "wait, or look at its pods: " + e.getMessage();
            case FORBIDDEN -> "ask for a right: " + e.getMessage();
            default -> e.getMessage();
          };
    }
    // @end

    assertThat(said).isEqualTo("deploy it first");
  }
}
