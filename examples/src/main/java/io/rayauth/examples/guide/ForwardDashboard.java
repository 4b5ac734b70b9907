package io.rayauth.examples.guide;

import io.rayauth.examples.DashboardLink;
import io.rayauth.examples.guide.GuideArguments.Option;
import java.io.InputStream;
import java.io.PrintStream;
import java.util.List;

/**
 * Forwards a free port of this machine to the dashboard until its input ends: {@code kubectl
 * port-forward svc/ray-cluster-with-auth-head-svc}. Goes on when the head pod is replaced. For
 * programs that have a token; {@link OpenDashboard} is for a browser.
 */
public final class ForwardDashboard {
  private ForwardDashboard() {}

  /**
   * Runs the step.
   *
   * @param args {@code [--kubeconfig PATH] [--namespace NAME] [--cluster NAME] [--service-account
   *     NAME]}
   */
  public static void main(String[] args) {
    run(System.out, System.in, args);
  }

  /**
   * Runs the step.
   *
   * @param out gets the address and the header that it has to be sent
   * @param in ends the step when it ends
   * @param args as for {@link #main(String[])}
   */
  public static void run(PrintStream out, InputStream in, String... args) {
    GuideArguments arguments =
        GuideArguments.parse(
            "ForwardDashboard", List.of(Option.CLUSTER, Option.SERVICE_ACCOUNT), args);
    ClusterStep.asServiceAccount(
        arguments,
        connection -> {
          out.println("Dashboard: " + connection.endpoint().url());
          out.println("Header to send: Authorization: Bearer <token>");
          out.println("Forwards until the input ends (Ctrl-D).");
          DashboardLink.awaitEnd(in);
        });
  }
}
