package io.rayauth.proxy;

import java.time.Duration;
import java.util.Objects;
import java.util.Optional;

/**
 * Says what became of one request of a browser, for metrics and an access log.
 *
 * <p>Immutable. Holds no query, no header and no secret.
 *
 * @param method such as {@code GET}
 * @param path such as {@code /api/jobs/}, as it was asked for, without its query; cut after 512
 *     characters
 * @param end how it ended
 * @param status the HTTP status that the browser got; 0 if it went away before
 * @param reason why it was refused or failed; empty if it was not
 * @param receivedBytes what the browser sent after its headers; of a WebSocket, both ways of it
 *     count
 * @param sentBytes what the browser got after the headers
 * @param duration from the last byte of its headers to the last byte of the answer, or to the end
 *     of the WebSocket
 */
public record ProxiedRequest(
    String method,
    String path,
    End end,
    int status,
    Optional<String> reason,
    long receivedBytes,
    long sentBytes,
    Duration duration) {

  /** Names how a request can end. */
  public enum End {
    /** The cluster answered, whatever it said. */
    FORWARDED,
    /** It was a WebSocket, which is closed now. */
    WEBSOCKET,
    /** The proxy answered by itself: a page of its own, or its health. */
    OWN_PAGE,
    /** The proxy did not let it through. */
    REFUSED,
    /** The cluster refused the proxy's token, did not answer, or broke off. */
    FAILED,
    /** The browser went away before the answer was complete. */
    ABANDONED
  }

  /** Checks that nothing is null. */
  public ProxiedRequest {
    Objects.requireNonNull(method);
    Objects.requireNonNull(path);
    Objects.requireNonNull(end);
    Objects.requireNonNull(reason);
    Objects.requireNonNull(duration);
  }
}
