package io.rayauth.examples.guide;

import io.rayauth.examples.DashboardLink;
import io.rayauth.examples.guide.GuideArguments.Option;
import io.rayauth.proxy.DashboardProxy;
import java.io.InputStream;
import java.io.PrintStream;
import java.util.List;

/**
 * Opens the dashboard of the guide's cluster in a browser until the input ends, with no extension
 * in the browser and a token that does not end.
 */
public final class OpenDashboard {
  private OpenDashboard() {}

  /**
   * Runs the step.
   *
   * @param args {@code [--kubeconfig PATH] [--namespace NAME] [--cluster NAME] [--service-account
   *     NAME] [--address URL]}
   */
  public static void main(String[] args) {
    run(System.out, System.in, args);
  }

  /**
   * Runs the step.
   *
   * @param out gets the link
   * @param in ends the step when it ends
   * @param args as for {@link #main(String[])}
   */
  public static void run(PrintStream out, InputStream in, String... args) {
    GuideArguments arguments =
        GuideArguments.parse(
            "OpenDashboard", List.of(Option.CLUSTER, Option.SERVICE_ACCOUNT, Option.ADDRESS), args);
    ClusterStep.asServiceAccount(
        arguments,
        connection -> {
          try (DashboardProxy dashboard =
              DashboardProxy.to(connection.jobs()).title(arguments.cluster().toString()).start()) {
            DashboardLink.show(out, in, dashboard.url());
          }
        });
  }
}
