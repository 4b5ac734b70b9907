package io.rayauth.internal.json;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.rayauth.RayVersion;
import io.rayauth.error.RayDecodeException;
import io.rayauth.job.JobDetails;
import io.rayauth.job.JobId;
import io.rayauth.job.JobSpec;
import io.rayauth.job.JobStatus;
import io.rayauth.job.RuntimeEnv;
import java.io.ByteArrayInputStream;
import java.time.Instant;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class JobCodecTest {
  private static final String FAILED =
      """
      {"type": "SUBMISSION", "job_id": "02000000", "submission_id": "raysubmit_1", "driver_info": {"id": "02000000", "node_ip_address": "10.0.0.1", "pid": "7"}, "status": "FAILED", "entrypoint": "exit 3",
       "message": "Job entrypoint command failed", "error_type": "JOB_ENTRYPOINT_COMMAND_ERROR", "start_time": 1795489233504, "end_time": 1795489240217, "metadata": {"a": "\\u00fc", "rayauth_nonce": "n1"},
       "runtime_env": {"env_vars": {"K": "v"}, "pip": ["x"]}, "driver_agent_http_address": "http://10.0.0.1:52365", "driver_node_id": "00ff", "driver_exit_code": 3, "a_key_of_the_future": [{"x": []}]}
      """;

  @Test
  void job_whenFailed_hasAllFields() {
    JobDetails job = JobCodec.job(FAILED.getBytes(UTF_8));

    assertThat(job)
        .isEqualTo(
            JobDetails.of(new JobId("raysubmit_1"), JobStatus.FAILED)
                .rayJobId("02000000")
                .entrypoint("exit 3")
                .message("Job entrypoint command failed")
                .errorType("JOB_ENTRYPOINT_COMMAND_ERROR")
                .startedAt(Instant.ofEpochMilli(1795489233504L))
                .endedAt(Instant.ofEpochMilli(1795489240217L))
                .metadata(Map.of("a", "\u00fc"))
                .runtimeEnv(RuntimeEnv.builder().envVar("K", "v").pip("x").build())
                .driverNodeId("00ff")
                .driverExitCode(3)
                .build());
  }

  @Test
  void marks_whenOnlyAnEarlierVersionLeftSome_areTheNonceAlone() {
    assertThat(JobCodec.marks(FAILED.getBytes(UTF_8))).isEqualTo(new Marks("n1", null));
  }

  @Test
  void marks_whenThereIsNoMetadata_areNone() {
    assertThat(JobCodec.marks("{\"metadata\": null}".getBytes(UTF_8)))
        .isEqualTo(new Marks("", null));
  }

  @Test
  void jobs_whenADriverRuns_takesItsJobIdAndNoEnd() {
    byte[] list =
        """
        [{"type": "DRIVER", "job_id": "01000000", "submission_id": null, "status": "A_NEW_STATUS", "entrypoint": "python x.py", "message": null, "start_time": 5, "end_time": 0, "metadata": {}, "runtime_env": {}}]
        """
            .getBytes(UTF_8);

    JobDetails driver = JobCodec.jobs(new ByteArrayInputStream(list)).get(0);

    assertThat(driver.id()).isEqualTo(new JobId("01000000"));
    assertThat(driver.type()).isEqualTo(JobDetails.DRIVER);
    assertThat(driver.endedAt()).isEmpty();
    assertThat(driver.status().known()).isEmpty();
    assertThat(driver.status().isTerminal()).isFalse();
  }

  @Test
  void version_readsWhatIsThere() {
    assertThat(
            JobCodec.version(
                "{\"version\": \"4\", \"ray_version\": \"2.60.0\", \"ray_commit\": \"c\", \"session_name\": \"s\"}"
                    .getBytes(UTF_8)))
        .isEqualTo(new RayVersion("4", "2.60.0", "c", "s"));
  }

  @Test
  void submission_writesOnlyWhatIsSet() {
    JobSpec spec = JobSpec.running("echo hi").metadata("team", "a").entrypointMemory(5).build();

    byte[] body =
        JobCodec.submission(spec, new JobId("id-1"), RuntimeEnv.empty(), new Marks("n", "f"));

    assertThat(body)
        .asString(UTF_8)
        .isEqualTo(
            "{\"entrypoint\":\"echo hi\",\"submission_id\":\"id-1\",\"metadata\":{\"team\":\"a\",\"rayauth_nonce\":\"n\",\"rayauth_fingerprint\":\"f\"},\"entrypoint_memory\":5}");
  }

  @Test
  void submission_whenTheRuntimeEnvIsMoreThanAWorkerCanStartWith_isRefused() {
    RuntimeEnv env = RuntimeEnv.builder().envVar("BIG", "x".repeat(130_000)).build();

    assertThatThrownBy(() ->
            JobCodec.submission(
                JobSpec.running("true").build(), new JobId("i"), env, new Marks("n", "f")))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("125,000");
  }

  @Test
  void logs_whenLongerThanTheParsersDefaultLimit_areRead() {
    String log = "x".repeat(25_000_000);

    assertThat(JobCodec.logs(("{\"logs\": \"" + log + "\"}").getBytes(UTF_8))).hasSameSizeAs(log);
  }

  @Test
  void job_whenTheAnswerIsSomethingElse_saysSoWithItsBeginning() {
    for (String body :
        new String[] {"", "[]", "null", "{", "{}", "<html>", "{\"submission_id\": 5"}) {
      assertThatThrownBy(() -> JobCodec.job(body.getBytes(UTF_8)))
          .isInstanceOfSatisfying(
              RayDecodeException.class, e -> assertThat(e.bodyExcerpt()).isEqualTo(body))
          .hasMessageStartingWith("the server's answer is not a job");
    }
  }
}
