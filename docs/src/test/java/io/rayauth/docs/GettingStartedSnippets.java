package io.rayauth.docs;

import static org.assertj.core.api.Assertions.assertThat;

import io.rayauth.JobClient;
import io.rayauth.RayVersion;
import io.rayauth.job.JobDetails;
import io.rayauth.job.JobId;
import io.rayauth.job.JobResult;
import io.rayauth.job.JobSpec;
import io.rayauth.job.JobStatus;
import io.rayauth.job.StopOutcome;
import io.rayauth.testkit.FakeRay;
import io.rayauth.testkit.Gate;
import io.rayauth.token.TokenProvider;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(120)
class GettingStartedSnippets {
  private static final Duration PATIENCE = Duration.ofSeconds(20);

  private final FakeRay ray = FakeRay.start();
  private final JobClient client = JobClient.builder(ray.url()).build();

  @AfterEach
  void close() {
    client.close();
    ray.close();
  }

  @Test
  void connect_withATokenFile_asksForTheVersion(@TempDir Path folder) throws Exception {
    Path tokenFile = Files.writeString(folder.resolve("token"), "canary-started\n");
    try (FakeRay secured = FakeRay.builder().gate(Gate.rayToken("canary-started")).start()) {
      URI url = secured.url();

      // @start region=connect
      try (JobClient client =
          JobClient.builder(url)
              .tokenProvider(TokenProvider.ofFile(tokenFile))
              .requestTimeout(Duration.ofSeconds(20))
              .build()) {
        RayVersion version = client.version();
        System.out.println("Ray " + version.rayVersion());
      }
      // @end

      assertThat(secured.calls()).singleElement().returns(200, call -> call.status());
    }
  }

  @Test
  void environment_asItIs_givesAClient() {
    // @start region=environment
    try (JobClient client = JobClient.fromEnvironment()) {
      System.out.println("jobs go to " + client.endpoint());
    }
    // @end
  }

  @Test
  void submit_withWorkingDir_uploadsAndRunsThere(@TempDir Path folder) throws Exception {
    Files.writeString(folder.resolve("greeting.txt"), "from the folder\n");

    // @start region=working-dir
    JobSpec spec =
        JobSpec.running("cat greeting.txt")
            .submissionId(new JobId("greeting-1"))
            .workingDir(folder)
            .metadata("team", "a")
            .entrypointNumCpus(0.5)
            .build();
    JobId id = client.submit(spec).id();
    // @end

    client.await(id, PATIENCE);
    assertThat(client.logs(id)).contains("from the folder");
  }

  @Test
  void follow_untilTheEnd_handsOnEveryLine() {
    JobId id = client.submit(JobSpec.running("echo one; echo two").build()).id();

    // @start region=follow
    JobDetails job = client.follow(id, line -> System.out.println(line));
    if (!job.status().equals(JobStatus.SUCCEEDED)) {
      System.out.println(job.message().orElse("no message"));
    }
    // @end

    assertThat(job.status()).isEqualTo(JobStatus.SUCCEEDED);
  }

  @Test
  void run_toTheEnd_tellsWhatBecameOfTheJob() {
    // @start region=run
    JobResult result = client.run(JobSpec.running("echo hello").build());
    System.out.println(result.outcome() + " " + result.exitCode());
    // @end

    assertThat(result.outcome()).isEqualTo(JobResult.Outcome.SUCCEEDED);
  }

  @Test
  void awaitAndStop_withARunningJob_endIt() {
    JobId id = client.submit(JobSpec.running("exec sleep 600").build()).id();

    // @start region=stop
    StopOutcome outcome = client.stop(id); // returns at once
    JobDetails ended = client.await(id, Duration.ofSeconds(30)); // asks until it has ended
    client.delete(id); // forgets the record
    // @end

    assertThat(outcome).isEqualTo(StopOutcome.SIGNALLED);
    assertThat(ended.status()).isEqualTo(JobStatus.STOPPED);
    assertThat(ray.jobs()).isEmpty();
  }

  @Test
  void list_withAJob_showsIt() {
    JobId id = client.submit(JobSpec.running("true").build()).id();

    // @start region=list
    List<JobDetails> jobs = client.jobs();
    for (JobDetails job : jobs) {
      System.out.println(job.id() + " " + job.status() + " " + job.entrypoint());
    }
    // @end

    assertThat(jobs).extracting(JobDetails::id).containsExactly(id);
  }

  @Test
  void async_withTwoJobs_runsBoth() throws Exception {
    ExecutorService executor = Executors.newFixedThreadPool(2);

    // @start region=async
    JobClient.Async async = client.async(executor);
    CompletableFuture<JobDetails> ended =
        async
            .submit(JobSpec.running("true").build())
            .thenComposeAsync(job -> async.await(job.id(), Duration.ofMinutes(5)), executor);
    // @end

    assertThat(ended.get(20, TimeUnit.SECONDS).status()).isEqualTo(JobStatus.SUCCEEDED);
    executor.shutdown();
    assertThat(executor.awaitTermination(20, TimeUnit.SECONDS)).isTrue();
  }
}
