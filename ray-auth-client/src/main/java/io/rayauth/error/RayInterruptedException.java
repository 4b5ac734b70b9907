package io.rayauth.error;

import java.io.Serial;

/**
 * Says that the thread was interrupted while it waited; its interrupt flag is set again and what it
 * waited for was cancelled.
 */
public class RayInterruptedException extends RayException {
  @Serial private static final long serialVersionUID = 1L;

  /**
   * Creates an exception; the caller has restored the interrupt flag.
   *
   * @param message what was being waited for
   * @param cause the interruption
   */
  public RayInterruptedException(String message, Throwable cause) {
    super(message, cause);
  }
}
