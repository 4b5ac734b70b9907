package io.rayauth.internal.websocket;

import java.io.IOException;
import java.io.Serial;
import java.net.http.HttpHeaders;

/** Says that a server answered an upgrade with something else. */
public final class HandshakeRefusedException extends IOException {
  @Serial private static final long serialVersionUID = 1L;

  private final int status;
  private final transient HttpHeaders headers;
  private final byte[] body;

  HandshakeRefusedException(int status, HttpHeaders headers, byte[] body) {
    super("status " + status);
    this.status = status;
    this.headers = headers;
    this.body = body;
  }

  /** Returns the HTTP status. */
  public int status() {
    return status;
  }

  /** Returns the headers of the answer. */
  public HttpHeaders headers() {
    return headers;
  }

  /** Returns the beginning of the body, at most 64 KiB, itself and not a copy. */
  public byte[] body() {
    return body;
  }
}
