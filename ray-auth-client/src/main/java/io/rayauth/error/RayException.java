package io.rayauth.error;

import java.io.Serial;
import org.jspecify.annotations.Nullable;

/**
 * Is the root of everything this library throws, bad arguments ({@link IllegalArgumentException})
 * apart.
 */
public abstract class RayException extends RuntimeException {
  @Serial private static final long serialVersionUID = 1L;

  /**
   * Creates an exception.
   *
   * @param message what went wrong and what to do, without any secret
   * @param cause what caused it
   */
  protected RayException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
