package io.rayauth.internal.http;

import java.io.InputStream;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Describes one request to the dashboard.
 *
 * @param method the HTTP method
 * @param path below the endpoint, percent-encoded, with its query
 * @param body makes a new publisher for each attempt, null without a body
 * @param contentType of the body, null without one
 * @param responseLimit the longest body that is accepted, in bytes
 * @param reader reads the body of a successful answer while it arrives, on the calling thread, anew
 *     for each attempt; null to have the body in the answer
 * @param leftOpen whether the body of a successful answer is left to the caller, who closes it
 */
public record ApiRequest(
    String method,
    String path,
    @Nullable Supplier<BodyPublisher> body,
    @Nullable String contentType,
    long responseLimit,
    @Nullable Consumer<InputStream> reader,
    boolean leftOpen) {
  /** A list of 10,000 jobs is about 10 MB, and the log of a job has no limit of its own. */
  private static final long DEFAULT_RESPONSE_LIMIT = 512L << 20;

  /** Describes a request without a body. */
  public static ApiRequest of(String method, String path) {
    return new ApiRequest(method, path, null, null, DEFAULT_RESPONSE_LIMIT, null, false);
  }

  /** Describes a request with a JSON body. */
  public static ApiRequest json(String method, String path, byte[] body) {
    return new ApiRequest(
        method,
        path,
        () -> BodyPublishers.ofByteArray(body),
        "application/json",
        DEFAULT_RESPONSE_LIMIT,
        null,
        false);
  }

  /** Describes an upload of bytes. */
  public static ApiRequest upload(String path, Supplier<BodyPublisher> body) {
    return new ApiRequest(
        "PUT", path, body, "application/octet-stream", DEFAULT_RESPONSE_LIMIT, null, false);
  }

  /** Returns the same request, the body of whose answer is read while it arrives. */
  public ApiRequest readBy(Consumer<InputStream> reader) {
    return new ApiRequest(method, path, body, contentType, responseLimit, reader, leftOpen);
  }

  /** Returns the same request, the body of whose answer is read after the call, however long. */
  public ApiRequest leavingOpen() {
    return new ApiRequest(method, path, body, contentType, Long.MAX_VALUE, null, true);
  }

  /** Returns the path without its query, for messages. */
  public String plainPath() {
    int query = path.indexOf('?');
    return query < 0 ? path : path.substring(0, query);
  }
}
