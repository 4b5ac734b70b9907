package io.rayauth.examples.guide;

import io.rayauth.examples.JobReport;
import io.rayauth.examples.guide.GuideArguments.Option;
import io.rayauth.job.JobId;
import java.io.PrintStream;
import java.time.Duration;
import java.util.List;

/** Stops a job: {@code ray job stop}. */
public final class StopJob {
  private static final Duration TIME_TO_END = Duration.ofMinutes(1);

  private StopJob() {}

  /**
   * Runs the step.
   *
   * @param args {@code --job ID [--kubeconfig PATH] [--namespace NAME] [--cluster NAME]
   *     [--service-account NAME] [--address URL] [--no-wait]}
   */
  public static void main(String[] args) {
    run(System.out, args);
  }

  /**
   * Runs the step.
   *
   * @param out gets what {@code ray job stop} prints
   * @param args as for {@link #main(String[])}
   */
  public static void run(PrintStream out, String... args) {
    GuideArguments arguments =
        GuideArguments.parse(
            "StopJob",
            List.of(
                Option.JOB, Option.CLUSTER, Option.SERVICE_ACCOUNT, Option.ADDRESS, Option.NO_WAIT),
            args);
    JobId job = arguments.job();
    ClusterStep.asServiceAccount(
        arguments,
        connection -> {
          out.println("Attempting to stop job '" + job + "'");
          connection.jobs().stop(job);
          if (arguments.waits()) {
            out.println("Waiting for job '" + job + "' to exit (disable with --no-wait):");
            new JobReport(out).status(connection.jobs().await(job, TIME_TO_END));
          }
        });
  }
}
