package io.rayauth.examples.guide;

import io.rayauth.examples.guide.GuideArguments.Option;
import io.rayauth.token.TokenProvider;
import java.io.PrintStream;
import java.util.List;

/**
 * Submits a job as a user of a cloud, with the token that its command line prints: {@code gcloud
 * auth print-access-token} and {@code ray job submit}.
 */
public final class SubmitJobWithCloudToken {
  private SubmitJobWithCloudToken() {}

  /**
   * Runs the step.
   *
   * @param args {@code [--kubeconfig PATH] [--namespace NAME] [--cluster NAME] [--token-command
   *     COMMAND] [--address URL] [--no-wait] [-- ENTRYPOINT WORDS]}
   */
  public static void main(String[] args) {
    run(System.out, args);
  }

  /**
   * Runs the step.
   *
   * @param out gets what {@code ray job submit} prints
   * @param args as for {@link #main(String[])}
   */
  public static void run(PrintStream out, String... args) {
    GuideArguments arguments =
        GuideArguments.parse(
            "SubmitJobWithCloudToken",
            List.of(
                Option.CLUSTER,
                Option.TOKEN_COMMAND,
                Option.ADDRESS,
                Option.NO_WAIT,
                Option.ENTRYPOINT),
            args);
    ClusterStep.run(
        arguments,
        kubernetes -> TokenProvider.ofCommand(arguments.tokenCommand()),
        connection -> SubmitJob.submit(out, arguments, connection));
  }
}
