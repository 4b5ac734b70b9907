package io.rayauth.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.rayauth.JobClient;
import io.rayauth.JobWatcher;
import io.rayauth.job.JobDetails;
import io.rayauth.job.JobId;
import io.rayauth.testkit.FakeRay;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.parallel.Isolated;

/** The threads of a watcher, which are there only while somebody waits. */
@Timeout(120)
@Isolated("counts the threads of the JVM")
class JobWatcherThreadsTest {
  private static final Duration HOUR = Duration.ofHours(1);

  @Test
  void threads_whenTheLastWaiterHasGone_endWithoutAClose() {
    try (FakeRay ray = FakeRay.start();
        JobClient client = JobClient.builder(ray.url()).build()) {
      JobWatcher watcher = JobWatcher.on(client);
      ray.putJob("ends", "SUCCEEDED");
      ray.putJob("runs", "RUNNING");
      watcher.await(new JobId("ends"), HOUR);
      CompletableFuture<JobDetails> cancelled = watcher.ended(new JobId("runs"), HOUR);
      assertThat(threads()).isPositive();

      cancelled.cancel(false);

      await().atMost(Duration.ofSeconds(20)).until(() -> threads() == 0);
    }
  }

  @Test
  void close_whileSomebodyWaits_leavesNothing() throws Exception {
    LeftOvers leftOvers = LeftOvers.since();
    waitAndClose();

    leftOvers.assertNone();
  }

  private static void waitAndClose() {
    try (FakeRay ray = FakeRay.start();
        JobClient client = JobClient.builder(ray.url()).build()) {
      JobWatcher watcher = JobWatcher.on(client);
      ray.putJob("runs", "RUNNING");
      CompletableFuture<JobDetails> end = watcher.ended(new JobId("runs"), HOUR);
      watcher.close();

      assertThat(end).failsWithin(Duration.ofSeconds(20));
    }
  }

  private static long threads() {
    return Thread.getAllStackTraces().keySet().stream()
        .filter(thread -> thread.getName().startsWith("ray-auth-job-watch"))
        .count();
  }
}
