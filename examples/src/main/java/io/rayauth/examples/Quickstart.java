package io.rayauth.examples;

import io.rayauth.JobClient;
import io.rayauth.job.JobDetails;
import io.rayauth.job.JobId;
import io.rayauth.job.JobSpec;
import io.rayauth.job.JobStatus;
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
    try (ExampleCluster cluster = ExampleCluster.of(arguments);
        JobClient client = cluster.client().build()) {
      cluster.introduce(out);
      out.println("Job submission server address: " + cluster.url());
      out.println();
      String entrypoint = arguments.entrypoint().orElse(cluster.showResources());

      JobId id = client.submit(JobSpec.running(entrypoint).build()).id();
      banner(out, "Job '" + id + "' submitted successfully");
      out.println();
      out.println("Next steps");
      out.println("  Query the logs of the job:");
      out.println("    client.logs(new JobId(\"" + id + "\"))");
      out.println("  Query the status of the job:");
      out.println("    client.job(new JobId(\"" + id + "\"))");
      out.println("  Request the job to be stopped:");
      out.println("    client.stop(new JobId(\"" + id + "\"))");
      out.println();
      out.println("Tailing logs until the job exits:");
      JobDetails job = client.follow(id, out::println);

      String ended = "Job '" + id + "' " + job.status().inWords();
      out.println();
      banner(out, ended);
      if (!job.status().equals(JobStatus.SUCCEEDED)) {
        job.message().ifPresent(message -> out.println("Status message: " + message));
        throw new ExampleFailedException(ended);
      }
    }
  }

  private static void banner(PrintStream out, String text) {
    String rule = "-".repeat(text.length());
    out.println(rule);
    out.println(text);
    out.println(rule);
  }
}
