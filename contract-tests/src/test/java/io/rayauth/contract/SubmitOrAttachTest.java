package io.rayauth.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.rayauth.JobClient;
import io.rayauth.RetryPolicy;
import io.rayauth.error.JobConflictException;
import io.rayauth.error.RayApiException;
import io.rayauth.error.RayTransportException;
import io.rayauth.job.JobDetails;
import io.rayauth.job.JobId;
import io.rayauth.job.JobSpec;
import io.rayauth.job.JobStatus;
import io.rayauth.testkit.FakeRay;
import io.rayauth.testkit.Fault;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A taken id, and jobs that were not submitted by this version of the library. */
@Timeout(60)
class SubmitOrAttachTest {
  private static final JobId ID = new JobId("job-1");
  private static final JobSpec SPEC = JobSpec.running("true").submissionId(ID).build();
  private static final String TAKEN =
      RawServer.answer(
          "500 Internal Server Error",
          "",
          "ValueError: Job with submission_id job-1 already exists. Please use a different submission_id.\n");

  private final FakeRay ray = FakeRay.builder().maxRunningJobs(0).start();
  private final JobClient client = JobClient.builder(ray.url()).build();

  @AfterEach
  void close() {
    try (ray;
        client) {
      ray.clearCalls();
    }
  }

  @Test
  void submit_whenAnotherProgramSubmittedTheSame_attaches() {
    ray.addFinishedJob("job-1", "true", Map.of());

    assertThat(client.submit(SPEC).attachedTo())
        .map(JobDetails::status)
        .contains(JobStatus.SUCCEEDED);
  }

  @Test
  void submit_whenAnotherProgramSubmittedAndResourcesAreAskedFor_isAConflictAsNobodyCanTell() {
    ray.addFinishedJob("job-1", "true", Map.of());
    JobSpec spec = JobSpec.running("true").submissionId(ID).entrypointNumCpus(1).build();

    assertThat(
            catchThrowableOfType(JobConflictException.class, () -> client.submit(spec))
                .differences())
        .containsExactly("resources");
  }

  @Test
  void submit_whenAnEarlierVersionSubmittedTheSame_attaches() {
    ray.addFinishedJob("job-1", "true", Map.of("rayauth_nonce", "of an earlier version"));

    assertThat(client.submit(SPEC).attached()).isTrue();
  }

  @Test
  void submit_whenALaterVersionSubmittedTheSame_comparesWhatItCan() {
    ray.addFinishedJob(
        "job-1", "true", Map.of("rayauth_fingerprint", "9:of", "rayauth_more", "of a later one"));

    assertThat(client.submit(SPEC).attached()).isTrue();
  }

  @Test
  void submit_whenManyThingsDiffer_namesTenOfThem() {
    JobSpec.Builder spec = JobSpec.running("true").submissionId(ID);
    for (int i = 10; i < 30; i++) {
      spec.metadata("key-" + i + "\n", "value");
    }
    ray.addFinishedJob("job-1", "true", Map.of());

    JobConflictException refused =
        catchThrowableOfType(JobConflictException.class, () -> client.submit(spec.build()));

    assertThat(refused.differences()).hasSize(20);
    assertThat(refused)
        .hasMessageContainingAll("metadata.key-10", "metadata.key-19\ufffd and 10 more")
        .hasMessageNotContainingAny("key-20", "value\n", "\n");
  }

  @Test
  void submit_whenTheRecordIsDeletedBeforeTheLook_saysSo() {
    try (RawServer server =
            RawServer.answering(
                TAKEN, RawServer.answer("404 Not Found", "", "Job job-1 does not exist"));
        JobClient slow = JobClient.builder(server.url()).build()) {
      assertThatExceptionOfType(JobConflictException.class)
          .isThrownBy(() -> slow.submit(SPEC))
          .withMessageContaining("deleted")
          .satisfies(refused -> assertThat(refused.differences()).isEmpty());
    }
  }

  @Test
  void submit_whenAGatewayGivesUpOnIt_saysWhichJobMayRunAllTheSame() {
    try (JobClient impatient =
        JobClient.builder(ray.url()).retryPolicy(RetryPolicy.none()).build()) {
      ray.onNext("POST", "/api/jobs/").acceptThen(Fault.status(504));

      assertThatExceptionOfType(RayApiException.class)
          .isThrownBy(() -> impatient.submit(SPEC))
          .returns(504, RayApiException::status)
          .withMessageEndingWith("if Ray has got it, the job is job-1");
    }
  }

  /** Else a caller that knows no id would submit the job a second time. */
  @Test
  void submit_whenTheIdIsTakenAndTheLookFails_saysWhichJobMayRun() {
    for (String failure :
        List.of(RawServer.CLOSE, RawServer.answer("503 Service Unavailable", "", ""))) {
      try (RawServer server = RawServer.answering(TAKEN, failure);
          JobClient unlucky =
              JobClient.builder(server.url()).retryPolicy(RetryPolicy.none()).build()) {
        assertThatExceptionOfType(RayTransportException.class)
            .isThrownBy(() -> unlucky.submit(SPEC))
            .returns(true, RayTransportException::mayHaveBeenSent)
            .withMessageContaining("job job-1 is there")
            .withMessageEndingWith("the job is job-1");
      }
    }
  }
}
