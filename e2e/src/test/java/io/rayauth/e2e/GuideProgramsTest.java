package io.rayauth.e2e;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.awaitility.Awaitility.await;

import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.rayauth.examples.ExampleFailedException;
import io.rayauth.examples.guide.CanI;
import io.rayauth.examples.guide.CreateServiceAccount;
import io.rayauth.examples.guide.DeployCluster;
import io.rayauth.examples.guide.ForwardDashboard;
import io.rayauth.examples.guide.GrantAccess;
import io.rayauth.examples.guide.InstallOperator;
import io.rayauth.examples.guide.ShowLogs;
import io.rayauth.examples.guide.ShowStatus;
import io.rayauth.examples.guide.StopJob;
import io.rayauth.examples.guide.SubmitJob;
import io.rayauth.examples.guide.SubmitJobWithCloudToken;
import io.rayauth.kubernetes.RayClusterRef;
import io.rayauth.kubernetes.RayClusters;
import java.io.ByteArrayOutputStream;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.ResourceAccessMode;
import org.junit.jupiter.api.parallel.ResourceLock;

/** Runs the guide's programs in the guide's order, and looks for what the guide shows. */
@Timeout(600)
@WithKubeStack
@ResourceLock(value = WithKubeStack.API_SERVER, mode = ResourceAccessMode.READ)
class GuideProgramsTest {
  private static final RayClusterRef CLUSTER =
      RayClusterRef.of("guide-programs", "ray-cluster-with-auth");
  private static final String RAY_USER = "system:serviceaccount:guide-programs:ray-user";
  private static final String JANE = "jane@example.com";

  /** kube-rbac-proxy remembers a refusal for 30 seconds. */
  private static final Duration REFUSAL_FORGOTTEN = Duration.ofSeconds(60);

  /** Is one of the programs. */
  @FunctionalInterface
  private interface Program {
    void run(PrintStream out, String... args);
  }

  private final KubeStack stack;

  GuideProgramsTest(KubeStack stack) {
    this.stack = stack;
  }

  @Test
  void programs_inTheGuidesOrder_printWhatTheGuideShows(@TempDir Path folder) throws Exception {
    try (KubernetesClient kubernetes =
        new KubernetesClientBuilder()
            .withConfig(Config.fromKubeconfig(stack.kubeconfig().toFile()))
            .build()) {
      try {
        assertThat(print(InstallOperator::run, "--chart", OperatorChart.in(folder).toString()))
            .anyMatch(line -> line.matches("applied and served: .*rayclusters\\.ray\\.io.*"))
            .contains("installed release kuberay-operator in namespace guide-programs")
            .last()
            .asString()
            .startsWith("OperatorStatus[healthy: [guide-programs/kuberay-operator");
        assertThat(print(DeployCluster::run))
            .contains("raycluster.ray.io/ray-cluster-with-auth created")
            .endsWith("raycluster.ray.io/ray-cluster-with-auth condition met");
        stack.runHead(CLUSTER.namespace(), CLUSTER.name());
        walk();
        walkAsCloudUser(folder);
      } finally {
        stack.stopHead(CLUSTER.namespace(), CLUSTER.name());
        RayClusters.using(kubernetes).deleteAndWait(CLUSTER, Duration.ofMinutes(2));
      }
    }
  }

  private void walk() {
    assertThat(print(CreateServiceAccount::run)).containsExactly("serviceaccount/ray-user created");
    assertThat(print(CanI::run)).containsExactly("no");
    ExampleFailedException refused =
        catchThrowableOfType(ExampleFailedException.class, () -> print(SubmitJob::run));
    assertThat(refused).hasMessageContaining(RAY_USER).hasMessageContaining("RayAccess.grant(");

    assertThat(print(GrantAccess::run))
        .anyMatch(line -> line.matches("role\\.rbac\\S+ serverside-applied"))
        .anyMatch(line -> line.matches("rolebinding\\.rbac\\S+ serverside-applied"));
    assertThat(print(CanI::run)).containsExactly("yes");

    List<String> submitted = onceAllowed(SubmitJob::run);
    String id = assertIsTheGuides(submitted);
    assertThat(print(ShowLogs::run, "--job", id)).contains(resources(submitted));
    assertThat(print(ShowStatus::run, "--job", id)).contains("Job '" + id + "' succeeded");

    List<String> sleeping = print(SubmitJob::run, "--no-wait", "--", "sh", "-c", "exec sleep 600");
    String sleeper = idIn(sleeping);
    await()
        .atMost(Duration.ofMinutes(2))
        .until(() -> print(ShowStatus::run, "--job", sleeper).get(0).endsWith(": RUNNING"));
    assertThat(print(StopJob::run, "--job", sleeper))
        .containsExactly(
            "Attempting to stop job '" + sleeper + "'",
            "Waiting for job '" + sleeper + "' to exit (disable with --no-wait):",
            "Job '" + sleeper + "' was stopped");

    Program forward = (out, args) -> ForwardDashboard.run(out, InputStream.nullInputStream(), args);
    assertThat(print(forward)).first().asString().matches("Dashboard: http://127\\.0\\.0\\.1:\\d+");
  }

  private void walkAsCloudUser(Path folder) throws Exception {
    String token = "canary-" + UUID.randomUUID();
    Path file = Files.writeString(folder.resolve("cloud-token"), token);
    stack.addCloudToken(token, JANE, List.of());

    print(GrantAccess::run, "--as", JANE);
    assertIsTheGuides(onceAllowed(SubmitJobWithCloudToken::run, "--token-command", "cat " + file));
  }

  /** Compares with the guide, where a job's id is cut off and its log is another cluster's. */
  private static String assertIsTheGuides(List<String> printed) {
    String id = idIn(printed);
    String submitted = "Job '" + id + "' submitted successfully";
    String succeeded = "Job '" + id + "' succeeded";
    assertThat(printed.get(0))
        .matches("Job submission server address: http://127\\.0\\.0\\.1:\\d+");
    assertThat(printed.subList(1, 15))
        .containsExactly(
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
            "",
            "Tailing logs until the job exits (disable with --no-wait):");
    assertThat(resources(printed)).contains("'CPU': 4.0", "'object_store_memory': ");
    assertThat(printed)
        .endsWith("", "-".repeat(succeeded.length()), succeeded, "-".repeat(succeeded.length()));
    return id;
  }

  private static String idIn(List<String> printed) {
    return printed.get(3).replaceAll("Job '(raysubmit_\\w+)' submitted successfully", "$1");
  }

  private static String resources(List<String> printed) {
    return printed.stream()
        .filter(line -> line.startsWith("{") && line.contains("'node:__internal_head__': 1.0"))
        .findFirst()
        .orElseThrow(() -> new AssertionError("no resources in " + printed));
  }

  private List<String> onceAllowed(Program program, String... args) {
    return await()
        .atMost(REFUSAL_FORGOTTEN)
        .pollInterval(Duration.ofSeconds(1))
        .ignoreException(ExampleFailedException.class)
        .until(() -> print(program, args), lines -> true);
  }

  private List<String> print(Program program, String... args) {
    List<String> all =
        new ArrayList<>(
            List.of(
                "--kubeconfig", stack.kubeconfig().toString(), "--namespace", CLUSTER.namespace()));
    all.addAll(List.of(args));
    ByteArrayOutputStream printed = new ByteArrayOutputStream();
    program.run(new PrintStream(printed, true, UTF_8), all.toArray(String[]::new));
    return printed.toString(UTF_8).lines().toList();
  }
}
