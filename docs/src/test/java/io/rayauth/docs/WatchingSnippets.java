package io.rayauth.docs;

import static org.assertj.core.api.Assertions.assertThat;

import io.rayauth.JobClient;
import io.rayauth.JobWatcher;
import io.rayauth.job.JobDetails;
import io.rayauth.job.JobId;
import io.rayauth.job.JobListener;
import io.rayauth.job.JobStatus;
import io.rayauth.testkit.FakeRay;
import io.rayauth.testkit.ManualClock;
import io.rayauth.testkit.WithFakeRay;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(120)
class WatchingSnippets {
  @Test
  @WithFakeRay
  void futures_ofJobsThatEnd_tellHow(FakeRay ray, JobClient client) {
    ray.putJob("one", "SUCCEEDED");
    ray.putJob("two", "FAILED");
    List<JobId> ids = List.of(new JobId("one"), new JobId("two"));

    // @start region=futures
    try (JobWatcher watcher = JobWatcher.on(client)) {
      List<CompletableFuture<JobDetails>> ends =
          ids.stream().map(id -> watcher.ended(id, Duration.ofHours(12))).toList();
      for (CompletableFuture<JobDetails> end : ends) {
        JobDetails job = end.join();
        System.out.println(job.id() + " " + job.status());
      }
    }
    // @end

    assertThat(ray.calls()).isNotEmpty();
  }

  @Test
  @WithFakeRay
  void listener_ofAJobThatEnds_isTold(FakeRay ray, JobClient client) {
    JobId id = new JobId("one");
    ray.putJob("one", "SUCCEEDED");
    try (JobWatcher watcher = JobWatcher.on(client)) {
      // @start region=listener
      CompletableFuture<JobDetails> end =
          watcher.watch(
              id,
              new JobListener() {
                @Override
                public void onStatus(JobDetails job, @Nullable JobStatus before) {
                  System.out.println(job.id() + " is " + job.status());
                }

                @Override
                public void onGone(JobId gone) {
                  System.out.println("the cluster has no job " + gone + " any more");
                }
              });
      // @end

      assertThat(end).succeedsWithin(Duration.ofSeconds(20));
    }
  }

  @Test
  @WithFakeRay
  void restart_withStoredIds_tellsWhatBecameOfTheJob(FakeRay ray, JobClient client)
      throws Exception {
    ray.putJob("one", "RUNNING");
    CountDownLatch ended = new CountDownLatch(1);
    JobListener listener =
        new JobListener() {
          @Override
          public void onEnd(JobDetails job) {
            ended.countDown();
          }
        };
    JobWatcher watcher = JobWatcher.on(client);
    watcher.watch(new JobId("one"), listener);

    // @start region=restart
    Set<JobId> stored = watcher.watched(); // write the ids somewhere that lasts
    watcher.close();

    JobWatcher afterRestart = JobWatcher.on(client);
    stored.forEach(id -> afterRestart.watch(id, listener));
    // @end

    ray.putJob("one", "SUCCEEDED");
    assertThat(ended.await(20, TimeUnit.SECONDS)).isTrue();
    afterRestart.close();
  }

  // @start region=clock
  @Test
  @WithFakeRay
  void ended_whenTheJobEnds_isSeenAtTheNextLook(FakeRay ray) throws Exception {
    ManualClock clock = ManualClock.holdingSleepers();
    ray.putJob("training", "RUNNING");
    try (JobClient client = JobClient.builder(ray.url()).time(clock).build();
        JobWatcher watcher = JobWatcher.on(client)) {
      CompletableFuture<JobDetails> end = watcher.ended(new JobId("training"));
      clock.awaitSleepers(1); // it has looked, and pauses

      ray.putJob("training", "SUCCEEDED");
      clock.advance(Duration.ofSeconds(5));

      assertThat(end).succeedsWithin(Duration.ofSeconds(20));
    }
  }

  // @end
}
