package io.rayauth.examples.gke;

import io.fabric8.kubernetes.client.KubernetesClient;
import io.rayauth.error.RayAuthException;
import io.rayauth.examples.CommandLine;
import io.rayauth.examples.ExampleFailedException;
import io.rayauth.examples.JobReport;
import io.rayauth.gke.GkeClusterRef;
import io.rayauth.gke.GkeClusters;
import io.rayauth.gke.GoogleTokenProvider;
import io.rayauth.job.JobId;
import io.rayauth.job.JobSpec;
import io.rayauth.kubernetes.RayAccess;
import io.rayauth.kubernetes.RayClusterRef;
import io.rayauth.kubernetes.RayClusters;
import io.rayauth.kubernetes.RayConnection;
import io.rayauth.kubernetes.Route;
import java.io.PrintStream;

/**
 * Does what the guide's section "Verify access using cloud IAM" does, without gcloud and without a
 * kubeconfig: submits a job as the Google identity that this program runs as, and says what is
 * missing if that may not.
 */
public final class SubmitJobAsGoogleUser {
  private static final String USAGE =
      """
      Usage of SubmitJobAsGoogleUser:
        --gke NAME         projects/P/locations/L/clusters/N, or a context gke_P_L_N; required
        --namespace NAME   where the RayCluster is, instead of default
        --cluster NAME     the RayCluster, instead of ray-cluster-with-auth
        --address URL      where the dashboard is; without it, its port is forwarded
        --                 all words after it are the command to run as a job\
      """;

  private static final String SHOW_RESOURCES =
      "python -c 'import ray; ray.init(); print(ray.cluster_resources())'";

  private SubmitJobAsGoogleUser() {}

  /**
   * Runs the program as the application default credentials say.
   *
   * @param args {@code --gke NAME [--namespace NAME] [--cluster NAME] [--address URL] [--
   *     ENTRYPOINT WORDS]}
   */
  public static void main(String[] args) {
    GoogleTokenProvider tokens = GoogleTokenProvider.applicationDefault();
    run(System.out, tokens, GkeClusters.using(tokens), args);
  }

  /**
   * Runs the program.
   *
   * @param out gets what {@code ray job submit} prints
   * @param tokens who goes in
   * @param clusters GKE's API, as the same
   * @param args as for {@link #main(String[])}
   */
  public static void run(
      PrintStream out, GoogleTokenProvider tokens, GkeClusters clusters, String... args) {
    CommandLine line = CommandLine.parse(USAGE, args);
    GkeClusterRef gke =
        GkeClusterRef.parse(
            line.value("--gke").orElseThrow(() -> line.wrong("--gke has to name a cluster")));
    RayClusterRef ray =
        RayClusterRef.of(
            line.value("--namespace").orElse("default"),
            line.value("--cluster").orElse("ray-cluster-with-auth"));
    JobSpec job = JobSpec.running(line.entrypoint().orElse(SHOW_RESOURCES)).build();

    out.println("Google identity: " + tokens.principal());
    try (KubernetesClient kubernetes = clusters.get(gke).kubernetesClient()) {
      RayConnection.Builder connecting =
          RayClusters.using(kubernetes).connecting(ray).tokenProvider(tokens);
      line.value("--address").map(Route::to).ifPresent(connecting::route);
      try (RayConnection connection = connecting.connect()) {
        submit(out, connection, job);
      } catch (RayAuthException refusal) {
        throw new ExampleFailedException(
            RayAccess.using(kubernetes).explain(ray, refusal, tokens).toString());
      }
    }
  }

  private static void submit(PrintStream out, RayConnection connection, JobSpec job) {
    JobReport report = new JobReport(out);
    report.address(connection.endpoint().url());
    JobId id = connection.jobs().submit(job).id();
    report.submitted(id, "ray job logs " + id, "ray job status " + id, "ray job stop " + id);
    out.println("Tailing logs until the job exits:");
    report.ended(connection.jobs().follow(id, out::println));
  }
}
