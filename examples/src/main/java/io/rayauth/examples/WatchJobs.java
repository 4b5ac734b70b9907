package io.rayauth.examples;

import io.rayauth.JobClient;
import io.rayauth.JobWatcher;
import io.rayauth.job.JobDetails;
import io.rayauth.job.JobId;
import io.rayauth.job.JobListener;
import io.rayauth.job.JobSpec;
import io.rayauth.job.JobStatus;
import java.io.PrintStream;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** Submits several jobs and tells what becomes of each, with one look for all of them. */
public final class WatchJobs {
  private static final List<String> COMMANDS = List.of("sleep 1", "exit 3", "true");

  private WatchJobs() {}

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
        JobClient client = cluster.client().build();
        JobWatcher watcher = JobWatcher.on(client)) {
      CompletableFuture<?>[] ends =
          COMMANDS.stream()
              .map(command -> client.submit(JobSpec.running(command).build()).id())
              .map(id -> watcher.watch(id, new Printing(out)))
              .toArray(CompletableFuture[]::new);

      CompletableFuture.allOf(ends).join();
      out.println("all have ended");
    }
  }

  /** Prints each change of a job's status. */
  private record Printing(PrintStream out) implements JobListener {
    @Override
    public void onStatus(JobDetails job, @Nullable JobStatus before) {
      out.println(job.id() + " " + job.status() + ": " + job.entrypoint());
    }

    @Override
    public void onGone(JobId id) {
      out.println(id + " is gone");
    }
  }
}
