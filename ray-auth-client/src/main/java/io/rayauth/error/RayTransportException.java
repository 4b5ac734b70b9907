package io.rayauth.error;

import java.io.Serial;
import org.jspecify.annotations.Nullable;

/**
 * Says that no complete answer came: nothing listens there, the connection broke, TLS failed, or
 * the time was up.
 */
public class RayTransportException extends RayException {
  @Serial private static final long serialVersionUID = 1L;

  private final boolean mayHaveBeenSent;
  private final int attempts;

  private RayTransportException(
      String message, @Nullable Throwable cause, boolean mayHaveBeenSent, int attempts) {
    super(message, cause);
    this.mayHaveBeenSent = mayHaveBeenSent;
    this.attempts = attempts;
  }

  /**
   * Creates an exception for a request that certainly did not reach the server.
   *
   * @param message request, reason and next step
   * @param cause what failed
   * @param attempts how often it was tried
   * @return the exception to throw
   */
  public static RayTransportException notSent(
      String message, @Nullable Throwable cause, int attempts) {
    return new RayTransportException(message, cause, false, attempts);
  }

  /**
   * Creates an exception for a request that the server may have got and acted on.
   *
   * @param message request, reason and next step
   * @param cause what failed
   * @param attempts how often it was tried
   * @return the exception to throw
   */
  public static RayTransportException answerLost(
      String message, @Nullable Throwable cause, int attempts) {
    return new RayTransportException(message, cause, true, attempts);
  }

  /**
   * Tells whether the server may have got the request and acted on it.
   *
   * @return false only if it is certain that nothing was sent
   */
  public boolean mayHaveBeenSent() {
    return mayHaveBeenSent;
  }

  /**
   * Returns how often the request was tried.
   *
   * @return 0 if the time was up before the first try
   */
  public int attempts() {
    return attempts;
  }
}
