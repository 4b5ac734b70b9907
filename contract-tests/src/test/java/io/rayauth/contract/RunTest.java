package io.rayauth.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.awaitility.Awaitility.await;

import io.rayauth.JobClient;
import io.rayauth.RetryPolicy;
import io.rayauth.error.RayAuthException;
import io.rayauth.error.RayException;
import io.rayauth.error.RayInterruptedException;
import io.rayauth.error.RayTransportException;
import io.rayauth.job.JobDetails;
import io.rayauth.job.JobId;
import io.rayauth.job.JobResult;
import io.rayauth.job.JobResult.Outcome;
import io.rayauth.job.JobSpec;
import io.rayauth.job.JobStatus;
import io.rayauth.job.RunOptions;
import io.rayauth.testkit.FakeRay;
import io.rayauth.testkit.Fault;
import io.rayauth.testkit.ManualClock;
import io.rayauth.testkit.RecordedCall;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** How a run ends, and what becomes of the job if its caller gives up. */
@Timeout(60)
class RunTest {
  private static final JobId ID = new JobId("job-1");
  private static final JobSpec SLEEP = spec("exec sleep 300");
  private static final String ACCEPTED = RawServer.json("{\"submission_id\":\"job-1\"}");
  private static final String RUNNING =
      RawServer.json("{\"submission_id\":\"job-1\",\"status\":\"RUNNING\"}");

  private final FakeRay ray = FakeRay.start();
  private final JobClient client = JobClient.builder(ray.url()).build();
  private final ExecutorService executor = Executors.newSingleThreadExecutor();

  @AfterEach
  void close() throws InterruptedException {
    executor.shutdown();
    try (ray;
        client) {
      assertThat(executor.awaitTermination(20, TimeUnit.SECONDS)).isTrue();
    }
  }

  /** With and without a reader of the log, which are two ways to wait. */
  static Stream<Named<RunOptions.Builder>> ways() {
    return Stream.of(
        Named.of("waiting", RunOptions.builder()),
        Named.of("following", RunOptions.builder().lineSink(line -> {})));
  }

  @Test
  void run_whenNobodyReadsTheLog_asksForTheStatusOnly() {
    JobResult result = client.run(spec("echo hello"));

    assertThat(result.outcome()).isEqualTo(Outcome.SUCCEEDED);
    assertThat(result.id()).isEqualTo(ID);
    assertThat(result.exitCode()).hasValue(0);
    assertThat(ray.calls()).extracting(RecordedCall::path).noneMatch(path -> path.contains("logs"));
  }

  @ParameterizedTest
  @MethodSource("ways")
  void run_whenSomebodyStopsTheJob_isStopped(RunOptions.Builder options) throws Exception {
    CompletableFuture<JobResult> run = client.async(executor).run(SLEEP, options.build());
    awaitStatus("RUNNING");

    client.stop(ID);

    assertThat(run.get(20, TimeUnit.SECONDS).outcome()).isEqualTo(Outcome.STOPPED);
  }

  @ParameterizedTest
  @MethodSource("ways")
  void run_whenTheTimeIsUp_isTimedOutAndTheJobRunsOn(RunOptions.Builder options) {
    options.submissionSink(submission -> awaitStatus("RUNNING")); // before the time begins

    JobResult result = client.run(SLEEP, options.timeout(Duration.ofMillis(300)).build());

    assertThat(result.outcome()).isEqualTo(Outcome.TIMED_OUT);
    assertThat(result.job()).map(JobDetails::status).contains(JobStatus.RUNNING);
    assertThat(result.message()).contains("job-1 is RUNNING after PT0.3S", "runs on");
    assertThat(Thread.currentThread().isInterrupted()).isFalse();
    assertThat(client.job(ID).status()).isEqualTo(JobStatus.RUNNING);
  }

  @ParameterizedTest
  @MethodSource("ways")
  void run_whenTheTimeIsUpAndTheJobIsToStop_stopsIt(RunOptions.Builder options) {
    JobResult result =
        client.run(SLEEP, options.timeout(Duration.ofMillis(300)).stopIfAbandoned().build());

    assertThat(result.outcome()).isEqualTo(Outcome.TIMED_OUT);
    assertThat(result.message()).contains("was told to stop");
    awaitStatus("STOPPED");
  }

