package io.rayauth.examples;

import io.rayauth.JobClient;
import io.rayauth.token.TokenProvider;
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
   * @param args {@code --address https://HOST/PATH --ca-file PATH --token-file PATH}
   */
  public static void main(String[] args) {
    run(System.out, args);
  }

  static void run(PrintStream out, String... args) {
    Arguments arguments = Arguments.parse(args);
    String url = arguments.address().orElseThrow(CustomCaAndBasePath::incomplete);
    Path caFile = arguments.caFile().orElseThrow(CustomCaAndBasePath::incomplete);
    Path tokenFile = arguments.tokenFile().orElseThrow(CustomCaAndBasePath::incomplete);
    try (JobClient client =
        JobClient.builder(url)
            .trustCertificates(caFile)
            .tokenProvider(TokenProvider.ofFile(tokenFile))
            .build()) {
      out.println("Ray " + client.version().rayVersion() + " answers at " + client.endpoint());
      out.println("jobs: " + client.jobs().size());
    }
  }

  private static ExampleFailedException incomplete() {
    return new ExampleFailedException(
        "this example needs --address https://HOST/PATH, --ca-file and --token-file");
  }
}
