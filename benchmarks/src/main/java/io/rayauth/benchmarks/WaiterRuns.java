package io.rayauth.benchmarks;

import io.rayauth.JobClient;
import io.rayauth.JobWatcher;
import io.rayauth.RayClientListener;
import io.rayauth.benchmarks.Row.Column;
import io.rayauth.job.JobDetails;
import io.rayauth.job.JobId;
import io.rayauth.job.JobStatus;
import io.rayauth.token.TokenProvider;
import java.lang.management.ManagementFactory;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;

/**
 * Weighs those who wait for a job each, beside as many plain futures in a map by the same ids,
 * which is the least that anybody would have to hold.
 */
final class WaiterRuns {
  private static final int WARM_UP = 100;
  private static final int COLLECTIONS = 5;

  private final Report report;

  WaiterRuns(Report report) {
    this.report = report;
  }

  void measure(URI server, String token) {
    long unused = ours(server, token, WARM_UP) + plain(WARM_UP); // loads the classes
    measure(Row.WAITERS_100, 100, server, token);
    measure(Row.WAITERS_1000, 1_000, server, token);
    measure(Row.WAITERS_10000, JobListServer.JOBS, server, token);
  }

  private void measure(Row row, int waiters, URI server, String token) {
    double ours = row.inUnits(ours(server, token, waiters) / (double) waiters);
    double plain = row.inUnits(plain(waiters) / (double) waiters);
    report.add(new Comparison(row, Column.FAST, ours, plain, ours));
  }

  private static long ours(URI server, String token, int waiters) {
    CountDownLatch seen = new CountDownLatch(waiters);
    RayClientListener listener =
        new RayClientListener() {
          @Override
          public void onStatusChange(JobId id, @Nullable JobStatus from, JobStatus to) {
            seen.countDown();
          }
        };
    URI running = URI.create(server + JobListServer.RUNNING);
    try (JobClient client =
            JobClient.builder(running)
                .tokenProvider(TokenProvider.of(token))
                .listener(listener)
                .build();
        JobWatcher watcher =
            JobWatcher.builder(client)
                .pauses(Duration.ofMillis(200), Duration.ofHours(1))
                .build()) {
      client.jobs(); // so that the connection and its buffers are not counted
      List<CompletableFuture<JobDetails>> ends = new ArrayList<>(waiters);
      long before = heap();
      for (int i = 0; i < waiters; i++) {
        ends.add(watcher.ended(new JobId(JobListServer.id(i)), Duration.ofHours(1)));
      }
      seen.await();
      long taken = heap() - before;
      ends.forEach(end -> end.cancel(false));
      return taken;
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  private static long plain(int waiters) {
    Map<JobId, CompletableFuture<JobDetails>> ends = new HashMap<>();
    long before = heap();
    for (int i = 0; i < waiters; i++) {
      ends.put(new JobId(JobListServer.id(i)), new CompletableFuture<>());
    }
    long taken = heap() - before;
    ends.values().forEach(end -> end.cancel(false));
    return taken;
  }

  /** What is reachable, in bytes. */
  private static long heap() {
    long least = Long.MAX_VALUE;
    for (int i = 0; i < COLLECTIONS; i++) {
      System.gc();
      least = Math.min(least, ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed());
    }
    return least;
  }
}
