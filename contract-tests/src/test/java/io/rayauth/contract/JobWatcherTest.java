package io.rayauth.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.awaitility.Awaitility.await;

import io.rayauth.JobClient;
import io.rayauth.JobWatcher;
import io.rayauth.RayClientListener;
import io.rayauth.RetryPolicy;
import io.rayauth.error.JobNotFoundException;
import io.rayauth.error.RayException;
import io.rayauth.error.RayInterruptedException;
import io.rayauth.error.RayTransportException;
import io.rayauth.job.AwaitTimeoutException;
import io.rayauth.job.JobDetails;
import io.rayauth.job.JobId;
import io.rayauth.job.JobListener;
import io.rayauth.job.JobStatus;
import io.rayauth.testkit.FakeRay;
import io.rayauth.testkit.Fault;
import io.rayauth.testkit.ManualClock;
import io.rayauth.testkit.RecordedCall;
import io.rayauth.testkit.WithFakeRay;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Many waiters, few requests; the time passes only when a test says so. */
@Timeout(60)
@WithFakeRay
class JobWatcherTest {
  private static final Duration SHORTEST = Duration.ofSeconds(2);
  private static final Duration LONGEST = Duration.ofSeconds(5);
  private static final Duration HOUR = Duration.ofHours(1);
  private static final JobId JOB = new JobId("job-0");

  private final ManualClock clock = ManualClock.holdingSleepers();
  private final List<String> story = new CopyOnWriteArrayList<>();
  private JobClient client;
  private JobWatcher watcher;

  @BeforeEach
  void connect(FakeRay ray) {
    client =
        JobClient.builder(ray.url())
            .time(clock)
            .retryPolicy(RetryPolicy.none())
            .listener(new Story())
            .build();
    watcher = JobWatcher.builder(client).pauses(SHORTEST, LONGEST).build();
  }

  @AfterEach
  void close() {
    watcher.close();
    client.close();
  }

  @Test
  void ended_forTenThousandJobs_costsOneRequestForEachPauseAndIsSeenWithinOne(FakeRay ray)
      throws Exception {
    int jobs = 10_000;
    Duration pause = Duration.ofSeconds(10);
    putAll(ray, jobs, "RUNNING");
    try (JobWatcher patient = JobWatcher.builder(client).pauses(pause, pause).build()) {
      List<CompletableFuture<JobDetails>> ends = endedAll(patient, jobs);
      clock.awaitSleepers(2);
      ray.clearCalls(); // of the first look, when only a few had come
      for (int second = 0; second < 300; second += 5) {
        pass(Duration.ofSeconds(5), 2);
      }
      assertThat(ray.calls()).hasSize(30).extracting(RecordedCall::path).containsOnly("/api/jobs/");
      putAll(ray, jobs, "SUCCEEDED");
      clock.advance(pause);

      assertThat(ends).allSatisfy(end -> assertThat(end).succeedsWithin(Duration.ofSeconds(20)));
      assertThat(ray.calls()).hasSize(31);
    }
  }

  @Test
  void ended_forAFewJobs_asksForEachByItself(FakeRay ray) throws Exception {
    putAll(ray, 100, "RUNNING");
    List<CompletableFuture<JobDetails>> ends = endedAll(3);
    clock.awaitSleepers(2);
    pass(SHORTEST, 2);
    ray.clearCalls();
    ray.putJob("job-2", "FAILED");
    pass(LONGEST, 2);

    assertThat(ray.calls())
        .extracting(RecordedCall::path)
        .containsExactlyInAnyOrder("/api/jobs/job-0", "/api/jobs/job-1", "/api/jobs/job-2");
    assertThat(ends.get(2))
        .succeedsWithin(Duration.ofSeconds(20))
        .returns(JobStatus.FAILED, JobDetails::status);
    assertThat(watcher.watched()).containsExactlyInAnyOrder(JOB, new JobId("job-1"));
  }

  @Test
  void ended_whereTheClusterHasFarMoreRecordsThanAreWatched_asksForEachByItself(FakeRay ray)
      throws Exception {
    putAll(ray, 1000, "RUNNING");
    endedAll(20);
    clock.awaitSleepers(2);
    pass(LONGEST, 2);
    ray.clearCalls();
    pass(LONGEST, 2);

    assertThat(ray.calls()).hasSize(20).extracting(RecordedCall::path).doesNotContain("/api/jobs/");
  }

