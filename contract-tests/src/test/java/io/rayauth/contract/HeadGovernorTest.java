package io.rayauth.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.awaitility.Awaitility.await;

import io.rayauth.HeadGovernor;
import io.rayauth.JobClient;
import io.rayauth.RetryPolicy;
import io.rayauth.error.RayInterruptedException;
import io.rayauth.error.RayTransportException;
import io.rayauth.job.AdmissionTimeoutException;
import io.rayauth.job.JobSpec;
import io.rayauth.job.QueuePlace;
import io.rayauth.job.Submission;
import io.rayauth.testkit.FakeRay;
import io.rayauth.testkit.Fault;
import io.rayauth.testkit.ManualClock;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Who may submit when, and what becomes of old records; the time passes only when a test says so.
 */
@Timeout(60)
class HeadGovernorTest {
  private static final QueuePlace ORDINARY = QueuePlace.ordinary();
  private static final Duration NEXT_LOOK = Duration.ofSeconds(2);
  private static final long MB = 1L << 20;

  private final ManualClock clock = ManualClock.holdingSleepers();
  private final FakeRay ray = FakeRay.builder().time(clock).start();
  private final JobClient client =
      JobClient.builder(ray.url()).time(clock).retryPolicy(RetryPolicy.none()).build();
  private final List<String> order = new CopyOnWriteArrayList<>();
  private final List<Caller> callers = new CopyOnWriteArrayList<>();

  @AfterEach
  void close() throws Exception {
    for (Caller caller : callers) {
      caller.thread.interrupt();
      caller.thread.join();
    }
    client.close();
    ray.close();
  }

  @Test
  void run_whereAsManyJobsRunAsMay_waitsForTheEndOfOne() throws Exception {
    ray.putJob("a", "RUNNING");
    ray.putJob("b", "PENDING");
    ray.addDriver("01000000", "python notebook.py");
    try (HeadGovernor governor = HeadGovernor.builder(client).maxRunningJobs(2).build()) {
      Caller third = waiting(governor, ORDINARY, "third");
      pass(NEXT_LOOK);
      assertThat(order).isEmpty();

      ray.putJob("a", "FAILED");
      clock.advance(NEXT_LOOK);

      third.result.get(20, TimeUnit.SECONDS);
      assertThat(order).containsExactly("third");
    }
  }

  @Test
  void run_whereAsManyJobsArePendingAsMay_waitsForTheBeginningOfOne() throws Exception {
    ray.putJob("a", "PENDING");
    ray.putJob("b", "RUNNING");
    try (HeadGovernor governor = HeadGovernor.builder(client).maxPendingJobs(1).build()) {
      Caller next = waiting(governor, ORDINARY, "next");
      pass(NEXT_LOOK);
      assertThat(order).isEmpty();

      ray.putJob("a", "RUNNING");
      clock.advance(NEXT_LOOK);

      next.result.get(20, TimeUnit.SECONDS);
    }
  }

  @Test
  void run_forABurstOfCallers_neverHasMoreJobsThanMayRun() throws Exception {
    AtomicInteger running = new AtomicInteger();
    AtomicInteger most = new AtomicInteger();
    try (HeadGovernor governor = HeadGovernor.builder(client).maxRunningJobs(3).build()) {
      List<Caller> burst =
          IntStream.range(0, 12)
              .mapToObj(i ->
                  calling(() ->
                      governor.run(
                          ORDINARY,
                          () -> {
                            ray.putJob("job-" + i, "RUNNING");
                            most.accumulateAndGet(running.incrementAndGet(), Math::max);
                            order.add("job-" + i);
                            return i;
                          })))
              .toList();
      for (int ended = 0; ended < 12; ended++) {
        int oldest = ended;
        await()
            .atMost(Duration.ofSeconds(30))
            .until(() -> {
              clock.advance(NEXT_LOOK);
              return order.size() > oldest;
            });
        running.decrementAndGet();
        ray.putJob(order.get(ended), "SUCCEEDED");
      }

      for (Caller caller : burst) {
        caller.result.get(20, TimeUnit.SECONDS);
      }
    }
    assertThat(most).hasValueLessThanOrEqualTo(3);
    assertThat(most).hasValueGreaterThan(1);
  }

  @Test
  void run_whileASubmissionIsUnderWay_countsItsJob() throws Exception {
    CountDownLatch answer = new CountDownLatch(1);
    try (HeadGovernor governor = HeadGovernor.builder(client).maxRunningJobs(1).build()) {
      Caller first =
          calling(() ->
              governor.run(
                  ORDINARY,
                  () -> {
                    order.add("first");
                    uninterruptibly(answer);
                    return 1;
                  }));
      await().until(() -> order.contains("first"));
      Caller second = waiting(governor, ORDINARY, "second");
      pass(NEXT_LOOK);
      pass(NEXT_LOOK);
      assertThat(order).containsExactly("first");

      answer.countDown();
      first.result.get(20, TimeUnit.SECONDS);
      clock.advance(NEXT_LOOK);

      second.result.get(20, TimeUnit.SECONDS);
    }
  }

