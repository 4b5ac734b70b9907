package io.rayauth.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

@Timeout(60)
@WithFakeRay
class JobsTest {
  private static final String PREAMBLE =
      "\\d{4}-\\d\\d-\\d\\d \\d\\d:\\d\\d:\\d\\d,\\d{3}\tINFO job_manager.py:581 -- Runtime env is"
          + " setting up.\n";

  @Test
  void submit_whenTheCommandSucceeds_leavesARecordWithAllKeys(FakeRay ray) throws Exception {
    FakeJobs.submit(
        ray,
        "{\"entrypoint\":\"echo h\\u00e9\",\"submission_id\":\"a\",\"metadata\":{\"k\":\"v\"}}");

    FakeJobs.awaitEnd(ray, "a");

    assertThat(Wire.get(ray, "/api/jobs/a").body())
        .matches(
            "\\{\"type\": \"SUBMISSION\", \"job_id\": null, \"submission_id\": \"a\","
                + " \"driver_info\": null, \"status\": \"SUCCEEDED\", \"entrypoint\":"
                + " \"echo h\\\\u00e9\", \"message\": \"Job finished successfully.\","
                + " \"error_type\": null, \"start_time\": \\d{13}, \"end_time\": \\d{13},"
                + " \"metadata\": \\{\"k\": \"v\"\\}, \"runtime_env\": null,"
                + " \"driver_agent_http_address\": \"http://127.0.0.1:52365\","
                + " \"driver_node_id\": \"[0-9a-f]{56}\", \"driver_exit_code\": 0\\}");
    assertThat(FakeJobs.logs(ray, "a"))
        .matches(PREAMBLE + "Running entrypoint for job a: echo hé\nhé\n");
  }

  @Test
  void submit_whenNoIdIsGiven_makesOneUp(FakeRay ray) throws Exception {
    Wire.Answer answer =
        Wire.post(ray, "/api/jobs/", "{\"entrypoint\": \"echo\", \"job_id\": \"\"}");

    assertThat(answer.body())
        .matches(
            "\\{\"job_id\": \"(raysubmit_[A-HJ-NP-Za-km-np-z1-9]{16})\","
                + " \"submission_id\": \"\\1\"\\}");
  }

  @ParameterizedTest
  @CsvSource(
      textBlock =
          """
          exit 3,        3
          kill -9 $$,    -9
          exit 137,      137
          kill -TERM $$, -15
          sh -c 'kill -9 $$'; exit $?, 137
          """)
  void exitCode_whenTheCommandFails_isPythons(String entrypoint, int code, FakeRay ray)
      throws Exception {
    JsonNode job = FakeJobs.run(ray, "f", entrypoint);

    assertThat(job.get("status").asString()).isEqualTo("FAILED");
    assertThat(job.get("driver_exit_code").asInt()).isEqualTo(code);
    assertThat(job.get("error_type").asString()).isEqualTo("JOB_ENTRYPOINT_COMMAND_ERROR");
    assertThat(job.get("message").asString())
        .startsWith(
            "Job entrypoint command failed with exit code "
                + code
                + ", last available logs (truncated to 20,000 chars):\n");
  }

  @Test
  void message_whenTheLogIsLong_hasItsLastTenLines(FakeRay ray) throws Exception {
    JsonNode job = FakeJobs.run(ray, "f", "seq 1 50; exit 1");

    assertThat(job.get("message").asString())
        .endsWith("chars):\n41\n42\n43\n44\n45\n46\n47\n48\n49\n50\n");
  }

  @Test
  void environment_whenAJobRuns_isTheDriversOwn(FakeRay ray) throws Exception {
    FakeJobs.submit(
        ray,
        "{\"entrypoint\":\"echo $RAY_ADDRESS $PYTHONUNBUFFERED $MINE; echo"
            + " $RAY_JOB_CONFIG_JSON_ENV_VAR\",\"submission_id\":\"e\","
            + "\"metadata\":{\"job_name\":\"n\"},\"runtime_env\":{\"env_vars\":{\"MINE\":\"m\"}}}");

    FakeJobs.awaitEnd(ray, "e");

    assertThat(FakeJobs.logs(ray, "e"))
        .contains(
            "\n127.0.0.1:6379 1 m\n",
            "{\"runtime_env\": {\"env_vars\": {\"MINE\": \"m\"}}, \"metadata\":"
                + " {\"job_submission_id\": \"e\", \"job_name\": \"n\"}}\n");
  }

