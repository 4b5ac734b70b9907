package io.rayauth.testkit;

import io.rayauth.testkit.internal.CallLog;
import io.rayauth.testkit.internal.Headers;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/**
 * Shows one request that a {@link FakeRay} got.
 *
 * <p>Immutable. {@link #toString()} shows neither tokens nor cookies; {@link #header(String)} does.
 */
public final class RecordedCall {
  private final String method;
  private final String path;
  private final String query;
  private final int status;
  private final Headers headers;
  private final String body;

  RecordedCall(CallLog.Call call) {
    this.method = call.head().method();
    this.path = call.head().path();
    this.query = call.head().query();
    this.status = call.status();
    this.headers = call.head().headers();
    this.body = new String(call.body(), StandardCharsets.UTF_8);
  }

  /**
   * Returns the method.
   *
   * @return such as {@code GET}
   */
  public String method() {
    return method;
  }

  /**
   * Returns the path as it was sent, still percent-encoded and without the query.
   *
   * @return such as {@code /api/jobs/}
   */
  public String path() {
    return path;
  }

  /**
   * Returns the query as it was sent.
   *
   * @return without its question mark, empty if there was none
   */
  public String query() {
    return query;
  }

  /**
   * Returns the status that was sent.
   *
   * @return 0 if nothing was sent (yet)
   */
  public int status() {
    return status;
  }

  /**
   * Returns a header field as the client sent it, tokens included.
   *
   * @param name in any case
   * @return the first value; empty if the field was not sent
   */
  public Optional<String> header(String name) {
    return headers.first(name);
  }

  /**
   * Returns the body as text.
   *
   * @return empty if there was none or if it was larger than 64 KiB
   */
  public String body() {
    return body;
  }

  @Override
  public String toString() {
    return method
        + " "
        + path
        + (query.isEmpty() ? "" : "?…")
        + " -> "
        + (status == 0 ? "no answer" : status)
        + " "
        + headers;
  }
}