  @Test
  void pauses_whileNothingChanges_growAndAfterAChangeAreShortAgain(FakeRay ray) throws Exception {
    ray.putJob("job-0", "PENDING");
    watcher.ended(JOB);
    for (int look = 0; look < 8; look++) {
      clock.awaitSleepers(1);
      clock.advance(LONGEST);
    }
    clock.awaitSleepers(1);
    ray.putJob("job-0", "RUNNING");
    pass(LONGEST, 1);

    List<Duration> pauses = clock.sleeps().stream().filter(pause -> !pause.isZero()).toList();
    assertThat(pauses.get(0)).isBetween(SHORTEST, SHORTEST.multipliedBy(6).dividedBy(5));
    assertThat(pauses.subList(4, 8)).containsOnly(LONGEST);
    assertThat(pauses.get(9)).isBetween(SHORTEST, SHORTEST.multipliedBy(6).dividedBy(5));
  }

  @Test
  void watch_whileTheJobLives_tellsEachStatusOnceAndThenTheEnd(FakeRay ray) throws Exception {
    Told told = new Told();
    ray.putJob("job-0", "PENDING");
    CompletableFuture<JobDetails> end = watcher.watch(JOB, told);
    clock.awaitSleepers(1);
    pass(LONGEST, 1);
    ray.putJob("job-0", "RUNNING");
    pass(LONGEST, 1);
    ray.putJob("job-0", "STOPPED");
    clock.advance(LONGEST);

    assertThat(end).succeedsWithin(Duration.ofSeconds(20));
    assertThat(told.events)
        .containsExactly(
            "null to PENDING", "PENDING to RUNNING", "RUNNING to STOPPED", "end STOPPED");
    assertThat(story)
        .containsExactly(
            "job-0 null to PENDING", "job-0 PENDING to RUNNING", "job-0 RUNNING to STOPPED");
  }

  @Test
  void watch_ofAJobThatIsWatchedAlready_tellsTheNewListenerItsStatusToo(FakeRay ray)
      throws Exception {
    ray.putJob("job-0", "RUNNING");
    watcher.ended(JOB);
    clock.awaitSleepers(1);
    Told told = new Told();

    watcher.watch(JOB, told);
    pass(LONGEST, 1);

    await().untilAsserted(() -> assertThat(told.events).containsExactly("null to RUNNING"));
    assertThat(story).containsExactly("job-0 null to RUNNING");
  }

  @Test
  void watch_afterARestartWithStoredIds_tellsWhatBecameOfEach(FakeRay ray) throws Exception {
    putAll(ray, 3, "RUNNING");
    endedAll(3);
    Set<JobId> stored = watcher.watched();
    watcher.close();
    ray.putJob("job-0", "SUCCEEDED");
    ray.forgetJob("job-1");

    Told told = new Told();
    try (JobWatcher restarted = JobWatcher.on(client)) {
      stored.forEach(id -> restarted.watch(id, told));

      await()
          .untilAsserted(() -> {
            clock.advance(LONGEST); // the first look may have come before the last job
            assertThat(told.events)
                .contains("null to SUCCEEDED", "end SUCCEEDED", "gone job-1", "null to RUNNING");
          });
      assertThat(restarted.watched()).containsExactly(new JobId("job-2"));
    }
  }

  @Test
  void ended_whenOneOfAFewRecordsIsGone_failsWithTheAnswer(FakeRay ray) throws Exception {
    ray.putJob("job-0", "RUNNING");
    Told told = new Told();
    CompletableFuture<JobDetails> end = watcher.watch(JOB, told);
    clock.awaitSleepers(1);
    ray.forgetJob("job-0");
    clock.advance(LONGEST);

    assertThat(failure(end))
        .isInstanceOfSatisfying(
            JobNotFoundException.class, e -> assertThat(e.status()).isEqualTo(404));
    assertThat(told.events).containsExactly("null to RUNNING", "gone job-0");
  }

  @Test
  void ended_whenThousandsOfRecordsAreGone_failsAfterTwoListsWithoutThem(FakeRay ray)
      throws Exception {
    putAll(ray, 2_000, "RUNNING");
    List<CompletableFuture<JobDetails>> ends = endedAll(2_000);
    clock.awaitSleepers(2);
    pass(LONGEST, 2);
    IntStream.range(0, 2_000).forEach(i -> ray.forgetJob("job-" + i));
    ray.clearCalls();
    pass(LONGEST, 2);
    assertThat(ends).noneMatch(CompletableFuture::isDone);
    clock.advance(LONGEST);

    assertThat(failure(ends.get(1_999)))
        .isInstanceOf(JobNotFoundException.class)
        .hasMessageContaining("job-1999 is not among the 0 jobs");
    assertThat(ends).allSatisfy(end -> assertThat(end).failsWithin(Duration.ofSeconds(20)));
    assertThat(ray.calls()).hasSize(2);
  }