  @Test
  void submit_whenTheIdIsTaken_isA500AroundA400(FakeRay ray) throws Exception {
    FakeJobs.submit(ray, "d", "echo");

    Wire.Answer answer = Wire.post(ray, "/api/jobs/", FakeJobs.spec("d", "echo"));

    assertThat(answer.status()).isEqualTo(500);
    assertThat(answer.body())
        .startsWith("Traceback (most recent call last):\n")
        .contains("RuntimeError: Request failed with status code 400: Traceback ")
        .endsWith(
            "ValueError: Job with submission_id d already exists. Please use a different"
                + " submission_id.\n.\n");
  }

  @Test
  void submit_whenManyWantOneId_letsExactlyOneIn(FakeRay ray) throws Exception {
    ExecutorService threads = Executors.newFixedThreadPool(8);
    try {
      Callable<Integer> submit =
          () -> Wire.post(ray, "/api/jobs/", FakeJobs.spec("one", "echo")).status();
      List<Integer> statuses = new ArrayList<>();
      for (Future<Integer> answer :
          threads.invokeAll(List.of(submit, submit, submit, submit, submit, submit))) {
        statuses.add(answer.get());
      }

      assertThat(statuses).containsOnlyOnce(200).contains(500);
    } finally {
      threads.shutdownNow();
    }
    assertThat(ray.jobs()).singleElement().returns("one", FakeRay.Job::id);
  }

  @ParameterizedTest
  @CsvSource(
      textBlock =
          """
          a/b,      a%2Fb,  500
          n\\u0000l, n%00l, 400
          """)
  void submit_whenTheIdCannotBeAFileName_failsAndStaysPending(
      String id, String encoded, int inner, FakeRay ray) throws Exception {
    Wire.Answer answer =
        Wire.post(ray, "/api/jobs/", "{\"entrypoint\":\"echo\",\"submission_id\":\"" + id + "\"}");

    assertThat(answer.status()).isEqualTo(500);
    assertThat(answer.body()).contains("Request failed with status code " + inner + ": Traceback");
    assertThat(FakeJobs.get(ray, encoded).get("status").asString()).isEqualTo("PENDING");
    assertThat(Wire.exchange(ray, Wire.head("DELETE", "/api/jobs/" + encoded) + "\r\n").status())
        .isEqualTo(500);
  }

  @Test
  void submit_whenTheIdIsTooLongForAFileName_fails(FakeRay ray) throws Exception {
    Wire.Answer answer = Wire.post(ray, "/api/jobs/", FakeJobs.spec("x".repeat(300), "echo"));

    assertThat(answer.body()).contains("OSError: [Errno 36] File name too long: '/tmp/ray/");
    assertThat(ray.jobs()).singleElement().returns("PENDING", FakeRay.Job::status);
  }

  @Test
  void submit_whenTheBodyIsAboveOneMebibyte_isRefusedByTheSecondHop(FakeRay ray) throws Exception {
    Wire.Answer answer = Wire.post(ray, "/api/jobs/", FakeJobs.spec("big", "x".repeat(1_100_000)));

    assertThat(answer.status()).isEqualTo(500);
    assertThat(answer.body())
        .endsWith(
            "aiohttp.web_exceptions.HTTPRequestEntityTooLarge: Request Entity Too Large\n.\n");
  }

  @Test
  void entrypoint_whenItIsTooLongForTheKernel_cannotStart(FakeRay ray) throws Exception {
    JsonNode job = FakeJobs.run(ray, "long", "echo " + "x".repeat(200_000));

    assertThat(job.get("error_type").asString()).isEqualTo("JOB_ENTRYPOINT_COMMAND_START_ERROR");
    assertThat(job.get("message").asString())
        .endsWith("OSError: [Errno 7] Argument list too long: '/bin/sh'\n");
    assertThat(job.get("driver_exit_code").isNull()).isTrue();
  }

  @Test
  void entrypoint_whenItIsAlmostTooLong_runs(FakeRay ray) throws Exception {
    JsonNode job = FakeJobs.run(ray, "long", ": " + "x".repeat(131_000));

    assertThat(job.get("status").asString()).isEqualTo("SUCCEEDED");
  }

