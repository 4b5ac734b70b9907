package io.rayauth.internal.pack;

import java.io.Serial;

/** Says that a package is larger than the dashboard takes, and what to do. */
final class TooLargeException extends IllegalArgumentException {
  @Serial private static final long serialVersionUID = 1L;

  TooLargeException(String message) {
    super(message);
  }
}
