package io.rayauth.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.rayauth.JobClient;
import io.rayauth.error.JobConflictException;
import io.rayauth.job.JobDetails;
import io.rayauth.job.JobId;
import io.rayauth.job.JobResult;
import io.rayauth.job.JobSpec;
import io.rayauth.job.JobStatus;
import io.rayauth.job.RunOptions;
import io.rayauth.job.RuntimeEnv;
import io.rayauth.job.Submission;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a submission meets whose id is taken, and what becomes of a job that is run to its end. */
interface AttachContract extends ClusterUnderTest {

  /**
   * Creates a second client that the cluster accepts.
   *
   * @return the client, to be closed by the caller
   */
  JobClient anotherClient();

  /** Returns the description of a job with a bit of everything that is compared. */
  private static JobSpec.Builder job(JobId id) {
    return JobSpec.running("echo \"größer\"")
        .submissionId(id)
        .metadata("team", "a")
        .metadata("título", "你好 🎉")
        .runtimeEnv(env("canary-old").build())
        .entrypointNumCpus(0.01)
        .entrypointResource("node:__internal_head__", 0.001);
  }

  private static RuntimeEnv.Builder env(String secret) {
    return RuntimeEnv.builder()
        .envVar("SECRET", secret)
        .put("config", Map.of("setup_timeout_seconds", 600));
  }

  @Test
  default void submit_whenTheSameWasSubmittedBefore_attachesToThatJob() {
    JobId id = JobId.of("attach", JobId.random().value());
    submitted(job(id).build());

    try (JobClient other = anotherClient()) {
      Submission again = other.submit(job(id).build());

      assertThat(again.id()).isEqualTo(id);
      assertThat(again.attached()).isTrue();
      assertThat(again.attachedTo()).map(JobDetails::id).contains(id);
    }
    assertThat(client().jobs()).filteredOn(job -> job.id().equals(id)).hasSize(1);
  }

  @Test
  default void submit_whenTheSameHasEnded_attachesToItAndRunsNothing() {
    JobId id = JobId.of("ended", JobId.random().value());
    JobDetails ended = ended(JobSpec.running("exit 3").submissionId(id).build());

    Submission again = client().submit(JobSpec.running("exit 3").submissionId(id).build());

    assertThat(again.attachedTo()).contains(ended);
    assertThat(client().job(id)).isEqualTo(ended);
  }

  @Test
  default void submit_whenAnotherJobHasTheId_isAConflictThatNamesWhatDiffersWithoutValues() {
    JobId id = JobId.of("conflict", JobId.random().value());
    submitted(job(id).build());

    assertThat(conflict(id, spec -> spec.metadata("team", "b").metadata("more", "c")))
        .containsExactly("metadata.more", "metadata.team");
    assertThat(conflict(id, spec -> spec.entrypointNumCpus(0.02))).containsExactly("resources");
    assertThat(conflict(id, spec -> spec.runtimeEnv(env("canary-new").pip("requests").build())))
        .containsExactly("runtime_env.env_vars.SECRET", "runtime_env.pip");
    assertThat(client().await(id, PATIENCE).status()).isEqualTo(JobStatus.SUCCEEDED);
  }

  @Test
  default void submit_whenAnotherClientTookTheId_isAConflictAndLeavesTheJobAlone() {
    JobId id = JobId.random();
    submitted(JobSpec.running("echo first").submissionId(id).build());

    try (JobClient other = anotherClient()) {
      JobConflictException refused =
          catchThrowableOfType(
              JobConflictException.class,
              () -> other.submit(JobSpec.running("echo second").submissionId(id).build()));

      assertThat(refused.jobId()).isEqualTo(id.value());
      assertThat(refused.differences()).containsExactly("entrypoint");
    }
    assertThat(client().await(id, PATIENCE).entrypoint()).isEqualTo("echo first");
  }

