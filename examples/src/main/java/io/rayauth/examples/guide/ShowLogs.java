package io.rayauth.examples.guide;

import io.rayauth.examples.guide.GuideArguments.Option;
import io.rayauth.job.JobId;
import java.io.PrintStream;
import java.util.List;

/** Prints the log of a job so far: {@code ray job logs}. */
public final class ShowLogs {
  private ShowLogs() {}

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
   * @param out gets the log
   * @param args as for {@link #main(String[])}
   */
  public static void run(PrintStream out, String... args) {
    GuideArguments arguments =
        GuideArguments.parse(
            "ShowLogs",
            List.of(Option.JOB, Option.CLUSTER, Option.SERVICE_ACCOUNT, Option.ADDRESS),
            args);
    JobId job = arguments.job();
    ClusterStep.asServiceAccount(arguments, connection -> out.print(connection.jobs().logs(job)));
  }
}
