package io.rayauth.examples.guide;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.rayauth.examples.ExampleFailedException;
import io.rayauth.examples.LookingInput;
import io.rayauth.testkit.FakeRay;
import io.rayauth.testkit.FakeUser;
import io.rayauth.testkit.Gate;
import java.io.ByteArrayOutputStream;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

@Timeout(120)
class GuideProgramsTest {
  private static final FakeUser RAY_USER =
      FakeUser.named("system:serviceaccount:default:ray-user")
          .token(FakeKubernetes.tokenOf("default", "ray-user"));
  private static final FakeUser CLOUD_USER =
      FakeUser.named("jane@example.com").token("canary-cloud");

  /** Is one of the programs. */
  @FunctionalInterface
  interface Program {
    void run(PrintStream out, String... args);
  }

  @TempDir Path folder;
  private final FakeKubernetes kubernetes = new FakeKubernetes();
  private final ByteArrayOutputStream printed = new ByteArrayOutputStream();
  private String kubeconfig = "";

  @BeforeEach
  void writeKubeconfig() throws Exception {
    kubeconfig = kubernetes.kubeconfig(folder).toString();
  }

  @AfterEach
  void close() {
    kubernetes.close();
  }

  @Test
  void deployCluster_printsEveryObjectAndThatItIsReady() {
    assertThat(run(DeployCluster::run))
        .contains("raycluster.ray.io/ray-cluster-with-auth created")
        .anyMatch(line -> line.matches("configmap/\\S+ created"))
        .anyMatch(line -> line.matches("serviceaccount/\\S+ created"))
        .anyMatch(line -> line.matches("clusterrole.rbac.authorization.k8s.io/\\S+ created"))
        .anyMatch(line -> line.matches("clusterrolebinding.rbac.authorization.k8s.io/\\S+ created"))
        .endsWith("raycluster.ray.io/ray-cluster-with-auth condition met");
  }

  @Test
  void installOperator_withoutHelmJava_saysWhatToAdd() {
    assertThatThrownBy(() -> run(InstallOperator::run)).hasMessageContaining("helm-java");
  }

  @Test
  void createServiceAccount_whenThereIsNone_saysThatItIsNew() {
    assertThat(run(CreateServiceAccount::run)).containsExactly("serviceaccount/ray-user created");
    assertThat(run(CreateServiceAccount::run)).containsExactly("serviceaccount/ray-user unchanged");
  }

  @Test
  void canI_beforeAndAfterTheGrant_saysNoAndYes() {
    putCluster();

    assertThat(run(CanI::run)).containsExactly("no");
    assertThat(run(GrantAccess::run))
        .hasSize(5)
        .anyMatch(line -> line.startsWith("Caution: ") && line.contains("pods/portforward"))
        .first()
        .asString()
        .matches(
            "role.rbac.authorization.k8s.io/ray-ray-cluster-with-auth-unlimited-ray-user-\\w+ serverside-applied");
    assertThat(run(CanI::run)).containsExactly("yes");
    assertThat(run(CanI::run, "--as", "jane@example.com")).containsExactly("no");
  }

  @Test
  void submitJob_withTheToken_printsWhatTheGuideShows() {
    putCluster();
    try (FakeRay ray = ray(RAY_USER.verbs("get", "create"))) {
      List<String> output = run(SubmitJob::run, ray, "--", "echo", "{'CPU': 4.0}");

      String id = ray.jobs().get(0).id();
      String submitted = "Job '" + id + "' submitted successfully";
      String succeeded = "Job '" + id + "' succeeded";
      assertThat(output.subList(0, 14))
          .containsExactly(
              "Job submission server address: " + ray.url(),
              "",
              "-".repeat(submitted.length()),
              submitted,
              "-".repeat(submitted.length()),
              "",
              "Next steps",
              "  Query the logs of the job:",
              "    ShowLogs --job " + id,
              "  Query the status of the job:",
              "    ShowStatus --job " + id,
              "  Request the job to be stopped:",
              "    StopJob --job " + id,
              "");
      assertThat(output.get(14))
          .isEqualTo("Tailing logs until the job exits (disable with --no-wait):");
      assertThat(output).contains("{'CPU': 4.0}");
      assertThat(output)
          .endsWith("", "-".repeat(succeeded.length()), succeeded, "-".repeat(succeeded.length()));
      assertThat(run(ShowLogs::run, ray, "--job", id)).contains("{'CPU': 4.0}");
      assertThat(run(ShowStatus::run, ray, "--job", id)).contains(succeeded);
    }
  }

  @Test
  void submitJob_whenNothingWasGranted_saysWhoLacksWhat() {
    putCluster();
    try (FakeRay ray = ray(RAY_USER)) {
      assertThatThrownBy(() -> run(SubmitJob::run, ray))
          .isInstanceOf(ExampleFailedException.class)
          .hasMessageContaining("system:serviceaccount:default:ray-user")
          .hasMessageContaining("RayAccess.grant(")
          .hasMessageNotContaining("canary");
      assertThat(ray.jobs()).isEmpty();
    }
  }

