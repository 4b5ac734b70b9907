package io.rayauth.examples;

import io.rayauth.JobClient;
import java.io.PrintStream;
import java.nio.file.Path;

/**
 * Reaches a Ray that is published under a path, over https with a certificate of a CA of your own.
 */
public final class CustomCaAndBasePath {
  private CustomCaAndBasePath() {}

  /**
   * Runs the example.
   *
   * @param args {@code --address https://HOST/PATH --ca-file PATH [--token-file PATH]}
   */
  public static void main(String[] args) {
    run(System.out, args);
  }

  static void run(PrintStream out, String... args) {
    Arguments arguments = Arguments.parse(args);
    Path caFile =
        arguments
            .caFile()
            .orElseThrow(
                () ->
                    new ExampleFailedException(
                        "this example needs --address https://HOST/PATH and --ca-file"));
    try (ExampleCluster cluster = ExampleCluster.of(arguments);
        JobClient client = cluster.client().trustCertificates(caFile).build()) {
      out.println("Ray " + client.version().rayVersion() + " answers at " + client.endpoint());
      out.println("jobs: " + client.jobs().size());
    }
  }
}
