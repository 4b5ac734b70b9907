package io.rayauth.job;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.rayauth.job.JobResult.Outcome;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class JobResultTest {
  private static final JobId ID = new JobId("job-1");
  private static final String COMMAND_ERROR = "JOB_ENTRYPOINT_COMMAND_ERROR";

  @Test
  void of_whenTheCommandFailed_separatesTheSentenceFromTheLog() {
    JobResult result =
        JobResult.of(
            failed(
                COMMAND_ERROR,
                "Job entrypoint command failed with exit code 3, last available logs (truncated to 20,000 chars):\none\n\ntwo\n"));

    assertThat(result.message()).isEqualTo("Job entrypoint command failed with exit code 3");
    assertThat(result.lastLines()).containsExactly("one", "", "two");
    assertThat(result).hasToString("job-1 FAILED: Job entrypoint command failed with exit code 3");
  }

  @Test
  void of_whenThereWasNoLog_keepsTheSentence() {
    JobResult result =
        JobResult.of(
            failed(
                COMMAND_ERROR,
                "Job entrypoint command failed with exit code 3. No logs available."));

    assertThat(result.message()).endsWith("No logs available.");
    assertThat(result.lastLines()).isEmpty();
  }

  @Test
  void of_whenRayWordsItAnew_stillTakesTheLogFromTheSecondLineOn() {
    JobResult result = JobResult.of(failed(COMMAND_ERROR, "It failed, and wrote:\none"));

    assertThat(result.message()).isEqualTo("It failed, and wrote:");
    assertThat(result.lastLines()).containsExactly("one");
  }

  @Test
  void of_whenSomethingElseFailed_keepsTheWholeMessage() {
    JobResult result =
        JobResult.of(failed("RUNTIME_ENV_SETUP_FAILURE", "runtime_env setup failed:\nTraceback"));

    assertThat(result.message()).isEqualTo("runtime_env setup failed:\nTraceback");
    assertThat(result.lastLines()).isEmpty();
    assertThat(result.errorType()).contains("RUNTIME_ENV_SETUP_FAILURE");
  }

  @Test
  void of_everyTerminalStatus_hasAnOutcome() {
    Map.of(
            JobStatus.SUCCEEDED, Outcome.SUCCEEDED,
            JobStatus.STOPPED, Outcome.STOPPED,
            JobStatus.FAILED, Outcome.FAILED)
        .forEach((status, outcome) -> {
          JobResult result = JobResult.of(JobDetails.of(ID, status).build());
          assertThat(result.outcome()).isEqualTo(outcome);
          assertThat(result.message()).isEmpty();
          assertThat(result.exitCode()).isEmpty();
        });
  }

  @Test
  void of_whenTheJobHasNotEnded_isRefused() {
    for (String status : new String[] {"PENDING", "RUNNING", "A_NEW_STATUS"}) {
      JobDetails job = JobDetails.of(ID, JobStatus.of(status)).build();

      assertThatThrownBy(() -> JobResult.of(job))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining(status);
    }
  }

  private static JobDetails failed(String errorType, String message) {
    return JobDetails.of(ID, JobStatus.FAILED).errorType(errorType).message(message).build();
  }
}
