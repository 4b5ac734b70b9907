package io.rayauth.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

import io.rayauth.JobClient;
import io.rayauth.error.JobNotFoundException;
import io.rayauth.error.RayApiException;
import io.rayauth.job.AwaitTimeoutException;
import io.rayauth.job.JobDetails;
import io.rayauth.job.JobId;
import io.rayauth.job.JobStatus;
import io.rayauth.job.StopOutcome;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * How a job ends: by itself, by failure, by a signal, by being stopped; and how its record goes.
 */
interface LifecycleContract extends ClusterUnderTest {

  /** Everything that can be asked of one job. */
  enum Question {
    JOB,
    STOP,
    DELETE,
    LOGS,
    FOLLOW,
    AWAIT,
    STOP_AND_AWAIT;

    void ask(JobClient client, JobId id) {
      switch (this) {
        case JOB -> client.job(id);
        case STOP -> client.stop(id);
        case DELETE -> client.delete(id);
        case LOGS -> client.logs(id);
        case FOLLOW -> client.follow(id, line -> {});
        case AWAIT -> client.await(id, PATIENCE);
        case STOP_AND_AWAIT -> client.stopAndAwait(id, PATIENCE);
      }
    }
  }

  @Test
  default void await_whenTheCommandFails_tellsExitCodeKindAndLastLines() {
    JobDetails job = ended("echo boom; exit 3");

    assertThat(job.status()).isEqualTo(JobStatus.FAILED);
    assertThat(job.driverExitCode()).hasValue(3);
    assertThat(job.errorType()).contains("JOB_ENTRYPOINT_COMMAND_ERROR");
    assertThat(job.message())
        .hasValueSatisfying(message -> assertThat(message).contains("exit code 3", "boom"));
    assertThat(job.endedAt()).isPresent();
  }

  @Test
  default void await_whenTheCommandDoesNotExist_tellsTheShellsExitCode() {
    JobDetails job = ended("no-such-command-anywhere");

    assertThat(job.status()).isEqualTo(JobStatus.FAILED);
    assertThat(job.driverExitCode()).hasValue(127);
  }

  @Test
  default void await_whenTheCommandIsKilled_tellsTheSignalAsANegativeExitCode() {
    JobDetails job = ended("kill -9 $$");

    assertThat(job.status()).isEqualTo(JobStatus.FAILED);
    assertThat(job.driverExitCode()).hasValue(-9);
  }

  @Test
  default void await_whenTheTimeIsUp_throwsWithTheJobAsLastSeenWhichRunsOn() {
    JobId id = running("sleep 300");

    assertThatExceptionOfType(AwaitTimeoutException.class)
        .isThrownBy(() -> client().await(id, Duration.ofMillis(300)))
        .satisfies(timeout -> {
          assertThat(timeout.lastSeen().id()).isEqualTo(id);
          assertThat(timeout.lastSeen().status()).isEqualTo(JobStatus.RUNNING);
          assertThat(timeout).hasMessageContaining(id.value());
        });
    assertThat(client().job(id).status()).isEqualTo(JobStatus.RUNNING);
  }

  @Test
  default void stop_whenTheJobRuns_endsItAsStoppedWithoutExitCode() {
    JobId id = running("sleep 300");

    StopOutcome outcome = client().stop(id);

    assertThat(outcome).isEqualTo(StopOutcome.SIGNALLED);
    JobDetails job = client().await(id, PATIENCE);
    assertThat(job.status()).isEqualTo(JobStatus.STOPPED);
    assertThat(job.driverExitCode()).isEmpty();
    assertThat(job.endedAt()).isPresent();
    assertThat(job.message()).contains("Job was intentionally stopped.");
  }

  @Test
  default void stopAndAwait_whenTheJobRuns_returnsItStopped() {
    JobId id = running("sleep 300");

    JobDetails job = client().stopAndAwait(id, PATIENCE);

    assertThat(job.id()).isEqualTo(id);
    assertThat(job.status()).isEqualTo(JobStatus.STOPPED);
  }

  @Test
  default void stop_whenTheJobHasEnded_saysSoAndChangesNothing() {
    JobDetails before = ended("true");

    assertThat(client().stop(before.id())).isEqualTo(StopOutcome.ALREADY_ENDED);
    assertThat(client().job(before.id())).isEqualTo(before);
  }

  @Test
  default void stopAndAwait_whenTheJobHasEnded_returnsItAsItEnded() {
    JobDetails before = ended("exit 4");

    assertThat(client().stopAndAwait(before.id(), PATIENCE)).isEqualTo(before);
  }

  @Test
  default void delete_rightAfterTheEnd_removesTheRecordForGood() {
    JobId id = ended("true").id();

    client().delete(id);

    await()
        .during(Duration.ofMillis(2500))
        .atMost(PATIENCE)
        .pollInterval(Duration.ofMillis(250))
        .untilAsserted(() ->
            assertThatExceptionOfType(JobNotFoundException.class)
                .isThrownBy(() -> client().job(id)));
    assertThat(client().jobs()).extracting(JobDetails::id).doesNotContain(id);
  }

  @Test
  default void delete_whenTheJobHasNotEnded_isRefusedWithTheReasonAlone() {
    JobId id = running("sleep 300");

    assertThatExceptionOfType(RayApiException.class)
        .isThrownBy(() -> client().delete(id))
        .satisfies(refused -> {
          assertThat(refused.reason())
              .contains("it is in a non-terminal state RUNNING")
              .doesNotContain("\n");
          assertThat(refused.getMessage())
              .contains("DELETE", refused.reason())
              .doesNotContain("Traceback");
        });
    assertThat(client().job(id).status()).isEqualTo(JobStatus.RUNNING);
  }

  @ParameterizedTest
  @EnumSource(Question.class)
  default void anyQuestion_aboutAJobThatDoesNotExist_throwsJobNotFound(Question question) {
    JobId unknown = JobId.random();

    assertThatExceptionOfType(JobNotFoundException.class)
        .isThrownBy(() -> question.ask(client(), unknown))
        .returns(unknown.value(), JobNotFoundException::jobId)
        .returns(404, RayApiException::status);
  }
}
