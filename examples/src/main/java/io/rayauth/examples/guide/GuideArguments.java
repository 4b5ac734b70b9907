package io.rayauth.examples.guide;

import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.rayauth.examples.CommandLine;
import io.rayauth.examples.ExampleFailedException;
import io.rayauth.job.JobId;
import io.rayauth.kubernetes.RayClusterRef;
import io.rayauth.kubernetes.RayConnection;
import io.rayauth.kubernetes.Route;
import java.io.File;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** Holds what a step of the guide was started with; without words it means what the guide means. */
final class GuideArguments {
  /** Names what a step can be told, beside which kubeconfig and namespace it is about. */
  enum Option {
    CHART("--chart PATH", "a chart in a folder or an archive, instead of KubeRay's own 1.6.0"),
    CLUSTER("--cluster NAME", "the RayCluster, instead of ray-cluster-with-auth"),
    SERVICE_ACCOUNT("--service-account NAME", "whose token is used, instead of ray-user"),
    AS("--as USER", "who is meant, instead of the ServiceAccount ray-user"),
    VERB("--verb VERB", "what is asked for, instead of get"),
    ADDRESS("--address URL", "where the dashboard is; without it, its port is forwarded"),
    TOKEN_COMMAND(
        "--token-command COMMAND", "prints a token, instead of gcloud auth print-access-token"),
    JOB("--job ID", "which job"),
    NO_WAIT("--no-wait", "does not wait until the job has ended"),
    ENTRYPOINT("--", "all words after it are the command to run as a job");

    private final String words;
    private final String meaning;

    Option(String words, String meaning) {
      this.words = words;
      this.meaning = meaning;
    }
  }

  private final CommandLine line;

  private GuideArguments(CommandLine line) {
    this.line = line;
  }

  /**
   * Reads the words that a step was started with.
   *
   * @param step names the program
   * @param options what it can be told
   */
  static GuideArguments parse(String step, List<Option> options, String... args) {
    StringBuilder usage = new StringBuilder("Usage of " + step + ":");
    describe(usage, "--kubeconfig PATH", "which kubeconfig, instead of the one kubectl takes");
    describe(usage, "--namespace NAME", "where the cluster is, instead of default");
    options.forEach(option -> describe(usage, option.words, option.meaning));
    return new GuideArguments(CommandLine.parse(usage.toString(), args));
  }

  private static void describe(StringBuilder usage, String words, String meaning) {
    usage.append("%n  %-25s %s".formatted(words, meaning));
  }

  /** Opens a client for the API server. */
  KubernetesClient kubernetes() {
    KubernetesClientBuilder builder = new KubernetesClientBuilder();
    line.value("--kubeconfig").map(GuideArguments::existing).ifPresent(builder::withConfig);
    return builder.build();
  }

  private static Config existing(String kubeconfig) {
    File file = new File(kubeconfig);
    if (!file.isFile()) {
      throw new ExampleFailedException("there is no kubeconfig " + kubeconfig);
    }
    return Config.fromKubeconfig(file);
  }

  Optional<Path> chart() {
    return line.value("--chart").map(Path::of);
  }

  String namespace() {
    return line.value("--namespace").orElse("default");
  }

  RayClusterRef cluster() {
    return RayClusterRef.of(namespace(), line.value("--cluster").orElse("ray-cluster-with-auth"));
  }

  String serviceAccount() {
    return line.value("--service-account").orElse("ray-user");
  }

  String user() {
    return line.value("--as").orElse("system:serviceaccount:" + namespace() + ":ray-user");
  }

  String verb() {
    return line.value("--verb").orElse("get");
  }

  List<String> tokenCommand() {
    return List.of(
        line.value("--token-command").orElse("gcloud auth print-access-token").split(" +"));
  }

  JobId job() {
    return new JobId(
        line.value("--job").orElseThrow(() -> line.wrong("--job has to say which job is meant")));
  }

  boolean waits() {
    return !line.has("--no-wait");
  }

  Optional<String> entrypoint() {
    return line.entrypoint();
  }

  /** Sends a connection to the address that was given, if one was. */
  RayConnection.Builder onTheWay(RayConnection.Builder connecting) {
    line.value("--address").map(Route::to).ifPresent(connecting::route);
    return connecting;
  }
}
