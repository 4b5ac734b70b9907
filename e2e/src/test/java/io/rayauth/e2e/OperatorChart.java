package io.rayauth.e2e;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.stream.Stream;

/**
 * Is a chart with the operator's real resource definitions and a Deployment, which is an entry
 * only: the operator itself runs as a process of the stack.
 */
final class OperatorChart {
  private static final Path SMALL =
      Path.of("../ray-auth-client-kubernetes/src/test/resources/charts/small-operator");
  private static final Path CRDS = Path.of(".cache/kube/crd");

  private OperatorChart() {}

  /** Writes the chart into a new folder inside this one. */
  static Path in(Path folder) throws IOException {
    Path chart = folder.resolve("chart");
    try (Stream<Path> files = Files.walk(SMALL)) {
      for (Path file : files.toList()) {
        Files.copy(file, chart.resolve(SMALL.relativize(file).toString()));
      }
    }
    Files.delete(chart.resolve("crds/rayclusters.yaml")); // a stub that the real one replaces
    try (DirectoryStream<Path> crds = Files.newDirectoryStream(CRDS, "ray.io_*.yaml")) {
      for (Path crd : crds) {
        Files.copy(
            crd,
            chart.resolve("crds").resolve(crd.getFileName()),
            StandardCopyOption.REPLACE_EXISTING);
      }
    }
    return chart;
  }
}
