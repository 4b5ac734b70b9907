package io.rayauth.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.rayauth.JobClient;
import io.rayauth.contract.ExactlyOnceContract;
import io.rayauth.job.JobId;
import io.rayauth.job.JobSpec;
import io.rayauth.job.JobStatus;
import io.rayauth.job.RuntimeEnv;
import io.rayauth.job.Submission;
import io.rayauth.token.TokenProvider;
import java.io.File;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/**
 * Submits to a Ray in token mode behind a proxy that spoils answers.
 *
 * <p>Each job of a real Ray takes seconds and 85 MB, so few of them run at once; the system
 * property {@code e2e.exactly-once.jobs} says how many there are in all.
 */
@WithRealRay(RayMode.TOKEN)
class ExactlyOnceRealRayTest extends ExactlyOnceContract {
  private static final Duration PATIENCE = Duration.ofMinutes(2);

  private final RealRay ray;

  ExactlyOnceRealRayTest(RealRay ray) {
    this.ray = ray;
  }

  /** Ray's own command line leaves no fingerprint, so the fields of the record are compared. */
  @Test
  void submit_whenRaysCommandLineSubmittedTheSame_attaches() throws Exception {
    JobId id = JobId.of("cli", JobId.random().value());
    JobSpec spec =
        JobSpec.running("echo hello")
            .submissionId(id)
            .metadata("team", "ü")
            .runtimeEnv(RuntimeEnv.builder().envVar("GREETING", "größer").build())
            .build();
    submitWithRaysCommandLine(id);
    try (JobClient client = client()) {
      Submission submission = client.submit(spec);

      assertThat(submission.attached()).isTrue();
      assertThat(client.await(id, PATIENCE).status()).isEqualTo(JobStatus.SUCCEEDED);
    }
  }

  private void submitWithRaysCommandLine(JobId id) throws Exception {
    Path ray = PythonProgram.module().resolve(".venv/bin/ray");
    ProcessBuilder command =
        new ProcessBuilder(
                ray.toString(),
                "job",
                "submit",
                "--no-wait",
                "--address=" + url(),
                "--submission-id=" + id,
                "--metadata-json={\"team\": \"ü\"}",
                "--runtime-env-json={\"env_vars\": {\"GREETING\": \"größer\"}}",
                "--",
                "echo",
                "hello")
            .redirectOutput(new File("/dev/null"))
            .redirectError(new File("/dev/null"));
    command.environment().keySet().removeIf(name -> name.startsWith("RAY_"));
    command.environment().put("RAY_AUTH_MODE", "token");
    command.environment().put("RAY_AUTH_TOKEN_PATH", this.ray.tokenFile().orElseThrow().toString());
    command.environment().put("PYTHONUTF8", "1");
    Process submission = command.start();
    assertThat(submission.waitFor(60, TimeUnit.SECONDS)).isTrue();
    assertThat(submission.exitValue()).isZero();
  }

  private JobClient client() {
    return JobClient.builder(url()).tokenProvider(TokenProvider.of(token())).build();
  }

  @Override
  protected URI url() {
    return ray.url();
  }

  @Override
  protected String token() {
    return ray.token().orElseThrow();
  }

  @Override
  protected String expiringToken() {
    return "canary-expired-before";
  }

  @Override
  protected void expire() {
    // The first token was never good.
  }

  @Override
  protected int jobs() {
    return Integer.getInteger("e2e.exactly-once.jobs", 40);
  }

  @Override
  protected int atOnce() {
    return 4;
  }

  @Override
  protected void settle(JobClient client, JobId id) {
    assertThat(client.await(id, PATIENCE).status()).isEqualTo(JobStatus.SUCCEEDED);
  }
}