  @Test
  void stop_whenTheJobRuns_answersAtOnceAndStopsItSoon(FakeRay ray) throws Exception {
    FakeJobs.submit(ray, "s", "echo ready; sleep 100 & sleep 100");
    FakeJobs.awaitLog(ray, "s", "ready\n");

    Wire.Answer answer = Wire.post(ray, "/api/jobs/s/stop", "");

    assertThat(answer.body()).isEqualTo("{\"stopped\": true}");
    JsonNode job = FakeJobs.awaitEnd(ray, "s");
    assertThat(job.get("status").asString()).isEqualTo("STOPPED");
    assertThat(job.get("message").asString()).isEqualTo("Job was intentionally stopped.");
    assertThat(job.get("driver_exit_code").isNull()).isTrue();
    assertThat(Wire.post(ray, "/api/jobs/s/stop", "").body()).isEqualTo("{\"stopped\": false}");
    assertThat(ray.runningProcesses()).isZero();
  }

  @Test
  void stop_whenTheJobExitsWithZero_isStillStopped(FakeRay ray) throws Exception {
    FakeJobs.submit(
        ray, "s", "trap 'echo bye; exit 0' TERM; echo ready; while true; do sleep 0.1; done");
    FakeJobs.awaitLog(ray, "s", "ready\n");

    Wire.post(ray, "/api/jobs/s/stop", "");

    assertThat(FakeJobs.awaitEnd(ray, "s").get("status").asString()).isEqualTo("STOPPED");
    assertThat(FakeJobs.logs(ray, "s")).containsSubsequence("ready\n", "bye\n");
  }

  @Test
  void stop_whenTheJobIgnoresIt_killsAfterTheWaitTime(FakeRay ray) throws Exception {
    FakeJobs.submit(
        ray,
        "{\"submission_id\":\"s\",\"entrypoint\":\"trap '' TERM; echo ready; while true; do sleep"
            + " 0.1; done\",\"runtime_env\":{\"env_vars\":{\"RAY_JOB_STOP_WAIT_TIME_S\":\"0.3\"}}}");
    FakeJobs.awaitLog(ray, "s", "ready\n");

    Wire.post(ray, "/api/jobs/s/stop", "");

    JsonNode job = FakeJobs.awaitEnd(ray, "s");
    assertThat(job.get("status").asString()).isEqualTo("STOPPED");
    assertThat(ray.runningProcesses()).isZero();
  }

  @Test
  void stop_whenTheSignalIsSigint_sendsThat(FakeRay ray) throws Exception {
    FakeJobs.submit(
        ray,
        "{\"submission_id\":\"s\",\"entrypoint\":\"trap 'echo int; exit 1' INT; echo ready; while"
            + " true; do sleep 0.1; done\",\"runtime_env\":{\"env_vars\":"
            + "{\"RAY_JOB_STOP_SIGNAL\":\"SIGINT\"}}}");
    FakeJobs.awaitLog(ray, "s", "ready\n");

    Wire.post(ray, "/api/jobs/s/stop", "");

    FakeJobs.awaitStatus(ray, "s", "STOPPED");
    assertThat(FakeJobs.logs(ray, "s")).contains("int\n");
  }

  @Test
  void delete_whenTheJobRuns_isA500AroundA500(FakeRay ray) throws Exception {
    FakeJobs.submit(ray, "r", "sleep 100");
    FakeJobs.awaitStatus(ray, "r", "RUNNING");

    Wire.Answer answer = delete(ray, "r");

    assertThat(answer.status()).isEqualTo(500);
    assertThat(answer.body())
        .endsWith(
            "RuntimeError: Attempted to delete job 'r', but it is in a non-terminal state"
                + " RUNNING.\n.\n");
  }

