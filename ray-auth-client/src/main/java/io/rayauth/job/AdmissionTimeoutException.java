package io.rayauth.job;

import io.rayauth.error.RayException;
import java.io.Serial;
import org.jspecify.annotations.Nullable;

/** Says that a submission did not get its turn within its patience; nothing was submitted. */
public class AdmissionTimeoutException extends RayException {
  @Serial private static final long serialVersionUID = 1L;

  /**
   * Creates an exception.
   *
   * @param message how long was waited, and what for
   * @param cause what the last look at the head failed with, null if it did not
   */
  public AdmissionTimeoutException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