  @Test
  void run_withARate_spreadsSubmissionsEvenly() throws Exception {
    Instant begun = clock.instant();
    List<Duration> times = new CopyOnWriteArrayList<>();
    try (HeadGovernor governor = HeadGovernor.builder(client).maxSubmissionsPerSecond(2).build()) {
      for (int i = 0; i < 5; i++) {
        calling(() ->
            governor.run(ORDINARY, () -> times.add(Duration.between(begun, clock.instant()))));
      }
      for (int i = 1; i < 5; i++) {
        int before = i;
        await().until(() -> times.size() == before);
        clock.awaitSleepers(1);
        clock.advance(Duration.ofMillis(500));
      }
      await().until(() -> times.size() == 5);
    }
    assertThat(times)
        .containsExactly(
            Duration.ZERO,
            Duration.ofMillis(500),
            Duration.ofMillis(1000),
            Duration.ofMillis(1500),
            Duration.ofMillis(2000));
    assertThat(ray.calls()).isEmpty();
  }

  @Test
  void run_whereTheHeadIsShortOfMemory_waitsUntilItIsNot() throws Exception {
    ray.freeHeadMemory(1100 * MB);
    try (HeadGovernor governor =
        HeadGovernor.builder(client).minFreeHeadMemory(1024 * MB).build()) {
      Caller next = waiting(governor, ORDINARY, "next");
      pass(NEXT_LOOK);
      assertThat(order).isEmpty();

      ray.freeHeadMemory(1200 * MB);
      clock.advance(NEXT_LOOK);

      next.result.get(20, TimeUnit.SECONDS);
      assertThat(ray.calls()).extracting(call -> call.path()).containsOnly("/nodes");
    }
  }

  @Test
  void run_whereTheMemoryIsEnoughForTwo_admitsTwoBeforeTheNextLook() throws Exception {
    ray.freeHeadMemory((1024 + 2 * 85 + 10) * MB);
    try (HeadGovernor governor =
        HeadGovernor.builder(client).minFreeHeadMemory(1024 * MB).build()) {
      waiting(governor, ORDINARY, "one").result.get(20, TimeUnit.SECONDS);
      waiting(governor, ORDINARY, "two").result.get(20, TimeUnit.SECONDS);
      waiting(governor, ORDINARY, "three");
      clock.awaitSleepers(1);

      assertThat(order).containsExactly("one", "two");
    }
  }

  @Test
  void run_withPrioritiesAndGroups_takesTheHigherFirstAndGroupsInTurns() throws Exception {
    try (HeadGovernor governor = HeadGovernor.builder(client).maxSubmissionsPerSecond(1).build()) {
      waiting(governor, ORDINARY, "first").result.get(20, TimeUnit.SECONDS);
      QueuePlace big = ORDINARY.inGroup("big");
      waiting(governor, big, "big 1");
      waiting(governor, big, "big 2");
      waiting(governor, big, "big 3");
      waiting(governor, ORDINARY.inGroup("small"), "small 1");
      waiting(governor, big.withPriority(1), "urgent");
      waiting(governor, ORDINARY.inGroup("small"), "small 2");
      waiting(governor, big.withPriority(-1), "someday");

      for (int second = 0; second < 7; second++) {
        int before = order.size();
        clock.awaitSleepers(1);
        clock.advance(Duration.ofSeconds(1));
        await().until(() -> order.size() == before + 1);
      }
    }
    assertThat(order)
        .containsExactly(
            "first", "urgent", "big 1", "small 1", "big 2", "small 2", "big 3", "someday");
  }

  @Test
  void run_whenThePatienceIsOver_saysWhatStoodInTheWayAndSubmitsNothing() throws Exception {
    ray.putJob("a", "RUNNING");
    try (HeadGovernor governor = HeadGovernor.builder(client).maxRunningJobs(1).build()) {
      Caller hasty = waiting(governor, ORDINARY.within(Duration.ofSeconds(5)), "hasty");
      clock.awaitSleepers(2);
      pass(Duration.ofSeconds(4));
      assertThat(hasty.result).isNotDone();
      clock.advance(Duration.ofSeconds(1));

      assertThat(failure(hasty))
          .isInstanceOf(AdmissionTimeoutException.class)
          .hasMessage(
              "no turn to submit within PT5S, nothing was submitted: 1 jobs run and 0 have not begun, of 1 that may");
      ray.putJob("a", "SUCCEEDED");
      Caller next = waiting(governor, ORDINARY, "next");
      await()
          .until(() -> {
            clock.advance(NEXT_LOOK); // once more, if a look was under way
            return next.result.isDone();
          });
      assertThat(order).containsExactly("next");
    }
  }

