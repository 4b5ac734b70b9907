package io.rayauth.examples;

import io.rayauth.JobClient;
import io.rayauth.job.JobDetails;
import io.rayauth.job.JobId;
import io.rayauth.job.JobSpec;
import java.io.PrintStream;

/** Stops a job as soon as its log says that it has begun, then deletes its record. */
public final class StopJob {
  private StopJob() {}

  /**
   * Runs the example.
   *
   * @param args {@code [--address URL [--token-file PATH]]}
   */
  public static void main(String[] args) {
    run(System.out, args);
  }

  static void run(PrintStream out, String... args) {
    try (ExampleCluster cluster = ExampleCluster.of(Arguments.parse(args));
        JobClient client = cluster.client().build()) {
      JobId id = client.submit(JobSpec.running("echo begun; exec sleep 600").build()).id();

      JobDetails stopped =
          client.follow(
              id,
              line -> {
                if (line.equals("begun")) {
                  out.println("first stop: " + client.stop(id));
                }
              });
      out.println("status: " + stopped.status());
      out.println("second stop: " + client.stop(id));

      client.delete(id);
      out.println("left: " + client.jobs().stream().filter(job -> job.id().equals(id)).count());
    }
  }
}
