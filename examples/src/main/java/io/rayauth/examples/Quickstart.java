package io.rayauth.examples;

import io.rayauth.JobClient;
import io.rayauth.job.JobId;
import io.rayauth.job.JobSpec;
import java.io.PrintStream;

/**
 * Submits a job with a token, follows its log and tells how it ended, as {@code ray job submit}.
 */
public final class Quickstart {
  private Quickstart() {}

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
    JobReport report = new JobReport(out);
    try (ExampleCluster cluster = ExampleCluster.of(arguments);
        JobClient client = cluster.client().build()) {
      cluster.introduce(out);
      report.address(cluster.url());
      String entrypoint = arguments.entrypoint().orElse(cluster.showResources());

      JobId id = client.submit(JobSpec.running(entrypoint).build()).id();
      report.submitted(
          id,
          "client.logs(new JobId(\"" + id + "\"))",
          "client.job(new JobId(\"" + id + "\"))",
          "client.stop(new JobId(\"" + id + "\"))");
      out.println("Tailing logs until the job exits:");
      report.ended(client.follow(id, out::println));
    }
  }
}