  @Test
  void ended_whenAListLacksAJobOnce_waitsOn(FakeRay ray) throws Exception {
    putAll(ray, 20, "RUNNING");
    List<CompletableFuture<JobDetails>> ends = endedAll(20);
    clock.awaitSleepers(2);
    pass(LONGEST, 2);
    ray.onNext("GET", "/api/jobs/").respond(200, "[]", "Content-Type", "application/json");
    pass(LONGEST, 2);
    pass(LONGEST, 2);
    ray.onNext("GET", "/api/jobs/").respond(200, "[]", "Content-Type", "application/json");
    pass(LONGEST, 2);

    assertThat(ends).noneMatch(CompletableFuture::isDone);
  }

  @Test
  void ended_whenARecordIsGoneWhileOthersCome_failsAllTheSame(FakeRay ray) throws Exception {
    putAll(ray, 22, "RUNNING");
    List<CompletableFuture<JobDetails>> ends = endedAll(20);
    clock.awaitSleepers(2);
    ray.forgetJob("job-0");
    lookDuring(ray, () -> watcher.ended(new JobId("job-20"), HOUR));
    lookDuring(ray, () -> watcher.ended(new JobId("job-21"), HOUR));

    assertThat(failure(ends.get(0))).isInstanceOf(JobNotFoundException.class);
  }

  /** Does something while a list is asked for. */
  private void lookDuring(FakeRay ray, Runnable meanwhile) throws InterruptedException {
    ray.onNext("GET", "/api/jobs/").fault(Fault.STALL);
    clock.advance(LONGEST);
    await().until(() -> ray.waitingFaults() == 0);
    meanwhile.run();
    ray.releaseStalled();
    clock.awaitSleepers(2);
  }

  @Test
  void ended_whenAJobIsWatchedByTheIdOfItsDriver_isFoundInTheList(FakeRay ray) throws Exception {
    putAll(ray, 20, "RUNNING");
    endedAll(20);
    clock.awaitSleepers(2);
    CompletableFuture<JobDetails> byDriver = watcher.ended(new JobId("0a000000"));
    String list =
        """
        [{"submission_id": "job-0", "job_id": "0a000000", "status": "SUCCEEDED"}]\
        """;
    ray.onNext("GET", "/api/jobs/").respond(200, list, "Content-Type", "application/json");
    pass(LONGEST, 2);

    assertThat(byDriver).succeedsWithin(Duration.ofSeconds(20)).returns(JOB, JobDetails::id);
  }

  @Test
  void outage_isToldOnceAndFailsNobodyBeforeTheTimeIsUp(FakeRay ray) throws Exception {
    ray.putJob("job-0", "RUNNING");
    CompletableFuture<JobDetails> patient = watcher.ended(JOB);
    CompletableFuture<JobDetails> hasty = watcher.ended(JOB, Duration.ofSeconds(30));
    clock.awaitSleepers(2);
    for (int look = 0; look < 20; look++) {
      ray.onNext("GET", "/api/jobs/job-0").fault(Fault.status(503));
    }
    pass(LONGEST, 2);
    assertThat(story).endsWith("outage");
    for (int step = 0; step < 25; step++) {
      pass(Duration.ofSeconds(1), step < 24 ? 2 : 1);
    }

    assertThat(failure(hasty))
        .isInstanceOf(AwaitTimeoutException.class)
        .hasMessageContaining("job-0 is RUNNING after PT30S")
        .hasMessageContaining("503");
    assertThat(20 - ray.waitingFaults()).as("looks in the outage").isBetween(3, 10);
    assertThat(patient).isNotDone();
    ray.putJob("job-0", "SUCCEEDED");
    await()
        .until(() -> {
          clock.advance(Duration.ofSeconds(15));
          return patient.isDone();
        });
    assertThat(patient).isCompletedWithValueMatching(job -> job.status().isTerminal());
    assertThat(story).filteredOn(event -> event.startsWith("outage")).hasSize(2);
  }

