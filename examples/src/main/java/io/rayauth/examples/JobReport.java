package io.rayauth.examples;

import io.rayauth.job.JobDetails;
import io.rayauth.job.JobId;
import io.rayauth.job.JobStatus;
import java.io.PrintStream;
import java.net.URI;

/** Says about jobs what Ray's own command line says about them ({@code ray job …}). */
public final class JobReport {
  private final PrintStream out;

  /**
   * Creates a report.
   *
   * @param out gets the lines
   */
  public JobReport(PrintStream out) {
    this.out = out;
  }

  /**
   * Says where jobs go.
   *
   * @param address of the dashboard
   */
  public void address(URI address) {
    out.println("Job submission server address: " + address);
    out.println();
  }

  /**
   * Says that a job was submitted, and how to go on.
   *
   * @param id of the job
   * @param logs how to see its log
   * @param status how to see its status
   * @param stop how to stop it
   */
  public void submitted(JobId id, String logs, String status, String stop) {
    banner("Job '" + id + "' submitted successfully");
    out.println();
    out.println("Next steps");
    out.println("  Query the logs of the job:");
    out.println("    " + logs);
    out.println("  Query the status of the job:");
    out.println("    " + status);
    out.println("  Request the job to be stopped:");
    out.println("    " + stop);
    out.println();
  }

  /**
   * Says how a job is, or how it ended.
   *
   * @param job is looked at
   */
  public void status(JobDetails job) {
    JobStatus status = job.status();
    if (status.equals(JobStatus.STOPPED)) {
      out.println("Job '" + job.id() + "' was stopped");
    } else if (status.isTerminal()) {
      out.println();
      banner(ending(job));
    } else {
      out.println("Status for job '" + job.id() + "': " + status);
    }
    if (!status.equals(JobStatus.SUCCEEDED) && !status.equals(JobStatus.STOPPED)) {
      job.message().ifPresent(message -> out.println("Status message: " + message));
    }
  }

  /**
   * Says how a job ended, and ends the program if not well.
   *
   * @param job has ended
   * @throws ExampleFailedException if it did not succeed
   */
  public void ended(JobDetails job) {
    status(job);
    if (!job.status().equals(JobStatus.SUCCEEDED)) {
      throw new ExampleFailedException(ending(job));
    }
  }

  private static String ending(JobDetails job) {
    return "Job '" + job.id() + "' " + job.status().inWords();
  }

  private void banner(String text) {
    String rule = "-".repeat(text.length());
    out.println(rule);
    out.println(text);
    out.println(rule);
  }
}