  @Test
  void run_whenTheThreadIsInterrupted_leavesTheQueue() throws Exception {
    try (HeadGovernor governor = HeadGovernor.builder(client).maxSubmissionsPerSecond(1).build()) {
      waiting(governor, ORDINARY, "first").result.get(20, TimeUnit.SECONDS);
      Caller second = waiting(governor, ORDINARY, "second");
      Caller third = waiting(governor, ORDINARY, "third");
      second.thread.interrupt();

      assertThat(failure(second)).isInstanceOf(RayInterruptedException.class);
      clock.awaitSleepers(1);
      clock.advance(Duration.ofSeconds(1));
      third.result.get(20, TimeUnit.SECONDS);
    }
    assertThat(order).containsExactly("first", "third");
  }

  @Test
  void run_whileTheHeadDoesNotAnswer_holdsEverybodyBackAndSaysWhyInTheEnd() throws Exception {
    IntStream.range(0, 50).forEach(i -> ray.onNext("GET", "/api/jobs/").fault(Fault.status(503)));
    try (HeadGovernor governor = HeadGovernor.builder(client).maxRunningJobs(5).build()) {
      Caller hasty = waiting(governor, ORDINARY.within(Duration.ofSeconds(30)), "hasty");
      clock.awaitSleepers(2);
      for (int second = 0; second < 29; second++) {
        clock.advance(Duration.ofSeconds(1));
        clock.awaitSleepers(2);
      }
      clock.advance(Duration.ofSeconds(1));

      assertThat(failure(hasty))
          .hasMessageContaining("the head does not answer")
          .hasMessageContaining("503");
      assertThat(ray.calls()).hasSizeLessThan(15);
    }
  }

  @Test
  void run_whenTheSubmissionFails_throwsThatAndLetsTheNextOneGo() throws Exception {
    try (HeadGovernor governor = HeadGovernor.builder(client).maxRunningJobs(1).build()) {
      Caller fails =
          calling(() ->
              governor.run(
                  ORDINARY,
                  () -> {
                    throw new IllegalStateException("no such file");
                  }));
      assertThat(failure(fails)).hasMessage("no such file");
      Caller next = waiting(governor, ORDINARY, "next");
      clock.awaitSleepers(1);
      clock.advance(NEXT_LOOK);

      next.result.get(20, TimeUnit.SECONDS);
    }
  }

  @Test
  void submit_throughOneGovernor_countsTheJobsOfAllClients() throws Exception {
    try (JobClient another = JobClient.builder(ray.url()).build();
        HeadGovernor governor = HeadGovernor.builder(client).maxRunningJobs(2).build()) {
      Submission one = governor.submit(JobSpec.running("sleep 300").build());
      Submission other =
          governor.run(ORDINARY, () -> another.submit(JobSpec.running("sleep 300").build()));
      Caller third = waiting(governor, ORDINARY, "third");
      pass(NEXT_LOOK);
      assertThat(order).isEmpty();

      client.stop(one.id());
      await().until(() -> client.job(one.id()).status().isTerminal());
      clock.advance(NEXT_LOOK);
      third.result.get(20, TimeUnit.SECONDS);
      client.stop(other.id());
    }
  }

  @Test
  void close_sendsEverybodyAway() throws Exception {
    ray.putJob("a", "RUNNING");
    HeadGovernor governor = HeadGovernor.builder(client).maxRunningJobs(1).build();
    Caller caller = waiting(governor, ORDINARY, "caller");
    clock.awaitSleepers(1);
    governor.close();

    assertThat(failure(caller))
        .isInstanceOf(RayTransportException.class)
        .hasMessageContaining("the governor is closed");
    assertThat(failure(calling(() -> governor.run(ORDINARY, () -> 1))))
        .hasMessageContaining("the governor is closed");
  }

  @Test
  void client_thatIsClosedFirst_sendsEverybodyAway() throws Exception {
    ray.putJob("a", "RUNNING");
    HeadGovernor governor = HeadGovernor.builder(client).maxRunningJobs(1).build();
    Caller caller = waiting(governor, ORDINARY, "caller");
    clock.awaitSleepers(1);
    client.close();
    clock.advance(NEXT_LOOK);

    assertThat(failure(caller)).hasMessageContaining("the governor is closed");
  }

  @Test
  void housekeeping_thatMayNotDeleteOneRecord_deletesTheOthers() throws Exception {
    ray.addFinishedJob("old", "true", Map.of());
    clock.advance(Duration.ofHours(1));
    ray.addFinishedJob("stuck", "true", Map.of());
    clock.advance(Duration.ofHours(1));
    ray.onNext("DELETE", "/api/jobs/stuck").respond(500, "RuntimeError: not this one");
    try (HeadGovernor governor = HeadGovernor.builder(client).keepFinishedAtMost(0).build()) {
      clock.awaitSleepers(1);
      assertThat(ray.jobs()).extracting(FakeRay.Job::id).containsExactly("stuck");
      assertThat(governor).isNotNull();
    }
  }

