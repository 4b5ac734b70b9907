package io.rayauth.examples;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.rayauth.error.RayAuthException;
import io.rayauth.examples.guide.FakeKubernetes;
import io.rayauth.testkit.FakeRay;
import io.rayauth.testkit.Gate;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(120)
class ExamplesTest {
  private static final String TOKEN = "canary-examples";

  private final ByteArrayOutputStream printed = new ByteArrayOutputStream();
  private final PrintStream out = new PrintStream(printed, true, UTF_8);

  @Test
  void quickstart_withoutArguments_printsWhatTheGuideShows() {
    Quickstart.run(out);

    assertThat(lines().get(0)).contains("FakeRay");
    List<String> output = lines().subList(1, lines().size());
    String id = output.get(3).replaceAll("Job '(raysubmit_\\w+)' submitted successfully", "$1");
    String rule = "-".repeat(output.get(3).length());
    assertThat(output.get(0)).startsWith("Job submission server address: http://127.0.0.1:");
    assertThat(output.subList(1, 13))
        .containsExactly(
            "",
            rule,
            "Job '" + id + "' submitted successfully",
            rule,
            "",
            "Next steps",
            "  Query the logs of the job:",
            "    client.logs(new JobId(\"" + id + "\"))",
            "  Query the status of the job:",
            "    client.job(new JobId(\"" + id + "\"))",
            "  Request the job to be stopped:",
            "    client.stop(new JobId(\"" + id + "\"))");
    assertThat(output).contains("Tailing logs until the job exits:");
    assertThat(output).anyMatch(line -> line.startsWith("{'CPU': 4.0"));
    String ended = "Job '" + id + "' succeeded";
    String endRule = "-".repeat(ended.length());
    assertThat(output).endsWith("", endRule, ended, endRule);
  }

  @Test
  void quickstart_withWordsThatNeedQuoting_runsThemAsTheyAre() {
    Quickstart.run(out, "--", "printf", "<%s>\\n", "two words", "it's", "$HOME");

    assertThat(lines()).contains("<two words>", "<it's>", "<$HOME>");
  }

  @Test
  void quickstart_whenTheJobFails_saysWhyAndFails() {
    assertThatThrownBy(() -> Quickstart.run(out, "--", "sh", "-c", "echo oh no; exit 7"))
        .isInstanceOf(ExampleFailedException.class)
        .hasMessageMatching("Job 'raysubmit_\\w+' failed");
    assertThat(lines()).contains("oh no").anyMatch(line -> line.matches("Job '\\w+' failed"));
    assertThat(lines()).anyMatch(line -> line.startsWith("Status message: "));
  }

  @Test
  void quickstart_withAddressAndTokenFile_goesThere(@TempDir Path folder) throws Exception {
    try (FakeRay ray = FakeRay.builder().gate(Gate.rayToken(TOKEN)).start()) {
      Quickstart.run(
          out,
          "--address",
          ray.url().toString(),
          "--token-file",
          tokenFile(folder, TOKEN).toString(),
          "--",
          "echo",
          "hello");

      assertThat(ray.jobs()).singleElement().returns("echo hello", FakeRay.Job::entrypoint);
    }
    assertThat(lines()).contains("hello").noneMatch(line -> line.contains("FakeRay"));
  }

  @Test
  void quickstart_withAddressOnly_asksTheRealRayForItsResources() {
    try (FakeRay ray = FakeRay.start()) {
      ray.onNext("POST", "/api/jobs/").respond(400, "not today");

      assertThatThrownBy(() -> Quickstart.run(out, "--address", ray.url().toString()))
          .hasMessageContaining("not today");

      assertThat(ray.calls())
          .singleElement()
          .satisfies(call ->
              assertThat(call.body())
                  .contains("python -c 'import ray; ray.init(); print(ray.cluster_resources())'"));
    }
  }

  @Test
  void quickstart_whenTheTokenIsWrong_saysWhoRefusedWithoutTheToken(@TempDir Path folder)
      throws Exception {
    try (FakeRay ray = FakeRay.builder().gate(Gate.rayToken("canary-other")).start()) {
      String file = tokenFile(folder, TOKEN).toString();

      assertThatThrownBy(
              () -> Quickstart.run(out, "--address", ray.url().toString(), "--token-file", file))
          .isInstanceOf(RayAuthException.class)
          .hasMessageContaining("403")
          .hasMessageNotContaining(TOKEN);
    }
  }

  @Test
  void submitAndFollow_onTheFake_printsLogStatusAndMetadata() {
    SubmitAndFollow.run(out);

    assertThat(lines())
        .contains("log: Good morning, Ray.", "status: SUCCEEDED", "exit code: 0")
        .anyMatch(line -> line.startsWith("metadata: ") && line.contains("=SubmitAndFollow"));
  }

  @Test
  void stopJob_onTheFake_stopsOnceAndDeletes() {
    StopJob.run(out);

    assertThat(lines())
        .containsExactly(
            "first stop: SIGNALLED", "status: STOPPED", "second stop: ALREADY_ENDED", "left: 0");
  }

