package io.rayauth.examples;

import io.rayauth.JobClient;
import io.rayauth.proxy.DashboardProxy;
import java.io.InputStream;
import java.io.PrintStream;

/** Opens the dashboard of a secured cluster in a browser, until the input ends. */
public final class OpenDashboard {
  private OpenDashboard() {}

  /**
   * Runs the example.
   *
   * @param args {@code [--address URL [--token-file PATH] [--ca-file PATH]]}
   */
  public static void main(String[] args) {
    run(System.out, System.in, args);
  }

  static void run(PrintStream out, InputStream in, String... args) {
    try (ExampleCluster cluster = ExampleCluster.of(Arguments.parse(args));
        JobClient client = cluster.client().build();
        DashboardProxy dashboard = DashboardProxy.to(client).start()) {
      cluster.introduce(out);
      if (cluster.isFake()) {
        out.println("It has no pages: look at /api/version or /api/jobs/ once you are in.");
      }
      DashboardLink.show(out, in, dashboard.url());
    }
  }
}
