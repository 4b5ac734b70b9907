package io.rayauth.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.rayauth.JobClient;
import io.rayauth.RetryPolicy;
import io.rayauth.error.JobConflictException;
import io.rayauth.error.RayTransportException;
import io.rayauth.job.JobId;
import io.rayauth.job.JobSpec;
import io.rayauth.job.JobStatus;
import io.rayauth.job.StopOutcome;
import io.rayauth.job.Submission;
import io.rayauth.testkit.FakeRay;
import io.rayauth.testkit.Fault;
import io.rayauth.testkit.ManualClock;
import io.rayauth.testkit.RecordedCall;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What was done although its answer never came is done once. */
@Timeout(60)
class LostAnswerTest {
  private static final JobSpec SPEC = JobSpec.running("true").build();
  private static final String ENDED =
      RawServer.json(
          "{\"submission_id\":\"job-1\",\"status\":\"SUCCEEDED\",\"start_time\":1,\"end_time\":2}");
  private static final String DELETED = RawServer.json("{\"deleted\":true}");
  private static final String GONE =
      RawServer.answer("404 Not Found", "", "Job job-1 does not exist");

  /** What Ray's monitor writes when it misses the supervisor of a job whose record is gone. */
  private static final String RETURNED =
      RawServer.json(
          "{\"submission_id\":\"job-1\",\"status\":\"FAILED\",\"entrypoint\":\"Entrypoint not found.\",\"start_time\":null,\"end_time\":4}");

  private final FakeRay ray = FakeRay.start();
  private final JobClient client =
      JobClient.builder(ray.url())
          .time(ManualClock.create())
          .retryPolicy(RetryPolicy.upTo(3))
          .build();

  @AfterEach
  void close() {
    try (ray;
        client) {
      assertThat(ray.waitingFaults()).as("faults that never happened").isZero();
    }
  }

  static Stream<Named<Fault>> lostAnswers() {
    return Stream.of(
        Named.of("closed", Fault.CLOSE_BEFORE_HEADERS),
        Named.of("reset", Fault.RESET_BEFORE_HEADERS),
        Named.of("cut", Fault.cutAfter(5)),
        Named.of("taken over by a gateway", Fault.status(502)));
  }

  @ParameterizedTest
  @MethodSource("lostAnswers")
  void submit_whenTheAnswerIsLost_findsItsOwnJobInsteadOfStartingASecond(Fault lost) {
    ray.onNext("POST", "/api/jobs/").acceptThen(lost);

    Submission submission = client.submit(SPEC);

    assertThat(submission.attached()).isTrue();
    assertThat(ray.jobs()).extracting(FakeRay.Job::id).containsExactly(submission.id().value());
    assertThat(ray.calls()).extracting(RecordedCall::method).containsExactly("POST", "POST", "GET");
  }

  static Stream<Named<Fault>> lostRequests() {
    return Stream.of(
        Named.of("closed", Fault.CLOSE_BEFORE_HEADERS),
        Named.of("reset", Fault.RESET_BEFORE_HEADERS),
        Named.of("kept by a gateway", Fault.status(503)));
  }

  @ParameterizedTest
  @MethodSource("lostRequests")
  void submit_whenTheRequestIsLost_isSentAgainUnderTheSameId(Fault lost) {
    ray.onNext("POST", "/api/jobs/").fault(lost);

    Submission submission = client.submit(SPEC);

    assertThat(submission.attached()).isFalse();
    assertThat(ray.jobs()).extracting(FakeRay.Job::id).containsExactly(submission.id().value());
    assertThat(ray.calls())
        .hasSize(2)
        .allSatisfy(call -> assertThat(call.body()).contains(submission.id().value()));
  }

  @Test
  void submit_whenTheAnswerIsLostTwice_stillFindsItsOwnJob() {
    ray.onNext("POST", "/api/jobs/")
        .acceptThen(Fault.CLOSE_BEFORE_HEADERS)
        .acceptThen(Fault.CLOSE_BEFORE_HEADERS);

    assertThat(client.submit(SPEC).attached()).isTrue();
    assertThat(ray.jobs()).hasSize(1);
  }

