package io.rayauth.kubernetes.internal.tunnel;

import java.io.IOException;
import java.io.Serial;

/** Says that the API server answered a handshake with a refusal. */
final class HandshakeRefusedException extends IOException {
  @Serial private static final long serialVersionUID = 1L;

  private final int status;

  HandshakeRefusedException(int status, String words) {
    super(words.isEmpty() ? "status " + status : "status " + status + ": " + words);
    this.status = status;
  }

  int status() {
    return status;
  }
}
