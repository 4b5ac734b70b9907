package io.rayauth.examples.guide;

import io.fabric8.kubernetes.client.KubernetesClient;
import io.rayauth.examples.guide.GuideArguments.Option;
import io.rayauth.kubernetes.AppliedObject;
import io.rayauth.kubernetes.NodeResources;
import io.rayauth.kubernetes.RayClusterRef;
import io.rayauth.kubernetes.RayClusterSpec;
import io.rayauth.kubernetes.RayClusters;
import io.rayauth.kubernetes.RayNode;
import io.rayauth.kubernetes.WorkerGroup;
import java.io.PrintStream;
import java.time.Duration;
import java.util.List;
import java.util.Locale;

/**
 * Deploys the guide's cluster behind a kube-rbac-proxy and waits until it is ready: {@code kubectl
 * apply -f ray-cluster.auth.yaml}.
 */
public final class DeployCluster {
  private static final Duration TIME_TO_START = Duration.ofMinutes(10);

  private DeployCluster() {}

  /**
   * Runs the step.
   *
   * @param args {@code [--kubeconfig PATH] [--namespace NAME] [--cluster NAME]}
   */
  public static void main(String[] args) {
    run(System.out, args);
  }

  /**
   * Runs the step.
   *
   * @param out gets a line for each object, as kubectl has them
   * @param args as for {@link #main(String[])}
   */
  public static void run(PrintStream out, String... args) {
    GuideArguments arguments = GuideArguments.parse("DeployCluster", List.of(Option.CLUSTER), args);
    RayClusterRef cluster = arguments.cluster();
    try (KubernetesClient kubernetes = arguments.kubernetes()) {
      RayClusters clusters = RayClusters.using(kubernetes);
      RayClusterSpec spec = guideCluster(cluster);
      List<AppliedObject> objects = clusters.dryRun(spec);
      clusters.deploy(spec);
      objects.forEach(object -> out.println(inKubectlsWords(object)));

      clusters.awaitReady(cluster, TIME_TO_START);
      out.println("raycluster.ray.io/" + cluster.name() + " condition met");
    }
  }

  private static RayClusterSpec guideCluster(RayClusterRef cluster) {
    return RayClusterSpec.of(cluster)
        .image("rayproject/ray:2.46.0")
        .kubeRbacProxy()
        .head(RayNode.of(NodeResources.of("2", "4Gi")))
        .workers(
            WorkerGroup.of("worker-group", RayNode.of(NodeResources.of("1", "4Gi")))
                .replicas(2)
                .between(1, 5)
                .build())
        .build();
  }

  private static String inKubectlsWords(AppliedObject object) {
    int slash = object.apiVersion().indexOf('/');
    String group = slash < 0 ? "" : "." + object.apiVersion().substring(0, slash);
    String outcome =
        switch (object.outcome()) {
          case CREATED -> "created";
          case CHANGED -> "configured";
          case UNCHANGED -> "unchanged";
        };
    return "%s%s/%s %s"
        .formatted(object.kind().toLowerCase(Locale.ROOT), group, object.name(), outcome);
  }
}
