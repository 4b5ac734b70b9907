package io.rayauth.examples;

import io.rayauth.proxy.ClusterDashboards;
import io.rayauth.proxy.kubernetes.KubeconfigDashboards;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.file.Path;

/**
 * Opens a page that lists the Ray clusters of every context of a kubeconfig, with a button for the
 * dashboard of each, until the input ends.
 */
public final class OpenDashboards {
  private static final String USAGE =
      """
      Usage: [--kubeconfig PATH]
        --kubeconfig PATH  which kubeconfig, instead of the one kubectl takes\
      """;

  private OpenDashboards() {}

  /**
   * Runs the example.
   *
   * @param args {@code [--kubeconfig PATH]}
   */
  public static void main(String[] args) {
    run(System.out, System.in, args);
  }

  static void run(PrintStream out, InputStream in, String... args) {
    KubeconfigDashboards clusters =
        CommandLine.parse(USAGE, args)
            .value("--kubeconfig")
            .map(Path::of)
            .map(KubeconfigDashboards::ofFile)
            .orElseGet(KubeconfigDashboards::ofDefault);
    try (ClusterDashboards page = ClusterDashboards.of(clusters).start()) {
      DashboardLink.show(out, in, page.url());
    }
  }
}
