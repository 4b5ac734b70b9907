package io.rayauth.examples;

import io.rayauth.JobClient;
import io.rayauth.job.JobDetails;
import io.rayauth.job.JobSpec;
import java.io.PrintStream;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;

/** Lists the jobs of a cluster, the newest first. */
public final class ListJobs {
  private static final Comparator<JobDetails> NEWEST_FIRST =
      Comparator.comparing((JobDetails job) -> job.startedAt().orElse(Instant.EPOCH)).reversed();

  private ListJobs() {}

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
      if (cluster.isFake()) {
        submitSome(client);
      }

      client.jobs().stream()
          .sorted(NEWEST_FIRST)
          .forEach(job -> out.printf("%-10s %s  %s%n", job.status(), job.id(), job.entrypoint()));
    }
  }

  private static void submitSome(JobClient client) {
    for (String entrypoint : new String[] {"echo one", "exit 3"}) {
      client.await(client.submit(JobSpec.running(entrypoint).build()).id(), Duration.ofSeconds(30));
    }
  }
}
