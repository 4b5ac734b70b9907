package io.rayauth.job;

import io.rayauth.error.RayException;
import java.io.Serial;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Says that the rest of a log cannot be had: the node it was on is gone, or the log is not the one
 * it was. Every line before was delivered; how the job ended is known all the same.
 */
public class LogGapException extends RayException {
  @Serial private static final long serialVersionUID = 1L;

  private final LogPosition position;
  private final transient @Nullable JobDetails job;

  /**
   * Creates an exception.
   *
   * @param message which job, how much was delivered, why there is no more
   * @param position where the gap begins
   * @param job the job as it was last seen, null if its record is gone
   * @param cause why the log could not be read, null if it was read and is another one
   */
  public LogGapException(
      String message, LogPosition position, @Nullable JobDetails job, @Nullable Throwable cause) {
    super(message, cause);
    this.position = position;
    this.job = job;
  }

  /**
   * Returns where the gap begins.
   *
   * @return the position behind the last line that was delivered
   */
  public LogPosition position() {
    return position;
  }

  /**
   * Returns the job as it was last seen.
   *
   * @return empty if its record is gone
   */
  public Optional<JobDetails> job() {
    return Optional.ofNullable(job);
  }
}