  @Test
  void ended_whenTheClusterWasNeverSeenInTime_saysWhy(FakeRay ray) throws Exception {
    ray.onNext("GET", "/api/jobs/job-0").fault(Fault.CLOSE_BEFORE_HEADERS);
    ray.onNext("GET", "/api/jobs/job-0").fault(Fault.CLOSE_BEFORE_HEADERS);
    CompletableFuture<JobDetails> end = watcher.ended(JOB, Duration.ofSeconds(1));
    clock.awaitSleepers(2); // who looks, and who keeps the time
    assertThat(story).contains("outage");
    clock.advance(Duration.ofSeconds(1));

    assertThat(failure(end))
        .isInstanceOf(RayTransportException.class)
        .hasMessageContaining("job job-0 was not seen within PT1S")
        .hasCauseInstanceOf(RayTransportException.class);
  }

  @Test
  void ended_whileALookHangs_stillFailsWhenTheTimeIsUp(FakeRay ray) throws Exception {
    ray.putJob("job-0", "RUNNING");
    watcher.ended(JOB);
    clock.awaitSleepers(1);
    ray.onNext("GET", "/api/jobs/job-0").fault(Fault.STALL);
    clock.advance(LONGEST);
    CompletableFuture<JobDetails> end = watcher.ended(JOB, Duration.ofSeconds(3));
    await().until(() -> ray.waitingFaults() == 0);
    clock.awaitSleepers(1);
    clock.advance(Duration.ofSeconds(3));

    assertThat(failure(end)).isInstanceOf(AwaitTimeoutException.class);
    ray.releaseStalled();
  }

  @Test
  void cancel_takesTheWaiterOff(FakeRay ray) throws Exception {
    ray.putJob("job-0", "RUNNING");
    CompletableFuture<JobDetails> one = watcher.ended(JOB);
    CompletableFuture<JobDetails> other = watcher.ended(JOB, HOUR);
    clock.awaitSleepers(2);

    one.cancel(false);
    assertThat(watcher.watched()).containsExactly(JOB);
    other.cancel(false);
    assertThat(watcher.watched()).isEmpty();
  }

  @Test
  void ended_onceTheThreadsAreGone_startsThemAgain(FakeRay ray) throws Exception {
    ray.putJob("job-0", "SUCCEEDED");

    for (int round = 0; round < 5; round++) {
      CompletableFuture<JobDetails> end = watcher.ended(JOB);
      await()
          .until(() -> {
            clock.advance(SHORTEST); // once more, if the new thread had not begun to sleep
            return end.isDone();
          });
      assertThat(end).isCompletedWithValueMatching(job -> job.status().isTerminal());
    }
  }

  @Test
  void callbacks_thatBlock_holdUpNoLook(FakeRay ray) throws Exception {
    CountDownLatch never = new CountDownLatch(1);
    ray.putJob("job-0", "SUCCEEDED");
    ray.putJob("job-1", "RUNNING");
    watcher.ended(new JobId("job-1"));
    clock.awaitSleepers(1);
    watcher.ended(JOB).thenRun(() -> uninterruptibly(never));
    clock.advance(LONGEST);
    await().until(() -> story.size() == 2);
    clock.awaitSleepers(1);
    ray.putJob("job-1", "SUCCEEDED");
    clock.advance(LONGEST);

    await().untilAsserted(() -> assertThat(story).contains("job-1 RUNNING to SUCCEEDED"));
    never.countDown();
  }

  @Test
  void callbacks_whoseExecutorIsShutDown_doNotKeepAFutureFromItsEnd(FakeRay ray) {
    ExecutorService callbacks = Executors.newSingleThreadExecutor();
    callbacks.shutdown();
    ray.putJob("job-0", "SUCCEEDED");
    try (JobWatcher mine = JobWatcher.builder(client).callbacks(callbacks).build()) {
      assertThat(mine.watch(JOB, new Told())).succeedsWithin(Duration.ofSeconds(20));
    }
  }

  @Test
  void listener_thatThrows_hearsTheRestAndSpoilsNothing(FakeRay ray) {
    ray.putJob("job-0", "SUCCEEDED");
    Told told =
        new Told() {
          @Override
          public void onStatus(JobDetails job, @Nullable JobStatus before) {
            throw new IllegalStateException("broken listener");
          }
        };

    assertThat(watcher.watch(JOB, told)).succeedsWithin(Duration.ofSeconds(20));
    assertThat(told.events).containsExactly("end SUCCEEDED");
  }