  @Test
  void submit_whenTheRequestIsLostAndAnotherJobHasTheId_isAConflict() {
    ray.addFinishedJob("job-1", "true", Map.of());
    ray.onNext("POST", "/api/jobs/").fault(Fault.CLOSE_BEFORE_HEADERS);
    JobSpec spec = JobSpec.running("another").submissionId(new JobId("job-1")).build();

    assertThatExceptionOfType(JobConflictException.class).isThrownBy(() -> client.submit(spec));
  }

  @Test
  void submit_whenTheAnswerNeverComes_saysWhichJobMayRun() {
    client.version();
    ray.onNext("POST", "/api/jobs/").acceptThen(Fault.STALL);
    try (JobClient impatient =
        JobClient.builder(ray.url()).requestTimeout(Duration.ofSeconds(4)).build()) {

      assertThatExceptionOfType(RayTransportException.class)
          .isThrownBy(() -> impatient.submit(SPEC))
          .returns(true, RayTransportException::mayHaveBeenSent)
          .satisfies(lost ->
              assertThat(ray.jobs())
                  .singleElement()
                  .satisfies(job -> assertThat(lost.getMessage()).contains(job.id())));
    }
  }

  @Test
  void delete_whenTheAnswerIsLost_succeeds() {
    ray.addFinishedJob("job-1", "true", Map.of());
    ray.onNext("DELETE", "/api/jobs/*").acceptThen(Fault.CLOSE_BEFORE_HEADERS);

    client.delete(new JobId("job-1"));

    assertThat(ray.jobs()).isEmpty();
  }

  @Test
  void delete_whenTheAnswerIsLostAndTheRecordComesBack_deletesItAgain() {
    try (RawServer server =
            RawServer.answering(ENDED, RawServer.CLOSE, GONE, RETURNED, DELETED, GONE);
        JobClient lossy = JobClient.builder(server.url()).time(ManualClock.create()).build()) {
      lossy.delete(new JobId("job-1"));

      assertThat(methods(server)).containsExactly("GET", "DELETE", "DELETE", "GET", "DELETE");
    }
  }

  @Test
  void delete_whenAnotherJobGotTheIdMeanwhile_leavesThatAlone() {
    String another =
        RawServer.json(
            "{\"submission_id\":\"job-1\",\"status\":\"SUCCEEDED\",\"start_time\":2,\"end_time\":3}");
    try (RawServer server = RawServer.answering(ENDED, DELETED, another);
        JobClient patient = JobClient.builder(server.url()).time(ManualClock.create()).build()) {
      patient.delete(new JobId("job-1"));

      assertThat(methods(server)).containsExactly("GET", "DELETE", "GET");
    }
  }

  @Test
  void stop_whenTheAnswerIsLost_stopsTheJob() throws Exception {
    JobId id = client.submit(JobSpec.running("exec sleep 300").build()).id();
    ray.onNext("POST", "/api/jobs/*/stop").acceptThen(Fault.CLOSE_BEFORE_HEADERS);

    assertThat(client.stop(id)).isIn(StopOutcome.SIGNALLED, StopOutcome.ALREADY_ENDED);

    try (JobClient inRealTime = JobClient.builder(ray.url()).build()) {
      assertThat(inRealTime.await(id, Duration.ofSeconds(30)).status())
          .isEqualTo(JobStatus.STOPPED);
    }
  }

  @Test
  void upload_whenTheConnectionBreaks_isSentAgain(@TempDir Path folder) throws IOException {
    Path archive = Files.write(folder.resolve("files.zip"), new byte[200_000]);
    ray.onNext("PUT", "/api/packages/gcs/*").fault(Fault.RESET_BEFORE_HEADERS);

    String name = client.upload(archive).name();

    assertThat(ray.packages()).containsOnlyKeys(name).containsEntry(name, 200_000L);
  }

  private static List<String> methods(RawServer server) {
    return server.heads().stream().map(head -> head.substring(0, head.indexOf(' '))).toList();
  }
}