  @Test
  void runJob_startedTwiceOnOneCluster_runsOnceAndPrintsTheSameResult() {
    try (FakeRay ray = FakeRay.start()) {
      RunJob.run(out, "--address", ray.url().toString());
      RunJob.run(out, "--address", ray.url().toString());

      assertThat(ray.jobs()).hasSize(1);
    }
    assertThat(lines()).filteredOn("failed with exit code 3"::equals).hasSize(2);
    assertThat(lines())
        .filteredOn(line -> line.startsWith("job: "))
        .hasSize(2)
        .satisfies(jobs -> {
          assertThat(jobs.get(0)).matches("job: run-job-echo_Working.__exit_3-\\w{32}");
          assertThat(jobs.get(1)).isEqualTo(jobs.get(0) + " (attached, FAILED)");
        });
    assertThat(lines()).contains("log: Working.", "last: Working.");
  }

  @Test
  void submitFolder_onTheFake_uploadsOnce() {
    SubmitFolder.run(out);

    assertThat(lines())
        .anyMatch(line -> line.matches("first: gcs://_ray_pkg_\\w+\\.zip from .* uploaded as .*"))
        .anyMatch(
            line -> line.matches("second: gcs://_ray_pkg_\\w+\\.zip from .* already there .*"))
        .contains("the folder", "status: SUCCEEDED");
  }

  @Test
  void listJobs_onTheFake_printsTheNewestFirst() {
    ListJobs.run(out);

    assertThat(lines()).hasSize(2);
    assertThat(lines().get(0)).matches("FAILED     raysubmit_\\w+  exit 3");
    assertThat(lines().get(1)).matches("SUCCEEDED  raysubmit_\\w+  echo one");
  }

  @Test
  void listJobs_onACluster_submitsNothing() {
    try (FakeRay ray = FakeRay.start()) {
      ray.addFinishedJob("old", "python train.py", Map.of());

      ListJobs.run(out, "--address", ray.url().toString());

      assertThat(ray.jobs()).hasSize(1);
    }
    assertThat(lines()).singleElement().isEqualTo("SUCCEEDED  old  python train.py");
  }

  @Test
  void watchJobs_onTheFake_tellsTheEndOfEachAndThatOfAll() {
    WatchJobs.run(out);

    assertThat(lines())
        .anyMatch(line -> line.matches("raysubmit_\\w+ SUCCEEDED: sleep 1"))
        .anyMatch(line -> line.matches("raysubmit_\\w+ FAILED: exit 3"))
        .anyMatch(line -> line.matches("raysubmit_\\w+ SUCCEEDED: true"))
        .endsWith("all have ended");
  }

  @Test
  void ownTokenProvider_whenItsTokenIsRevoked_isAskedAgain() {
    OwnTokenProvider.run(out);

    assertThat(lines())
        .containsExactly(
            "after two calls: tokens issued: 1", "after the first was revoked: tokens issued: 2");
  }

  @Test
  void customCaAndBasePath_behindAnHttpsFront_findsRay(@TempDir Path folder) throws Exception {
    try (FakeRay ray = FakeRay.builder().gate(Gate.rayToken(TOKEN)).start();
        HttpsFront front = HttpsFront.start(folder, "/ray/team-a", ray.url())) {
      CustomCaAndBasePath.run(
          out,
          "--address",
          front.url().toString(),
          "--ca-file",
          front.certificate().toString(),
          "--token-file",
          tokenFile(folder, TOKEN).toString());

      assertThat(lines()).containsExactly("Ray 2.60.0 answers at " + front.url(), "jobs: 0");
    }
  }

  @Test
  void customCaAndBasePath_withoutCa_saysWhatIsMissing() {
    assertThatThrownBy(() -> CustomCaAndBasePath.run(out))
        .isInstanceOf(ExampleFailedException.class)
        .hasMessageContaining("--ca-file");
  }

  @Test
  void openDashboard_withATokenFile_printsALinkThatOpensIt(@TempDir Path folder) throws Exception {
    try (FakeRay ray = FakeRay.builder().gate(Gate.rayToken(TOKEN)).start()) {
      LookingInput in = input(visitor -> visitor.data("/api/version"));

      OpenDashboard.run(
          out,
          in,
          "--address",
          ray.url().toString(),
          "--token-file",
          tokenFile(folder, TOKEN).toString());

      assertThat(in.seen()).contains("\"ray_version\"");
    }
    assertThat(lines()).noneMatch(line -> line.contains("canary"));
  }

  @Test
  void openDashboard_onTheFake_saysWhereToLook() {
    LookingInput in = input(visitor -> visitor.data("/api/version"));

    OpenDashboard.run(out, in);

    assertThat(lines()).anyMatch(line -> line.contains("/api/version"));
    assertThat(in.seen()).contains("\"ray_version\"");
  }

  @Test
  void openDashboards_withAKubeconfig_printsALinkToTheListOfItsClusters(@TempDir Path folder)
      throws Exception {
    try (FakeKubernetes kubernetes = new FakeKubernetes()) {
      kubernetes.putCluster("default", "trainer", "{}");
      LookingInput in =
          input(visitor ->
              await()
                  .atMost(Duration.ofMinutes(1))
                  .until(() -> visitor.page("/"), page -> page.contains("default/trainer")));

      OpenDashboards.run(out, in, "--kubeconfig", kubernetes.kubeconfig(folder).toString());

      assertThat(in.seen()).contains("<h2>fake</h2>");
    }
    assertThat(lines()).noneMatch(line -> line.contains("canary"));
  }

  private LookingInput input(LookingInput.Look look) {
    return new LookingInput(() -> printed.toString(UTF_8), look);
  }

  private List<String> lines() {
    return printed.toString(UTF_8).lines().toList();
  }

  static Path tokenFile(Path folder, String token) throws Exception {
    return Files.writeString(folder.resolve("token"), token + "\n");
  }
}
