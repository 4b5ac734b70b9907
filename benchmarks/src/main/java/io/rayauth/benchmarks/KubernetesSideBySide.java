package io.rayauth.benchmarks;

import io.fabric8.kubernetes.api.model.NamespaceBuilder;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.rayauth.benchmarks.Row.Column;
import io.rayauth.kubernetes.RayClusterRef;
import io.rayauth.kubernetes.RayClusterSpec;
import io.rayauth.kubernetes.RayClusters;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.EnumSet;

/** Measures this client beside kubectl on the Kubernetes of e2e, and prints a table. */
public final class KubernetesSideBySide {
  private static final RayClusterRef CLUSTER = RayClusterRef.of("benchmark", "trainer");
  private static final Path JSON = Path.of("benchmarks", "target", "kubernetes-side-by-side.json");

  private KubernetesSideBySide() {}

  /** Runs everything; fails if the Kubernetes is not up. */
  public static void main(String[] args) throws IOException {
    KubeStack stack = new KubeStack();
    Kubectl kubectl = new Kubectl(stack.kubeconfig());
    Report report = new Report(Row.OF_KUBERNETES, EnumSet.of(Column.KUBERNETES));
    try (KubernetesClient kubernetes = client(stack.kubeconfig());
        ServerProcess server = ServerProcess.start(ByteServer.class)) {
      stack.route(CLUSTER.namespace(), 8265, Integer.parseInt(server.line()));
      deploy(kubernetes);
      ForwardRuns forwards = new ForwardRuns(report, kubernetes, kubectl, stack, CLUSTER);
      progress("throughput of the port-forwards");
      forwards.measure();
      progress("a new head pod");
      forwards.replaceHeads();
      progress("round trips");
      new RoundTripRuns(report, kubernetes, kubectl, forwards, CLUSTER).measure(stack.kubeconfig());
      RayClusters.using(kubernetes).delete(CLUSTER);
    }
    report.finish(JSON);
    System.exit(0);
  }

  static KubernetesClient client(Path kubeconfig) {
    return new KubernetesClientBuilder()
        .withConfig(Config.fromKubeconfig(kubeconfig.toFile()))
        .build();
  }

  private static void deploy(KubernetesClient kubernetes) {
    kubernetes
        .resource(
            new NamespaceBuilder()
                .withNewMetadata()
                .withName(CLUSTER.namespace())
                .endMetadata()
                .build())
        .serverSideApply();
    RayClusters clusters = RayClusters.using(kubernetes);
    clusters.deploy(RayClusterSpec.of(CLUSTER).rayVersion("2.60.0").unauthenticated().build());
    clusters.awaitReady(CLUSTER, Duration.ofMinutes(2));
  }

  private static void progress(String what) {
    System.err.println("kubernetes-side-by-side: " + what);
  }
}