  @Test
  void delete_whenTheMonitorHasNotSeenTheEnd_isUndoneByIt() throws Exception {
    try (FakeRay ray = FakeRay.builder().monitorInterval(Duration.ofSeconds(10)).start()) {
      FakeJobs.run(ray, "z", "echo");

      assertThat(delete(ray, "z").body()).isEqualTo("{\"deleted\": true}");

      assertThat(Wire.get(ray, "/api/jobs/z").status()).isEqualTo(404);
      FakeJobs.submit(ray, "another", "echo"); // has the monitor look
      FakeJobs.patiently().until(() -> Wire.get(ray, "/api/jobs/z").status() == 200);
      JsonNode returned = FakeJobs.get(ray, "z");
      assertThat(returned.get("status").asString()).isEqualTo("FAILED");
      assertThat(returned.get("entrypoint").asString()).isEqualTo("Entrypoint not found.");
      assertThat(returned.get("start_time").isNull()).isTrue();
      delete(ray, "z");
      assertThat(ray.jobs()).extracting(FakeRay.Job::id).containsExactly("another");
    }
  }

  @Test
  void logs_whenAnIdIsUsedAgain_beginWithTheOldRun(FakeRay ray) throws Exception {
    FakeJobs.run(ray, "again", "echo first");
    FakeJobs.patiently()
        .until(() -> {
          delete(ray, "again");
          return Wire.get(ray, "/api/jobs/again").status() == 404
              && Wire.post(ray, "/api/jobs/", FakeJobs.spec("again", "echo second")).status()
                  == 200;
        });

    FakeJobs.awaitEnd(ray, "again");

    assertThat(FakeJobs.logs(ray, "again")).containsSubsequence("\nfirst\n", "\nsecond\n");
  }

  @Test
  void logs_whenTheyAreNotUtf8_areA500(FakeRay ray) throws Exception {
    FakeJobs.run(ray, "u", "printf '\\377\\376bad\\n'");

    Wire.Answer answer = Wire.get(ray, "/api/jobs/u/logs");

    assertThat(answer.status()).isEqualTo(500);
    assertThat(answer.body())
        .containsPattern(
            "UnicodeDecodeError: 'utf-8' codec can't decode byte 0xff in position \\d+: invalid"
                + " start byte\n\\.\n");
  }

  @Test
  void logs_whenTheyHaveCarriageReturns_haveNewlinesInstead(FakeRay ray) throws Exception {
    FakeJobs.run(ray, "c", "printf 'a\\rb\\r\\nc'");

    assertThat(FakeJobs.logs(ray, "c")).endsWith("\na\nb\nc");
  }

  @Test
  void pending_whenNoNodeHasTheResources_lastsUntilTheStartTimeout() throws Exception {
    ManualClock clock = ManualClock.create();
    try (FakeRay ray = FakeRay.builder().time(clock).start()) {
      FakeJobs.submit(
          ray, "{\"submission_id\":\"p\",\"entrypoint\":\"echo\",\"entrypoint_num_gpus\":1}");

      assertThat(FakeJobs.get(ray, "p").get("message").asString())
          .isEqualTo(
              "Job has not started yet. It may be waiting for resources (CPUs, GPUs, memory, custom"
                  + " resources) to become available.");
      assertThat(FakeJobs.logs(ray, "p")).isEmpty();
      assertThat(Wire.post(ray, "/api/jobs/p/stop", "").body()).isEqualTo("{\"stopped\": true}");
      assertThat(FakeJobs.get(ray, "p").get("status").asString()).isEqualTo("PENDING");

      clock.advance(Duration.ofSeconds(901));

      JsonNode job = FakeJobs.awaitEnd(ray, "p");
      assertThat(job.get("error_type").asString()).isEqualTo("JOB_SUPERVISOR_ACTOR_START_TIMEOUT");
      assertThat(job.get("end_time").asLong() - job.get("start_time").asLong()).isEqualTo(901_000);
    }
  }

  @Test
  void pending_whenTooManyJobsRun_endsWhenOneIsOver() throws Exception {
    try (FakeRay ray = FakeRay.builder().maxRunningJobs(1).start()) {
      FakeJobs.submit(ray, "first", "sleep 100");
      FakeJobs.awaitStatus(ray, "first", "RUNNING");
      FakeJobs.submit(ray, "second", "echo");
      assertThat(FakeJobs.get(ray, "second").get("status").asString()).isEqualTo("PENDING");

      Wire.post(ray, "/api/jobs/first/stop", "");

      assertThat(FakeJobs.awaitEnd(ray, "second").get("status").asString()).isEqualTo("SUCCEEDED");
    }
  }