  @Test
  void housekeeping_byAge_deletesWhatEndedLongAgoAndNothingElse() throws Exception {
    ray.addFinishedJob("old", "true", Map.of());
    clock.advance(Duration.ofHours(2));
    ray.addFinishedJob("young", "true", Map.of());
    ray.putJob("runs", "RUNNING");
    HeadGovernor governor =
        HeadGovernor.builder(client).deleteFinishedAfter(Duration.ofHours(1)).build();
    clock.awaitSleepers(1);
    assertThat(ray.jobs()).extracting(FakeRay.Job::id).containsExactly("young", "runs");

    clock.advance(Duration.ofMinutes(61));
    clock.awaitSleepers(1);
    governor.close();
    assertThat(ray.jobs()).extracting(FakeRay.Job::id).containsExactly("runs");
  }

  @Test
  void housekeeping_byNumber_deletesThoseThatEndedFirstButNoneOfTheLastMinute() throws Exception {
    for (int i = 0; i < 5; i++) {
      ray.addFinishedJob("job-" + i, "true", Map.of());
      clock.advance(Duration.ofMinutes(2));
    }
    ray.addFinishedJob("new-1", "true", Map.of());
    ray.addFinishedJob("new-2", "true", Map.of());
    ray.addFinishedJob("new-3", "true", Map.of());
    try (HeadGovernor governor = HeadGovernor.builder(client).keepFinishedAtMost(2).build()) {
      clock.awaitSleepers(1);
      assertThat(ray.jobs()).extracting(FakeRay.Job::id).containsExactly("new-1", "new-2", "new-3");
      assertThat(governor).isNotNull();
    }
  }

  @Test
  void housekeeping_whereNobodyAskedForIt_deletesNothing() throws Exception {
    ray.addFinishedJob("old", "true", Map.of());
    clock.advance(Duration.ofDays(1000));
    try (HeadGovernor governor = HeadGovernor.builder(client).maxRunningJobs(1).build()) {
      waiting(governor, ORDINARY, "next").result.get(20, TimeUnit.SECONDS);
    }
    assertThat(ray.jobs()).hasSize(1);
  }

  @Test
  void limits_thatMakeNoSense_areRefused() {
    HeadGovernor.Builder builder = HeadGovernor.builder(client);

    assertThatIllegalArgumentException().isThrownBy(() -> builder.maxRunningJobs(0));
    assertThatIllegalArgumentException().isThrownBy(() -> builder.maxPendingJobs(-1));
    assertThatIllegalArgumentException().isThrownBy(() -> builder.maxSubmissionsPerSecond(0));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> builder.maxSubmissionsPerSecond(Double.NaN));
    assertThatIllegalArgumentException().isThrownBy(() -> builder.minFreeHeadMemory(0));
    assertThatIllegalArgumentException().isThrownBy(() -> builder.keepFinishedAtMost(-1));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> builder.deleteFinishedAfter(Duration.ofSeconds(-1)));
  }

  /** Moves the clock and waits until the governor has done what there was to do. */
  private void pass(Duration step) throws InterruptedException {
    clock.awaitSleepers(1);
    clock.advance(step);
    clock.awaitSleepers(1);
  }

  /**
   * Starts a caller that writes down its turn, and waits until it stands in the queue or is done.
   */
  private Caller waiting(HeadGovernor governor, QueuePlace place, String name) {
    Caller caller = calling(() -> governor.run(place, () -> order.add(name)));
    await()
        .until(() ->
            caller.result.isDone()
                || Arrays.stream(caller.thread.getStackTrace())
                    .anyMatch(frame ->
                        frame.getClassName().endsWith("Admissions")
                            && frame.getMethodName().equals("await")));
    return caller;
  }

  private Caller calling(Supplier<?> call) {
    CompletableFuture<Object> result = new CompletableFuture<>();
    Thread thread =
        new Thread(() -> {
          try {
            result.complete(call.get());
          } catch (RuntimeException e) {
            result.completeExceptionally(e);
          }
        });
    Caller caller = new Caller(thread, result);
    callers.add(caller);
    thread.start();
    return caller;
  }

  private static Throwable failure(Caller caller) throws Exception {
    AtomicReference<Throwable> failure = new AtomicReference<>();
    caller
        .result
        .handle((result, thrown) -> {
          failure.set(thrown);
          return 1;
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

  /** Somebody who submits on a thread of their own. */
  private record Caller(Thread thread, CompletableFuture<Object> result) {}
}
