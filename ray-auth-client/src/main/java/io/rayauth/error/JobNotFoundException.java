package io.rayauth.error;

import java.io.Serial;

/**
 * Says that the cluster has no job with this id; it may have been deleted, or the cluster restarted
 * without persistent storage.
 */
public class JobNotFoundException extends RayApiException {
  @Serial private static final long serialVersionUID = 1L;

  private final String jobId;

  /**
   * Creates an exception for a job.
   *
   * @param message request, reason and next step
   * @param answer what the server said
   * @param jobId the id in question
   */
  public JobNotFoundException(String message, ServerAnswer answer, String jobId) {
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