  @Test
  void run_whenTheTimeIsUpAndTheSinkSwallowsTheInterrupt_isTimedOutAllTheSame() {
    CountDownLatch never = new CountDownLatch(1);
    RunOptions options =
        RunOptions.builder()
            .timeout(Duration.ofMillis(300))
            .lineSink(line -> {
              try {
                boolean unused = never.await(30, TimeUnit.SECONDS);
              } catch (InterruptedException swallowed) {
                // as careless code does
              }
            })
            .build();

    JobResult result = client.run(spec("echo a; echo b; exec sleep 300"), options);

    assertThat(result.outcome()).isEqualTo(Outcome.TIMED_OUT);
    assertThat(Thread.currentThread().isInterrupted()).isFalse();
  }

  @ParameterizedTest
  @MethodSource("ways")
  void run_whenTheJobEndsInTime_isItsResult(RunOptions.Builder options) {
    JobResult result = client.run(spec("exit 7"), options.timeout(Duration.ofSeconds(30)).build());

    assertThat(result.exitCode()).hasValue(7);
  }

  static Stream<Named<String>> losses() {
    return Stream.of(
        Named.of(
            "the record is gone",
            RawServer.answer("404 Not Found", "", "Job job-1 does not exist")),
        Named.of("the head is gone", RawServer.CLOSE),
        Named.of(
            "the head behind a gateway is gone",
            RawServer.answer("503 Service Unavailable", "", "no upstream")));
  }

  @ParameterizedTest
  @MethodSource("losses")
  void run_whenTheJobCannotBeSeenAnyMore_isLost(String loss) {
    for (RunOptions options :
        List.of(
            RunOptions.defaults(),
            RunOptions.builder().timeout(Duration.ofSeconds(30)).lineSink(line -> {}).build())) {
      try (RawServer server = RawServer.answering(ACCEPTED, RUNNING, loss);
          JobClient lossy =
              JobClient.builder(server.url())
                  .retryPolicy(RetryPolicy.none())
                  .time(ManualClock.create()) // the patience of those who follow is minutes
                  .build()) {
        JobResult result = lossy.run(SLEEP, options);

        assertThat(result.outcome()).isEqualTo(Outcome.LOST);
        assertThat(result.id()).isEqualTo(ID);
        assertThat(result.job()).isEmpty();
        assertThat(result.message()).contains("job-1");
      }
    }
  }

  @Test
  void run_whenTheTokenIsRefusedMeanwhile_throws() {
    try (RawServer server =
            RawServer.answering(
                ACCEPTED,
                RUNNING,
                RawServer.answer("403 Forbidden", "", "Forbidden: Invalid authentication token"));
        JobClient refused = JobClient.builder(server.url()).build()) {
      assertThatExceptionOfType(RayAuthException.class).isThrownBy(() -> refused.run(SLEEP));
    }
  }

  @ParameterizedTest
  @MethodSource("ways")
  void close_whileAJobRuns_endsTheRunWithoutAResult(RunOptions.Builder options) throws Exception {
    JobClient closed = JobClient.builder(ray.url()).build();
    CompletableFuture<JobResult> run =
        closed
            .async(executor)
            .run(SLEEP, options.timeout(Duration.ofSeconds(30)).stopIfAbandoned().build());
    awaitStatus("RUNNING");

    closed.close();

    assertThat(run)
        .failsWithin(Duration.ofSeconds(20))
        .withThrowableThat()
        .havingCause()
        .isInstanceOf(RayTransportException.class)
        .withMessageContaining("closed");
    assertThat(client.job(ID).status()).isEqualTo(JobStatus.RUNNING);
  }

  @ParameterizedTest
  @MethodSource("ways")
  void cancel_whileTheJobRuns_letsItRunOn(RunOptions.Builder options) throws Exception {
    CompletableFuture<JobResult> run = client.async(executor).run(SLEEP, options.build());
    awaitStatus("RUNNING");

    run.cancel(true);

    awaitIdleExecutor();
    assertThat(client.job(ID).status()).isEqualTo(JobStatus.RUNNING);
  }

  @ParameterizedTest
  @MethodSource("ways")
  void cancel_whenTheJobIsToStop_stopsIt(RunOptions.Builder options) throws Exception {
    CompletableFuture<JobResult> run =
        client.async(executor).run(SLEEP, options.stopIfAbandoned().build());
    awaitStatus("RUNNING");

    run.cancel(true);

    awaitIdleExecutor();
    awaitStatus("STOPPED");
  }

