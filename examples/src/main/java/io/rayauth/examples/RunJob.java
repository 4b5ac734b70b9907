package io.rayauth.examples;

import io.rayauth.JobClient;
import io.rayauth.job.JobId;
import io.rayauth.job.JobResult;
import io.rayauth.job.JobSpec;
import io.rayauth.job.RunOptions;
import java.io.PrintStream;
import java.time.Duration;

/**
 * Runs a job to its result, under an id made of its command. Started again on the same cluster, it
 * finds that job and its result instead of running it a second time.
 */
public final class RunJob {
  private RunJob() {}

  /**
   * Runs the example.
   *
   * @param args {@code [--address URL [--token-file PATH]] [-- ENTRYPOINT WORDS]}
   */
  public static void main(String[] args) {
    run(System.out, args);
  }

  static void run(PrintStream out, String... args) {
    Arguments arguments = Arguments.parse(args);
    String entrypoint = arguments.entrypoint().orElse("echo Working.; exit 3");
    try (ExampleCluster cluster = ExampleCluster.of(arguments);
        JobClient client = cluster.client().build()) {
      JobSpec spec =
          JobSpec.running(entrypoint).submissionId(JobId.of("run-job", entrypoint)).build();
      RunOptions options =
          RunOptions.builder()
              .submissionSink(submission -> out.println("job: " + submission))
              .lineSink(line -> out.println("log: " + line))
              .timeout(Duration.ofMinutes(10))
              .stopIfAbandoned()
              .build();

      JobResult result = client.run(spec, options);

      out.println(inWords(result));
      result.lastLines().forEach(line -> out.println("last: " + line));
    }
  }

  private static String inWords(JobResult result) {
    return switch (result.outcome()) {
      case SUCCEEDED -> "succeeded";
      case FAILED ->
          result.exitCode().isPresent()
              ? "failed with exit code " + result.exitCode().getAsInt()
              : "never ran: " + result.errorType().orElse("no reason given");
      case STOPPED -> "stopped by somebody";
      case LOST -> "lost: " + result.message();
      case TIMED_OUT -> "too slow: " + result.message();
    };
  }
}
