package io.rayauth.docs;

import static org.assertj.core.api.Assertions.assertThat;

import io.rayauth.JobClient;
import io.rayauth.error.JobConflictException;
import io.rayauth.job.JobDetails;
import io.rayauth.job.JobId;
import io.rayauth.job.JobResult;
import io.rayauth.job.JobSpec;
import io.rayauth.job.JobStatus;
import io.rayauth.job.RunOptions;
import io.rayauth.job.Submission;
import io.rayauth.testkit.FakeRay;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(120)
class ExactlyOneSnippets {
  private final FakeRay ray = FakeRay.start();
  private final JobClient client = JobClient.builder(ray.url()).build();

  @AfterEach
  void close() {
    client.close();
    ray.close();
  }

  @Test
  void submit_underAKey_attachesTheSecondTime() {
    submit("2026-11-25");
    client.await(JobId.of("nightly-report", "2026-11-25"), Duration.ofSeconds(60));

    assertThat(submit("2026-11-25")).isEqualTo("SUCCEEDED");
    assertThat(ray.jobs()).hasSize(1);
  }

  private String submit(String day) {
    // @start region=key
    JobSpec spec =
        JobSpec.running("echo report of " + day)
            .submissionId(JobId.of("nightly-report", day))
            .build();
    Submission submission = client.submit(spec);
    Optional<JobDetails> before = submission.attachedTo(); // empty if it is a new job
    // @end
    return before.map(job -> job.status().name()).orElse("new");
  }

  @Test
  void submit_ofAnotherJobUnderTheKey_namesTheDifference() {
    client.submit(JobSpec.running("true").submissionId(JobId.of("nightly-report")).build());
    JobSpec spec =
        JobSpec.running("true")
            .submissionId(JobId.of("nightly-report"))
            .metadata("team", "b")
            .build();
    List<String> alarms = new ArrayList<>();

    // @start region=conflict
    try {
      client.submit(spec);
    } catch (JobConflictException e) {
      alarms.add("not the job it was before: " + e.differences());
    }
    // @end

    assertThat(alarms).containsExactly("not the job it was before: [metadata.team]");
  }

  @Test
  void run_toTheResult_isOneOfFive() {
    assertThat(run("true", line -> {})).isEqualTo("done");
    assertThat(run("echo boom; exit 3", line -> {})).startsWith("exit code 3: ").contains("boom");
  }

  private String run(String entrypoint, Consumer<String> log) {
    JobSpec spec = JobSpec.running(entrypoint).build();
    // @start region=run
    RunOptions options =
        RunOptions.builder().lineSink(log).timeout(Duration.ofHours(2)).stopIfAbandoned().build();
    JobResult result = client.run(spec, options);
    String report =
        switch (result.outcome()) {
          case SUCCEEDED -> "done";
          case FAILED -> "exit code " + result.exitCode().orElse(-1) + ": " + result.lastLines();
          case STOPPED -> "somebody stopped it";
          case LOST -> "out of sight, submit again later: " + result.message();
          case TIMED_OUT -> "told to stop: " + result.message();
        };
    // @end
    return report;
  }

  @Test
  void cancel_ofARun_stopsTheJob() throws Exception {
    ExecutorService executor = Executors.newSingleThreadExecutor();
    JobSpec spec = JobSpec.running("exec sleep 600").build();
    // @start region=cancel
    CompletableFuture<JobResult> result =
        client.async(executor).run(spec, RunOptions.builder().stopIfAbandoned().build());
    // @end
    while (ray.jobs().isEmpty()) {
      Thread.onSpinWait();
    }

    result.cancel(true);

    JobId id = new JobId(ray.jobs().get(0).id());
    assertThat(client.await(id, Duration.ofSeconds(60)).status()).isEqualTo(JobStatus.STOPPED);
    executor.shutdown();
    assertThat(executor.awaitTermination(20, TimeUnit.SECONDS)).isTrue();
  }
}