  @Test
  default void submit_whenManyClientsSubmitTheSameAtOnce_isAcceptedOnce() throws Exception {
    JobId id = JobId.of("race", JobId.random().value());
    ExecutorService threads = Executors.newFixedThreadPool(4);
    List<Future<Submission>> submissions = new ArrayList<>();
    try (JobClient other = anotherClient()) {
      for (int i = 0; i < 8; i++) {
        JobClient one = i % 2 == 0 ? client() : other;
        submissions.add(threads.submit(() -> one.submit(job(id).build())));
      }
      int accepted = 0;
      for (Future<Submission> submission : submissions) {
        accepted += submission.get(60, TimeUnit.SECONDS).attached() ? 0 : 1;
      }
      assertThat(accepted).isEqualTo(1);
    } finally {
      threads.shutdown();
    }
    assertThat(threads.awaitTermination(20, TimeUnit.SECONDS)).isTrue();
  }

  @Test
  default void submit_withAFolder_attachesAsLongAsItsContentIsTheSame(@TempDir Path folder)
      throws IOException {
    JobId id = JobId.of("folder", JobId.random().value());
    Path file = Files.writeString(folder.resolve("main.sh"), "echo " + id);
    JobSpec spec = JobSpec.running("sh main.sh").submissionId(id).workingDir(folder).build();
    submitted(spec);

    assertThat(client().submit(spec).attached()).isTrue();

    Files.writeString(file, "echo something else than " + id);
    assertThat(
            catchThrowableOfType(JobConflictException.class, () -> client().submit(spec))
                .differences())
        .containsExactly("runtime_env.working_dir");
  }

  @Test
  default void run_whenTheCommandFails_tellsExitCodeKindSentenceAndLastLines() {
    List<String> lines = new ArrayList<>();

    JobResult result =
        client().submitAndFollow(JobSpec.running("echo one; echo two; exit 3").build(), lines::add);

    assertThat(result.outcome()).isEqualTo(JobResult.Outcome.FAILED);
    assertThat(result.exitCode()).hasValue(3);
    assertThat(result.errorType()).contains("JOB_ENTRYPOINT_COMMAND_ERROR");
    assertThat(result.message()).isEqualTo("Job entrypoint command failed with exit code 3");
    // Ray itself writes into the log when the command runs, sometimes after it has ended.
    assertThat(result.lastLines()).containsSubsequence("one", "two");
    assertThat(lines).containsSubsequence("one", "two");
  }

  @Test
  default void run_whenTheEnvironmentCannotBeMade_tellsTheKindWithoutExitCode() {
    JobResult result =
        client()
            .run(
                JobSpec.running("true")
                    .runtimeEnv(RuntimeEnv.of(Map.of("working_dir", "gcs://_ray_pkg_0.zip")))
                    .build());

    assertThat(result.outcome()).isEqualTo(JobResult.Outcome.FAILED);
    assertThat(result.errorType()).contains("RUNTIME_ENV_SETUP_FAILURE");
    assertThat(result.exitCode()).isEmpty();
    assertThat(result.message()).contains("_ray_pkg_0.zip");
    assertThat(result.lastLines()).isEmpty();
  }

  @Test
  default void run_whenTheJobIsThereAndHasEnded_isItsResult() {
    JobSpec spec =
        JobSpec.running("true").submissionId(JobId.of("run", JobId.random().value())).build();
    List<Submission> submissions = new ArrayList<>();
    RunOptions options = RunOptions.builder().submissionSink(submissions::add).build();

    JobResult first = client().run(spec, options);
    JobResult second = client().run(spec, options);

    assertThat(first.outcome()).isEqualTo(JobResult.Outcome.SUCCEEDED);
    assertThat(second).isEqualTo(first);
    assertThat(submissions).extracting(Submission::attached).containsExactly(false, true);
  }

  private List<String> conflict(JobId id, UnaryOperator<JobSpec.Builder> change) {
    JobConflictException refused =
        catchThrowableOfType(
            JobConflictException.class, () -> client().submit(change.apply(job(id)).build()));
    assertThat(refused)
        .hasMessageContainingAll(refused.differences().toArray(String[]::new))
        .hasMessageNotContaining("canary");
    return refused.differences();
  }
}
