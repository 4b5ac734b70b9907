package io.rayauth.examples;

import io.rayauth.JobClient;
import io.rayauth.job.JobDetails;
import io.rayauth.job.JobSpec;
import io.rayauth.job.RuntimeEnv;
import io.rayauth.job.Submission;
import java.io.PrintStream;

/** Submits a job with metadata and a runtime environment and reads its log line by line. */
public final class SubmitAndFollow {
  private SubmitAndFollow() {}

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
    try (ExampleCluster cluster = ExampleCluster.of(arguments);
        JobClient client = cluster.client().build()) {
      JobSpec spec =
          JobSpec.running(arguments.entrypoint().orElse("echo Good morning, $WHOM."))
              .runtimeEnv(RuntimeEnv.builder().envVar("WHOM", "Ray").build())
              .metadata("submitted-by", "SubmitAndFollow")
              .build();

      Submission submission = client.submit(spec);
      JobDetails job = client.follow(submission.id(), line -> out.println("log: " + line));

      out.println("status: " + job.status());
      out.println("exit code: " + job.driverExitCode().orElse(-1));
      out.println("metadata: " + job.metadata());
    }
  }
}
