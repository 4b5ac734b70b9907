package io.rayauth.examples.guide;

import io.fabric8.kubernetes.client.KubernetesClient;
import io.rayauth.examples.guide.GuideArguments.Option;
import io.rayauth.kubernetes.RayAccess;
import java.io.PrintStream;
import java.util.List;

/**
 * Says whether somebody may use the cluster: {@code kubectl auth can-i get
 * rayclusters.ray.io/ray-cluster-with-auth --as=system:serviceaccount:default:ray-user}.
 */
public final class CanI {
  private CanI() {}

  /**
   * Runs the step.
   *
   * @param args {@code [--kubeconfig PATH] [--namespace NAME] [--cluster NAME] [--as USER] [--verb
   *     VERB]}
   */
  public static void main(String[] args) {
    run(System.out, args);
  }

  /**
   * Runs the step.
   *
   * @param out gets {@code yes} or {@code no}
   * @param args as for {@link #main(String[])}
   */
  public static void run(PrintStream out, String... args) {
    GuideArguments arguments =
        GuideArguments.parse("CanI", List.of(Option.CLUSTER, Option.AS, Option.VERB), args);
    try (KubernetesClient kubernetes = arguments.kubernetes()) {
      boolean allowed =
          RayAccess.using(kubernetes).canI(arguments.verb(), arguments.cluster(), arguments.user());
      out.println(allowed ? "yes" : "no");
    }
  }
}
