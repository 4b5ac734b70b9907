package io.rayauth.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.rayauth.RayVersion;
import io.rayauth.error.RayApiException;
import io.rayauth.job.JobDetails;
import io.rayauth.job.JobId;
import io.rayauth.job.JobSpec;
import io.rayauth.job.JobStatus;
import io.rayauth.job.RuntimeEnv;
import io.rayauth.job.Submission;
import java.time.Instant;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What a submission sends, what the cluster keeps of it, and what it refuses. */
interface SubmissionContract extends ClusterUnderTest {

  @Test
  default void version_always_namesRayAndItsJobsApi() {
    RayVersion version = client().version();

    assertThat(version.rayVersion()).matches("\\d+\\.\\d+.*");
    assertThat(Integer.parseInt(version.apiVersion())).isPositive();
    assertThat(version.rayCommit()).isNotBlank();
    assertThat(version.sessionName()).isNotBlank();
  }

  @Test
  default void submit_whenNoIdIsGiven_makesOneUpInRaysForm() {
    Submission submission = client().submit(JobSpec.running("true").build());

    assertThat(submission.id().value()).matches("raysubmit_[A-Za-z0-9]{16}");
    assertThat(submission.attached()).isFalse();
    assertThat(client().await(submission.id(), PATIENCE).status()).isEqualTo(JobStatus.SUCCEEDED);
  }

  @Test
  default void submit_whenAnIdIsGiven_keepsIt() {
    JobId chosen = new JobId("contract.test-1_" + JobId.random().value());

    JobId id = submitted(JobSpec.running("true").submissionId(chosen).build());

    assertThat(id).isEqualTo(chosen);
    assertThat(client().await(chosen, PATIENCE).id()).isEqualTo(chosen);
  }

  @Test
  default void submit_withMetadataAndVariables_findsThemInTheJobAndItsDetails() {
    JobSpec spec =
        JobSpec.running("echo \"greeting=$GREETING\"")
            .metadata("team", "research")
            .metadata("empty", "")
            .runtimeEnv(RuntimeEnv.builder().envVar("GREETING", "hello, world").build())
            .build();

    JobDetails job = ended(spec);

    assertThat(job.status()).isEqualTo(JobStatus.SUCCEEDED);
    assertThat(job.metadata()).containsEntry("team", "research").containsEntry("empty", "");
    assertThat(job.runtimeEnv().asMap())
        .containsEntry("env_vars", Map.of("GREETING", "hello, world"));
    assertThat(client().logs(job.id())).contains("greeting=hello, world\n");
  }

  @Test
  default void submit_withResourcesOfTheHeadNode_runsThere() {
    JobSpec spec =
        JobSpec.running("true")
            .entrypointNumCpus(0.01)
            .entrypointNumGpus(0)
            .entrypointMemory(1 << 20)
            .entrypointResource("node:__internal_head__", 0.001)
            .build();

    assertThat(ended(spec).status()).isEqualTo(JobStatus.SUCCEEDED);
  }

  @Test
  default void submit_withResourcesThatNoNodeHas_waitsAndSaysWhy() {
    JobId id = submitted(JobSpec.running("true").entrypointResource("no-such-resource", 1).build());

    JobDetails job = client().job(id);

    assertThat(job.status()).isEqualTo(JobStatus.PENDING);
    assertThat(job.status().isTerminal()).isFalse();
    assertThat(job.message())
        .hasValueSatisfying(message -> assertThat(message).contains("resources"));
    assertThat(job.endedAt()).isEmpty();
    assertThat(client().logs(id)).isEmpty();
  }

  @Test
  default void job_whenItSucceeded_tellsItsWholeStory() {
    Instant before = Instant.now().minusSeconds(60);

    JobDetails job = ended("echo done");

    assertThat(job.type()).isEqualTo(JobDetails.SUBMISSION);
    assertThat(job.entrypoint()).isEqualTo("echo done");
    assertThat(job.message()).contains("Job finished successfully.");
    assertThat(job.errorType()).isEmpty();
    assertThat(job.driverExitCode()).hasValue(0);
    assertThat(job.driverNodeId()).isPresent();
    assertThat(job.rayJobId()).isEmpty();
    Instant started = job.startedAt().orElseThrow();
    assertThat(started).isAfter(before);
    assertThat(job.endedAt().orElseThrow()).isAfterOrEqualTo(started);
  }

  @Test
  default void submit_withTextBeyondAscii_keepsEveryCharacter() {
    String text = "héllo – 你好 🎉";
    JobSpec spec =
        JobSpec.running("printf '%s\\n' '" + text + "'").metadata("título", text).build();

    JobDetails job = ended(spec);

    assertThat(job.entrypoint()).isEqualTo(spec.entrypoint());
    assertThat(job.metadata()).containsEntry("título", text);
    assertThat(client().logs(job.id())).contains("\n" + text + "\n");
  }

  @Test
  default void submit_withALabelSelectorRayCannotRead_isRefusedWithTheReason() {
    JobSpec spec = JobSpec.running("true").entrypointLabel("zone", "in((((").build();

    assertThatExceptionOfType(RayApiException.class)
        .isThrownBy(() -> client().submit(spec))
        .satisfies(refused -> {
          assertThat(refused.status()).isEqualTo(400);
          assertThat(refused.reason()).contains("Invalid label selector value");
          assertThat(refused.getMessage()).contains("in((((").doesNotContain("Traceback");
          assertThat(refused.isRetryable()).isFalse();
          assertThat(refused.attempts()).isEqualTo(1);
        });
  }

  @Test
  default void submit_whenLargerThanTheClusterTakes_saysThatItIsTooLarge() {
    JobSpec spec = JobSpec.running("true").entrypointLabel("zone", "x".repeat(1_150_000)).build();

    assertThatThrownBy(() -> client().submit(spec))
        .isInstanceOfAny(IllegalArgumentException.class, RayApiException.class)
        .hasMessageMatching("(?is).*(too large|at most|limit).*");
  }

  @Test
  default void jobs_afterASubmission_containIt() {
    JobId id = submitted(JobSpec.running("true").metadata("listed", "yes").build());

    assertThat(client().jobs())
        .filteredOn(job -> job.id().equals(id))
        .singleElement()
        .satisfies(job -> assertThat(job.metadata()).containsEntry("listed", "yes"));
  }
}
