package io.rayauth.job;

import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/**
 * Tells what became of a job, for a {@code switch} over {@link #outcome()}.
 *
 * <p>Immutable and thread-safe. What a failed job last wrote comes with Ray's message, which holds
 * up to ten lines and 20,000 characters of it ({@code JobSupervisor.run} of Ray's {@code
 * job_supervisor.py}).
 */
public final class JobResult {
  private static final String COMMAND_ERROR = "JOB_ENTRYPOINT_COMMAND_ERROR";
  private static final String LOG_BEGINS = ", last available logs";

  /** Names the ways a job can end, or cease to be seen. */
  public enum Outcome {
    /** The entrypoint ended with exit code 0. */
    SUCCEEDED,
    /** The entrypoint ended with another exit code or a signal, or never started. */
    FAILED,
    /** Somebody stopped the job. */
    STOPPED,
    /**
     * The cluster has no record of the job any more, or did not answer for as long as the client's
     * retry policy tries, and for five minutes where the log is followed. The job may have ended,
     * and may run on: to go on waiting for it, submit the same again under the same id.
     */
    LOST,
    /** The job had not ended when the caller's time was up. */
    TIMED_OUT
  }

  private final JobId id;
  private final Outcome outcome;
  private final @Nullable JobDetails job;
  private final String message;
  private final List<String> lastLines;

  private JobResult(
      JobId id, Outcome outcome, @Nullable JobDetails job, String message, List<String> lastLines) {
    this.id = id;
    this.outcome = outcome;
    this.job = job;
    this.message = message;
    this.lastLines = lastLines;
  }

  /**
   * Reads the result out of a job that has ended.
   *
   * @param job such as {@code JobClient.await} returns
   * @return succeeded, failed or stopped
   * @throws IllegalArgumentException if the job has not ended
   */
  public static JobResult of(JobDetails job) {
    Outcome outcome =
        switch (job.status().known().orElse(JobStatus.Known.RUNNING)) {
          case SUCCEEDED -> Outcome.SUCCEEDED;
          case FAILED -> Outcome.FAILED;
          case STOPPED -> Outcome.STOPPED;
          case PENDING, RUNNING ->
              throw new IllegalArgumentException(
                  "job " + job.id() + " is " + job.status() + " and has no result yet");
        };
    String message = job.message().orElse("");
    int log = message.indexOf('\n');
    if (log < 0 || !job.errorType().equals(Optional.of(COMMAND_ERROR))) {
      return new JobResult(job.id(), outcome, job, message, List.of());
    }
    String sentence = message.substring(0, log);
    int end = sentence.indexOf(LOG_BEGINS);
    return new JobResult(
        job.id(),
        outcome,
        job,
        end < 0 ? sentence : sentence.substring(0, end),
        message.substring(log + 1).lines().toList());
  }

  /**
   * Creates the result of a job that is no longer to be seen.
   *
   * @param id the job
   * @param message how it was lost
   * @return the result
   */
  public static JobResult lost(JobId id, String message) {
    return new JobResult(id, Outcome.LOST, null, message, List.of());
  }

  /**
   * Creates the result of a job that took too long.
   *
   * @param id the job
   * @param lastSeen the job as it was last seen, null if it could not be asked for
   * @param message how long was waited
   * @return the result
   */
  public static JobResult timedOut(JobId id, @Nullable JobDetails lastSeen, String message) {
    return new JobResult(id, Outcome.TIMED_OUT, lastSeen, message, List.of());
  }

  /**
   * Returns the id of the job.
   *
   * @return the submission id
   */
  public JobId id() {
    return id;
  }

  /**
   * Returns how it ended.
   *
   * @return one of five outcomes
   */
  public Outcome outcome() {
    return outcome;
  }

  /**
   * Returns the job as it was last seen.
   *
   * @return with a terminal status if it succeeded, failed or was stopped; empty if it was lost
   */
  public Optional<JobDetails> job() {
    return Optional.ofNullable(job);
  }

  /**
   * Returns the exit code of the entrypoint.
   *
   * @return negative for a signal; empty if it was stopped, never started, or has not ended
   */
  public OptionalInt exitCode() {
    return job == null ? OptionalInt.empty() : job.driverExitCode();
  }

  /**
   * Returns the kind of failure.
   *
   * @return such as {@code RUNTIME_ENV_SETUP_FAILURE}; empty if the job did not fail
   */
  public Optional<String> errorType() {
    return job().flatMap(JobDetails::errorType);
  }

  /**
   * Returns Ray's sentence on the end without the log, or how the job was lost or took too long.
   *
   * @return such as {@code Job entrypoint command failed with exit code 3}
   */
  public String message() {
    return message;
  }

  /**
   * Returns what the entrypoint wrote last, if it ended with something else than exit code 0.
   *
   * @return at most ten lines; empty for every other outcome
   */
  public List<String> lastLines() {
    return lastLines;
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof JobResult that
        && id.equals(that.id)
        && outcome == that.outcome
        && Objects.equals(job, that.job)
        && message.equals(that.message);
  }

  @Override
  public int hashCode() {
    return Objects.hash(id, outcome, message);
  }

  @Override
  public String toString() {
    return id + " " + outcome + (message.isEmpty() ? "" : ": " + message);
  }
}
