package io.rayauth.contract;

import static org.assertj.core.api.Assertions.assertThat;

import io.rayauth.JobWatcher;
import io.rayauth.error.JobNotFoundException;
import io.rayauth.job.JobDetails;
import io.rayauth.job.JobId;
import io.rayauth.job.JobListener;
import io.rayauth.job.JobStatus;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** What somebody who watches many jobs at once sees of them. */
interface WatchContract extends ClusterUnderTest {

  @Test
  default void ended_forJobsThatEndDifferently_tellsHowEachDid() {
    try (JobWatcher watcher = JobWatcher.on(client())) {
      List<CompletableFuture<JobDetails>> ends =
          Stream.of("sleep 1; exit 3", "sleep 2")
              .map(this::submitted)
              .map(id -> watcher.ended(id, PATIENCE))
              .toList();

      assertThat(ends.get(0))
          .succeedsWithin(PATIENCE)
          .satisfies(job -> assertThat(job.driverExitCode()).hasValue(3));
      assertThat(ends.get(1))
          .succeedsWithin(PATIENCE)
          .returns(JobStatus.SUCCEEDED, JobDetails::status);
      assertThat(watcher.watched()).isEmpty();
    }
  }

  @Test
  default void ended_forMoreJobsThanAreAskedForOneByOne_findsThemInTheListOrTellsThatTheyAreNot() {
    try (JobWatcher watcher =
        JobWatcher.builder(client())
            .pauses(Duration.ofMillis(200), Duration.ofSeconds(1))
            .build()) {
      JobId id = submitted("sleep 1");
      List<CompletableFuture<JobDetails>> unknown =
          IntStream.range(0, 20).mapToObj(i -> watcher.ended(JobId.random(), PATIENCE)).toList();
      CompletableFuture<JobDetails> end = watcher.ended(id, PATIENCE);

      assertThat(unknown)
          .allSatisfy(gone ->
              assertThat(gone)
                  .failsWithin(PATIENCE)
                  .withThrowableThat()
                  .withCauseInstanceOf(JobNotFoundException.class));
      assertThat(end).succeedsWithin(PATIENCE).returns(id, JobDetails::id);
    }
  }

  @Test
  default void watch_ofAJobThatIsStopped_tellsItsLifeInOrder() {
    List<String> life = new CopyOnWriteArrayList<>();
    JobId id = running("sleep 300");
    try (JobWatcher watcher = JobWatcher.on(client())) {
      CompletableFuture<JobDetails> end =
          watcher.watch(
              id,
              new JobListener() {
                @Override
                public void onStatus(JobDetails job, @Nullable JobStatus before) {
                  life.add(before + " to " + job.status());
                  if (before == null) {
                    client().stop(id);
                  }
                }

                @Override
                public void onEnd(JobDetails job) {
                  life.add("end");
                }
              });

      assertThat(end).succeedsWithin(PATIENCE);
      assertThat(life).containsExactly("null to RUNNING", "RUNNING to STOPPED", "end");
    }
  }
}
