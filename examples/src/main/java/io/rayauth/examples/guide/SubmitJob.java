package io.rayauth.examples.guide;

import io.rayauth.JobClient;
import io.rayauth.examples.JobReport;
import io.rayauth.examples.guide.GuideArguments.Option;
import io.rayauth.job.JobId;
import io.rayauth.job.JobSpec;
import io.rayauth.kubernetes.RayConnection;
import java.io.PrintStream;
import java.util.List;

/**
 * Submits a job with a token of the ServiceAccount and follows its log: {@code kubectl create token
 * ray-user --duration=1h} and {@code ray job submit}. Says why if the cluster refuses.
 */
public final class SubmitJob {
  private static final String SHOW_RESOURCES =
      "python -c 'import ray; ray.init(); print(ray.cluster_resources())'";

  private SubmitJob() {}

  /**
   * Runs the step.
   *
   * @param args {@code [--kubeconfig PATH] [--namespace NAME] [--cluster NAME] [--service-account
   *     NAME] [--address URL] [--no-wait] [-- ENTRYPOINT WORDS]}
   */
  public static void main(String[] args) {
    run(System.out, args);
  }

  /**
   * Runs the step.
   *
   * @param out gets what {@code ray job submit} prints
   * @param args as for {@link #main(String[])}
   */
  public static void run(PrintStream out, String... args) {
    GuideArguments arguments =
        GuideArguments.parse(
            "SubmitJob",
            List.of(
                Option.CLUSTER,
                Option.SERVICE_ACCOUNT,
                Option.ADDRESS,
                Option.NO_WAIT,
                Option.ENTRYPOINT),
            args);
    ClusterStep.asServiceAccount(arguments, connection -> submit(out, arguments, connection));
  }

  static void submit(PrintStream out, GuideArguments arguments, RayConnection connection) {
    JobReport report = new JobReport(out);
    report.address(connection.endpoint().url());
    JobClient jobs = connection.jobs();

    JobId id =
        jobs.submit(JobSpec.running(arguments.entrypoint().orElse(SHOW_RESOURCES)).build()).id();
    report.submitted(id, "ShowLogs --job " + id, "ShowStatus --job " + id, "StopJob --job " + id);
    if (arguments.waits()) {
      out.println("Tailing logs until the job exits (disable with --no-wait):");
      report.ended(jobs.follow(id, out::println));
    }
  }
}
