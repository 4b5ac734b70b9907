package io.rayauth.job;

import io.rayauth.error.RayException;
import java.io.Serial;

/** Says that a job did not end within the time the caller gave; the job runs on. */
public class AwaitTimeoutException extends RayException {
  @Serial private static final long serialVersionUID = 1L;

  private final transient JobDetails lastSeen;

  /**
   * Creates an exception.
   *
   * @param message which job, how long was waited, and its last status
   * @param lastSeen the job as it was last seen
   */
  public AwaitTimeoutException(String message, JobDetails lastSeen) {
    super(message, null);
    this.lastSeen = lastSeen;
  }

  /**
   * Returns the job as it was last seen.
   *
   * @return a job that had not ended
   */
  public JobDetails lastSeen() {
    return lastSeen;
  }
}
