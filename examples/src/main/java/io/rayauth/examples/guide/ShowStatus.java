package io.rayauth.examples.guide;

import io.rayauth.examples.JobReport;
import io.rayauth.examples.guide.GuideArguments.Option;
import io.rayauth.job.JobId;
import java.io.PrintStream;
import java.util.List;

/** Says how a job is: {@code ray job status}. */
public final class ShowStatus {
  private ShowStatus() {}

  /**
   * Runs the step.
   *
   * @param args {@code --job ID [--kubeconfig PATH] [--namespace NAME] [--cluster NAME]
   *     [--service-account NAME] [--address URL]}
   */
  public static void main(String[] args) {
    run(System.out, args);
  }

  /**
   * Runs the step.
   *
   * @param out gets what {@code ray job status} prints
   * @param args as for {@link #main(String[])}
   */
  public static void run(PrintStream out, String... args) {
    GuideArguments arguments =
        GuideArguments.parse(
            "ShowStatus",
            List.of(Option.JOB, Option.CLUSTER, Option.SERVICE_ACCOUNT, Option.ADDRESS),
            args);
    JobId job = arguments.job();
    ClusterStep.asServiceAccount(
        arguments, connection -> new JobReport(out).status(connection.jobs().job(job)));
  }
}
