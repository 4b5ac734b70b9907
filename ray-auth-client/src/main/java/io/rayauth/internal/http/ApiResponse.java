package io.rayauth.internal.http;

import java.net.http.HttpHeaders;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Holds an answer, its body complete unless it was to be left open. */
public final class ApiResponse {
  private final int status;
  private final HttpHeaders headers;
  private final byte[] body;
  private final @Nullable ArrivingBody open;

  /** Creates an answer; the body is not copied. */
  public ApiResponse(int status, HttpHeaders headers, byte[] body) {
    this(status, headers, body, null);
  }

  private ApiResponse(int status, HttpHeaders headers, byte[] body, @Nullable ArrivingBody open) {
    this.status = status;
    this.headers = headers;
    this.body = body;
    this.open = open;
  }

  /** Creates an answer whose body is still to come. */
  static ApiResponse open(int status, HttpHeaders headers, ArrivingBody body) {
    return new ApiResponse(status, headers, new byte[0], body);
  }

  /** Returns the body that was left open; the caller closes it. */
  public ArrivingBody openBody() {
    return Objects.requireNonNull(open, "the body was not left open");
  }

  /** Returns the HTTP status. */
  public int status() {
    return status;
  }

  /** Returns the first header of that name. */
  public Optional<String> header(String name) {
    List<String> values = headers.allValues(name); // firstValue(…) goes through a stream
    return values.isEmpty() ? Optional.empty() : Optional.of(values.get(0));
  }

  /** Returns the body itself, not a copy. */
  public byte[] body() {
    return body;
  }

  /** Returns the body as text; bytes that are not UTF-8 are replaced. */
  public String text() {
    return new String(body, StandardCharsets.UTF_8);
  }

  /** Tells whether this is a web page, which no endpoint of the API answers with. */
  public boolean isHtml() {
    return header("Content-Type").orElse("").startsWith("text/html");
  }
}