  @Test
  void stopJob_whenItRuns_waitsUntilItHasStopped() {
    putCluster();
    try (FakeRay ray = ray(RAY_USER.verbs("*"))) {
      run(SubmitJob::run, ray, "--no-wait", "--", "sleep", "600");
      String id = ray.jobs().get(0).id();

      assertThat(run(StopJob::run, ray, "--job", id))
          .containsExactly(
              "Attempting to stop job '" + id + "'",
              "Waiting for job '" + id + "' to exit (disable with --no-wait):",
              "Job '" + id + "' was stopped");
    }
  }

  @Test
  void openDashboard_asTheServiceAccount_printsALinkThatOpensIt() {
    putCluster();
    try (FakeRay ray = ray(RAY_USER.verbs("get"))) {
      LookingInput in =
          new LookingInput(() -> printed.toString(UTF_8), visitor -> visitor.data("/api/version"));

      run((out, args) -> OpenDashboard.run(out, in, args), ray);

      assertThat(in.seen()).contains("\"ray_version\"");
    }
  }

  @Test
  void submitJobWithCloudToken_asThatUser_getsIn() throws Exception {
    putCluster();
    Path token = Files.writeString(folder.resolve("cloud-token"), "canary-cloud\n");
    try (FakeRay ray = ray(CLOUD_USER.verbs("get", "create"))) {
      assertThat(
              run(
                  SubmitJobWithCloudToken::run,
                  ray,
                  "--token-command",
                  "cat " + token,
                  "--",
                  "echo",
                  "hello"))
          .contains("hello");
    }
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("programs")
  void program_whenAnArgumentIsWrong_saysSoWithUsageAndWithoutRepeatingIt(
      String name, Program program) {
    assertThatThrownBy(() -> run(program, "--adress=canary-argument"))
        .isInstanceOf(ExampleFailedException.class)
        .hasMessageStartingWith("--adress is not an option")
        .hasMessageContaining("Usage of " + name + ":")
        .hasMessageContaining("--kubeconfig PATH")
        .hasMessageNotContaining("canary");
    assertThatThrownBy(() -> program.run(out(), "--kubeconfig", "/nowhere", "--job", "id"))
        .isInstanceOf(ExampleFailedException.class)
        .hasMessageMatching("(?s)there is no kubeconfig /nowhere|--job is not an option.*");
  }

  static Stream<Arguments> programs() {
    Program forward = (out, args) -> ForwardDashboard.run(out, InputStream.nullInputStream(), args);
    Program open = (out, args) -> OpenDashboard.run(out, InputStream.nullInputStream(), args);
    return Stream.of(
        Arguments.of("InstallOperator", (Program) InstallOperator::run),
        Arguments.of("DeployCluster", (Program) DeployCluster::run),
        Arguments.of("CreateServiceAccount", (Program) CreateServiceAccount::run),
        Arguments.of("CanI", (Program) CanI::run),
        Arguments.of("GrantAccess", (Program) GrantAccess::run),
        Arguments.of("SubmitJob", (Program) SubmitJob::run),
        Arguments.of("SubmitJobWithCloudToken", (Program) SubmitJobWithCloudToken::run),
        Arguments.of("ShowLogs", (Program) ShowLogs::run),
        Arguments.of("ShowStatus", (Program) ShowStatus::run),
        Arguments.of("StopJob", (Program) StopJob::run),
        Arguments.of("ForwardDashboard", forward),
        Arguments.of("OpenDashboard", open));
  }

  @Test
  void showStatus_withoutJob_saysThatItIsMissing() {
    assertThatThrownBy(() -> run(ShowStatus::run))
        .isInstanceOf(ExampleFailedException.class)
        .hasMessageStartingWith("--job has to say which job is meant");
  }

  private void putCluster() {
    kubernetes.putCluster(
        "default",
        "ray-cluster-with-auth",
        """
        {"headGroupSpec":{"rayStartParams":{"dashboard-host":"127.0.0.1"},"template":{"spec":{"containers":[
        {"name":"ray-head","image":"rayproject/ray:2.46.0","ports":[{"name":"dashboard","containerPort":8265}]},
        {"name":"kube-rbac-proxy","image":"quay.io/brancz/kube-rbac-proxy:v0.18.1",
        "args":["--upstream=http://127.0.0.1:8443/"]}]}}}}\
        """);
  }

  private static FakeRay ray(FakeUser user) {
    return FakeRay.builder().gate(Gate.kubeRbacProxy(user)).start();
  }

  private List<String> run(Program program, FakeRay ray, String... args) {
    List<String> all = new ArrayList<>(List.of("--address", ray.url().toString()));
    all.addAll(List.of(args));
    return run(program, all.toArray(String[]::new));
  }

  private List<String> run(Program program, String... args) {
    List<String> all = new ArrayList<>(List.of("--kubeconfig", kubeconfig));
    all.addAll(List.of(args));
    printed.reset();
    program.run(out(), all.toArray(String[]::new));
    return printed.toString(UTF_8).lines().toList();
  }

  private PrintStream out() {
    return new PrintStream(printed, true, UTF_8);
  }
}
