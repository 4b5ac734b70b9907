package io.rayauth.testkit.internal;

import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Is one HTTP request as it came over the wire. */
public final class Request {
  /** Any of these makes Ray take a request for a browser's (optional_utils.py). */
  private static final Set<String> BROWSER_HEADERS =
      Set.of(
          "Referer",
          "Origin",
          "Sec-Fetch-Mode",
          "Sec-Fetch-Dest",
          "Sec-Fetch-Site",
          "Sec-Fetch-User",
          "Access-Control-Request-Method",
          "Access-Control-Request-Headers");

  private final String method;
  private final String target;
  private final boolean http10;
  private final Headers headers;
  private final byte[] body;

  Request(String method, String target, boolean http10, Headers headers, byte[] body) {
    this.method = method;
    this.target = target;
    this.http10 = http10;
    this.headers = headers;
    this.body = body;
  }

  Request withHeaders(Headers others) {
    return new Request(method, target, http10, others, body);
  }

  Request withBody(byte[] other) {
    return new Request(method, target, http10, headers, other);
  }

  public String method() {
    return method;
  }

  /** The path as it was sent, still percent-encoded, without the query. */
  public String path() {
    int query = target.indexOf('?');
    return query < 0 ? target : target.substring(0, query);
  }

  /** The query as it was sent, without its question mark. */
  public String query() {
    int query = target.indexOf('?');
    return query < 0 ? "" : target.substring(query + 1);
  }

  public Headers headers() {
    return headers;
  }

  public byte[] body() {
    return body;
  }

  boolean isHead() {
    return method.equals("HEAD");
  }

  boolean isWebSocketUpgrade() {
    return headers.lists("Connection", "upgrade") && headers.lists("Upgrade", "websocket");
  }

  boolean offersHttp2() {
    return headers.lists("Connection", "upgrade") && headers.lists("Upgrade", "h2c");
  }

  boolean expectsContinue() {
    return headers.lists("Expect", "100-continue");
  }

  boolean closesConnection() {
    return headers.lists("Connection", "close")
        || (http10 && !headers.lists("Connection", "keep-alive"));
  }

  boolean comesFromBrowser() {
    return headers.first("User-Agent").orElse("").startsWith("Mozilla")
        || BROWSER_HEADERS.stream().anyMatch(headers::has);
  }

  /** The decoded segments of the path; the last one is empty if the path ends with a slash. */
  List<String> segments() {
    List<String> segments = new ArrayList<>();
    for (String segment : path().substring(1).split("/", -1)) {
      segments.add(decode(segment));
    }
    return segments;
  }

  /** All values of one query parameter. */
  List<String> parameters(String name) {
    List<String> values = new ArrayList<>();
    for (String pair : query().split("&", -1)) {
      int equals = pair.indexOf('=');
      String key = equals < 0 ? pair : pair.substring(0, equals);
      if (URLDecoder.decode(key, StandardCharsets.UTF_8).equals(name)) {
        values.add(
            equals < 0
                ? ""
                : URLDecoder.decode(pair.substring(equals + 1), StandardCharsets.UTF_8));
      }
    }
    return values;
  }

  Optional<String> parameter(String name) {
    return parameters(name).stream().findFirst();
  }

  /** Percent-decodes a path segment; a plus stays a plus and a broken escape stays as it is. */
  static String decode(String segment) {
    if (segment.indexOf('%') < 0) {
      return segment;
    }
    try {
      return URLDecoder.decode(segment.replace("+", "%2B"), StandardCharsets.UTF_8);
    } catch (IllegalArgumentException notEncoded) {
      return segment;
    }
  }
}