  @Test
  void interrupt_whenTheJobIsToStop_stopsItAndStaysSet() throws Exception {
    CompletableFuture<Boolean> stillSet = new CompletableFuture<>();
    Thread caller =
        new Thread(() -> {
          Throwable thrown =
              catchThrowable(
                  () -> client.run(SLEEP, RunOptions.builder().stopIfAbandoned().build()));
          stillSet.complete(
              thrown instanceof RayInterruptedException
                  && thrown.getSuppressed().length == 0
                  && Thread.interrupted());
        });
    caller.start();
    awaitStatus("RUNNING");

    caller.interrupt();

    assertThat(stillSet.get(20, TimeUnit.SECONDS)).isTrue();
    awaitStatus("STOPPED");
    caller.join(20_000);
  }

  @Test
  void cancel_whileTheAnswerToTheSubmissionIsAwaited_stopsTheJob() throws Exception {
    ray.onNext("POST", "/api/jobs/").acceptThen(Fault.STALL);
    CompletableFuture<JobResult> run =
        client.async(executor).run(SLEEP, RunOptions.builder().stopIfAbandoned().build());
    awaitStatus("RUNNING");

    run.cancel(true);

    awaitIdleExecutor();
    awaitStatus("STOPPED");
  }

  @Test
  void cancel_whileASubmissionUnderATakenIdIsUnderWay_leavesTheOtherJobAlone() throws Exception {
    client.submit(spec("exec sleep 299"));
    awaitStatus("RUNNING");
    ray.clearCalls();
    ray.onNext("POST", "/api/jobs/").acceptThen(Fault.STALL);
    CompletableFuture<JobResult> run =
        client.async(executor).run(SLEEP, RunOptions.builder().stopIfAbandoned().build());
    await().until(() -> !ray.calls().isEmpty());

    run.cancel(true);

    awaitIdleExecutor();
    assertThat(ray.calls()).extracting(RecordedCall::path).noneMatch(p -> p.endsWith("/stop"));
    assertThat(client.job(ID).status()).isEqualTo(JobStatus.RUNNING);
  }

  static Stream<Named<RuntimeException>> failuresOfASink() {
    return Stream.of(
        Named.of("one of its own", new IllegalStateException("disk full")),
        Named.of(
            "one of another client",
            RayTransportException.notSent("another Ray is gone", null, 1)));
  }

  @ParameterizedTest
  @MethodSource("failuresOfASink")
  void run_whenASinkThrows_throwsThatAndStopsTheJob(RuntimeException failure) {
    Consumer<Object> broken =
        news -> {
          throw failure;
        };
    for (RunOptions.Builder options :
        List.of(
            RunOptions.builder().lineSink(broken::accept),
            RunOptions.builder().submissionSink(broken::accept))) {
      JobSpec job = JobSpec.running("echo; exec sleep 300").build();

      assertThatThrownBy(() -> client.run(job, options.stopIfAbandoned().build()))
          .isSameAs(failure);
    }
    await()
        .untilAsserted(() ->
            assertThat(ray.jobs()).hasSize(2).allMatch(job -> job.status().equals("STOPPED")));
  }

  @Test
  void run_whenTheSubmissionFails_throwsAsSubmitDoes() {
    ray.addFinishedJob("job-1", "another", Map.of());

    assertThatExceptionOfType(RayException.class)
        .isThrownBy(() -> client.run(SLEEP, RunOptions.builder().stopIfAbandoned().build()));
    assertThat(ray.calls()).extracting(RecordedCall::path).noneMatch(p -> p.endsWith("/stop"));
  }

  private static JobSpec spec(String entrypoint) {
    return JobSpec.running(entrypoint).submissionId(ID).build();
  }

  private void awaitStatus(String status) {
    await()
        .untilAsserted(
            () -> assertThat(ray.jobs()).extracting(FakeRay.Job::status).containsExactly(status));
  }

  /** The one thread of the executor has then left the run. */
  private void awaitIdleExecutor() throws Exception {
    @Nullable Object unused = executor.submit(() -> null).get(20, TimeUnit.SECONDS);
  }
}