  @Test
  void await_whenTheJobEnds_returnsIt(FakeRay ray) {
    ray.putJob("job-0", "FAILED");

    assertThat(watcher.await(JOB, HOUR).status()).isEqualTo(JobStatus.FAILED);
  }

  @Test
  void await_whenThereIsNoSuchJob_throwsThat() {
    assertThatExceptionOfType(JobNotFoundException.class)
        .isThrownBy(() -> watcher.await(JOB, HOUR))
        .returns("job-0", JobNotFoundException::jobId);
  }

  @Test
  void await_whenTheThreadIsInterrupted_endsAndTakesItselfOff(FakeRay ray) {
    ray.putJob("job-0", "RUNNING");
    Thread.currentThread().interrupt();

    assertThatExceptionOfType(RayInterruptedException.class)
        .isThrownBy(() -> watcher.await(JOB, HOUR));

    assertThat(Thread.interrupted()).isTrue();
    assertThat(watcher.watched()).isEmpty();
  }

  @Test
  void ended_withAnIdThatCannotBeAskedFor_isRefusedAtOnce() {
    assertThatIllegalArgumentException().isThrownBy(() -> watcher.ended(new JobId("..")));
    assertThat(watcher.watched()).isEmpty();
  }

  @Test
  void close_failsEverybodyWhoWaitsAndWhoeverComesLater(FakeRay ray) throws Exception {
    ray.putJob("job-0", "RUNNING");
    CompletableFuture<JobDetails> end = watcher.ended(JOB, HOUR);
    clock.awaitSleepers(2);
    watcher.close();

    assertThat(failure(end)).hasMessageContaining("the watcher is closed");
    assertThat(failure(watcher.ended(JOB))).hasMessageContaining("the watcher is closed");
  }

  @Test
  void client_thatIsClosedFirst_closesTheWatcherToo(FakeRay ray) throws Exception {
    ray.putJob("job-0", "RUNNING");
    CompletableFuture<JobDetails> end = watcher.ended(JOB);
    clock.awaitSleepers(1);
    client.close();
    clock.advance(LONGEST);

    assertThat(failure(end)).hasMessageContaining("the watcher is closed");
  }

  @Test
  void pauses_thatMakeNoSense_areRefused() {
    JobWatcher.Builder builder = JobWatcher.builder(client);

    assertThatIllegalArgumentException().isThrownBy(() -> builder.pauses(Duration.ZERO, LONGEST));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> builder.pauses(LONGEST, SHORTEST))
        .withMessageContaining("PT5S to PT2S");
  }

  private static void putAll(FakeRay ray, int jobs, String status) {
    IntStream.range(0, jobs).forEach(i -> ray.putJob("job-" + i, status));
  }

  private List<CompletableFuture<JobDetails>> endedAll(int jobs) {
    return endedAll(watcher, jobs);
  }

  private static List<CompletableFuture<JobDetails>> endedAll(JobWatcher watcher, int jobs) {
    return IntStream.range(0, jobs)
        .mapToObj(i -> watcher.ended(new JobId("job-" + i), HOUR))
        .toList();
  }

  private static Throwable failure(CompletableFuture<?> future) throws Exception {
    AtomicReference<Throwable> failure = new AtomicReference<>();
    future
        .handle((job, thrown) -> {
          failure.set(thrown);
          return job;
        })
        .get(20, TimeUnit.SECONDS);
    return failure.get();
  }

  private static void uninterruptibly(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Moves the clock and waits until that many threads sleep again. */
  private void pass(Duration step, int sleepers) throws InterruptedException {
    clock.advance(step);
    clock.awaitSleepers(sleepers);
  }

  /** Writes down what the client is told. */
  private final class Story implements RayClientListener {
    @Override
    public void onOutage(RayException cause) {
      story.add("outage");
    }

    @Override
    public void onOutageEnd(Duration lasted) {
      story.add("outage over after " + lasted);
    }

    @Override
    public void onStatusChange(JobId id, @Nullable JobStatus from, JobStatus to) {
      story.add(id + " " + from + " to " + to);
    }
  }

  /** Writes down what one listener is told. */
  private static class Told implements JobListener {
    final List<String> events = new CopyOnWriteArrayList<>();

    @Override
    public void onStatus(JobDetails job, @Nullable JobStatus before) {
      events.add(before + " to " + job.status());
    }

    @Override
    public void onEnd(JobDetails job) {
      events.add("end " + job.status());
    }

    @Override
    public void onGone(JobId id) {
      events.add("gone " + id);
    }
  }
}
