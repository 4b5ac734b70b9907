package io.rayauth.examples;

import java.io.Serial;

/** Says why an example ends with a failure; has no stack trace, as it is no bug. */
public final class ExampleFailedException extends RuntimeException {
  @Serial private static final long serialVersionUID = 1L;

  /**
   * Creates an exception.
   *
   * @param message why
   */
  public ExampleFailedException(String message) {
    super(message, null, false, false);
  }
}
