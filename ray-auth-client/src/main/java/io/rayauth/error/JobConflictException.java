package io.rayauth.error;

import java.io.Serial;

/** Says that another job already has the chosen submission id. */
public class JobConflictException extends RayApiException {
  @Serial private static final long serialVersionUID = 1L;

  private final String jobId;

  /**
   * Creates an exception for a job.
   *
   * @param message request, reason and next step
   * @param answer what the server said
   * @param jobId the id in question
   */
  public JobConflictException(String message, ServerAnswer answer, String jobId) {
    super(message, answer);
    this.jobId = jobId;
  }

  /**
   * Returns the id in question.
   *
   * @return the value of the job's id
   */
  public String jobId() {
    return jobId;
  }
}
