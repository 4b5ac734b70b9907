package io.rayauth.examples.guide;

import io.fabric8.kubernetes.client.KubernetesClient;
import io.rayauth.examples.guide.GuideArguments.Option;
import io.rayauth.kubernetes.Grant;
import io.rayauth.kubernetes.RayAccess;
import io.rayauth.kubernetes.RayRole;
import io.rayauth.kubernetes.Subject;
import java.io.PrintStream;
import java.util.List;

/**
 * Gives somebody the rights of the guide, by a Role and a RoleBinding: {@code kubectl apply -f
 * ray-cluster-rbac.yaml}. These are wide: they hold for every RayCluster of the namespace. As in
 * the guide, the port is forwarded by whoever the kubeconfig names, so the subject gets no right to
 * that.
 */
public final class GrantAccess {
  private GrantAccess() {}

  /**
   * Runs the step.
   *
   * @param args {@code [--kubeconfig PATH] [--namespace NAME] [--cluster NAME] [--as USER]}
   */
  public static void main(String[] args) {
    run(System.out, args);
  }

  /**
   * Runs the step.
   *
   * @param out gets a line for each object, as {@code kubectl apply --server-side} has them, and
   *     what else there is to know
   * @param args as for {@link #main(String[])}
   */
  public static void run(PrintStream out, String... args) {
    GuideArguments arguments =
        GuideArguments.parse("GrantAccess", List.of(Option.CLUSTER, Option.AS), args);
    try (KubernetesClient kubernetes = arguments.kubernetes()) {
      Grant grant =
          RayAccess.using(kubernetes)
              .grant(arguments.cluster(), Subject.user(arguments.user()), RayRole.UNLIMITED);
      out.println("role.rbac.authorization.k8s.io/" + grant.name() + " serverside-applied");
      out.println("rolebinding.rbac.authorization.k8s.io/" + grant.name() + " serverside-applied");
      grant.cautions().forEach(caution -> out.println("Caution: " + caution));
      if (!grant.mayStillBeDeniedFor().isZero()) {
        out.println(
            "The proxy may still deny for %d s if it was asked before"
                .formatted(grant.mayStillBeDeniedFor().toSeconds()));
      }
    }
  }
}