  @Test
  void get_whenABrowserAsks_hidesTheValuesOfVariables(FakeRay ray) throws Exception {
    FakeJobs.submit(
        ray,
        "{\"submission_id\":\"b\",\"entrypoint\":\"echo\","
            + "\"runtime_env\":{\"env_vars\":{\"SECRET\":\"abc\"}}}");

    assertThat(Wire.get(ray, "/api/jobs/b", "User-Agent: Mozilla/5.0").body())
        .contains("{\"env_vars\": {\"SECRET\": \"<redacted>\"}}");
    assertThat(Wire.get(ray, "/api/jobs/", "Sec-Fetch-Mode: cors").body()).doesNotContain("abc");
    assertThat(Wire.get(ray, "/api/jobs/").body()).contains("abc");
  }

  @Test
  void close_whenJobsRun_killsAllTheirProcesses() throws Exception {
    try (FakeRay ray = FakeRay.start()) {
      FakeJobs.submit(ray, "k", "sleep 4242 & (trap '' TERM; sleep 4243) & echo $!; wait");
      FakeJobs.awaitLog(ray, "k", "\n");
      FakeJobs.patiently().until(() -> ray.runningProcesses() >= 3);
      List<ProcessHandle> processes = ProcessHandle.current().descendants().toList();

      Runnable close = ray::close; // a second close at the end of the block does nothing
      close.run();

      assertThat(ray.runningProcesses()).isZero();
      assertThat(processes.stream().filter(JobsTest::isOurSleep)).isEmpty();
      assertThat(ray.openSockets()).isZero();
    }
  }

  private static boolean isOurSleep(ProcessHandle process) {
    return process.isAlive()
        && process.info().commandLine().filter(line -> line.contains("sleep 424")).isPresent();
  }

  @Test
  void end_whenABackgroundProcessIsLeft_killsIt(FakeRay ray) throws Exception {
    String ours = "sleep 51" + ProcessHandle.current().pid();
    FakeJobs.run(ray, "bg", "(" + ours + ") & echo started");

    assertThat(
            ProcessHandle.allProcesses()
                .filter(ProcessHandle::isAlive)
                .filter(process -> process.info().commandLine().orElse("").endsWith(ours)))
        .isEmpty();
  }

  @Test
  void list_whenThereAreTenThousandJobs_isOneLargeArray(FakeRay ray) throws Exception {
    for (int i = 0; i < 10_000; i++) {
      ray.addFinishedJob("job-" + i, "python train.py", java.util.Map.of("pad", "x".repeat(500)));
    }

    Wire.Answer answer = Wire.get(ray, "/api/jobs/");

    assertThat(answer.body()).hasSizeGreaterThan(9_000_000).endsWith("\"driver_exit_code\": 0}]");
  }

  private static Wire.Answer delete(FakeRay ray, String id) throws Exception {
    return Wire.exchange(ray, Wire.head("DELETE", "/api/jobs/" + id) + "\r\n");
  }

  @ParameterizedTest
  @ValueSource(strings = {"PENDING", "RUNNING", "SUCCEEDED", "FAILED", "STOPPED"})
  void putJob_withAnyStatus_isARecordLikeThatOfARealJob(String status, FakeRay ray)
      throws Exception {
    ray.putJob("a", "RUNNING");
    ray.putJob("a", status);

    JsonNode job = FakeJobs.get(ray, "a");
    assertThat(job.get("status").asString()).isEqualTo(status);
    assertThat(job.get("end_time").isNull())
        .isEqualTo(status.equals("PENDING") || status.equals("RUNNING"));
    assertThat(ray.jobs()).hasSize(1);
    assertThat(ray.runningProcesses()).isZero();
  }

  @Test
  void putJob_withAStatusThatRayDoesNotHave_isRefused(FakeRay ray) {
    assertThatIllegalArgumentException().isThrownBy(() -> ray.putJob("a", "LOST"));
  }

  @Test
  void forgetJob_whateverItsStatus_leavesNoRecord(FakeRay ray) throws Exception {
    ray.putJob("a", "RUNNING");

    ray.forgetJob("a");

    assertThat(Wire.get(ray, "/api/jobs/a").status()).isEqualTo(404);
    assertThat(Wire.get(ray, "/api/jobs/").body()).isEqualTo("[]");
  }
}
