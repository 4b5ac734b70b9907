package io.rayauth.proxy.internal.forward;

import io.undertow.util.HeaderMap;
import io.undertow.util.HeaderValues;
import io.undertow.util.Headers;
import io.undertow.util.HttpString;
import java.util.HashSet;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/** Says which header fields pass, each way. Names are compared in lower case with hyphens. */
final class HeaderRules {
  /** What is between two hops only (RFC 9110, 7.6.1), whoever sends it. */
  private static final Set<String> OF_ONE_HOP =
      Set.of(
          "connection",
          "keep-alive",
          "te",
          "trailer",
          "transfer-encoding",
          "upgrade",
          "http2-settings",
          "expect");

  /**
   * What the proxy says itself, or what nobody behind it may learn or believe. Ray asks its own
   * subprocess for the compression of WebSockets that a browser offers and then cannot read it, so
   * that a log's tail ends at once and empty (2.60, proxy_websocket of subprocesses/handle.py).
   */
  private static final Set<String> NOT_FROM_A_BROWSER =
      Set.of(
          "sec-websocket-extensions",
          "host",
          "cookie",
          "cookie2",
          "authorization",
          "x-ray-authorization",
          "forwarded",
          "via",
          "x-real-ip",
          "x-http-method",
          "x-http-method-override",
          "x-method-override");

  /** By these a Kubernetes API server, on the way to a service, takes its caller for another. */
  private static final Set<String> IDENTITIES = Set.of("impersonate-", "x-remote-");

  /** What makes Ray treat a request as a browser's (is_browser_request of optional_utils.py). */
  private static final Set<String> OF_A_BROWSER = Set.of("user-agent", "origin", "referer");

  /**
   * What would sign the browser in somewhere, send it elsewhere, or open to others what is behind
   * this proxy.
   */
  private static final Set<String> NOT_TO_A_BROWSER =
      Set.of(
          "set-cookie",
          "set-cookie2",
          "authorization",
          "x-ray-authorization",
          "www-authenticate",
          "authentication-info",
          "server",
          "location",
          "refresh",
          "alt-svc",
          "strict-transport-security",
          "clear-site-data",
          "report-to",
          "reporting-endpoints",
          "nel",
          "service-worker-allowed",
          "timing-allow-origin");

  private HeaderRules() {}

  /**
   * Copies what passes from a browser to the cluster.
   *
   * @param reads whether it is a GET; by what else is sent, nobody is to know a browser
   * @param own what is said in the proxy's own name, tokens included; the name of a browser stays
   */
  static void request(
      HeaderMap from, HeaderMap to, boolean reads, String host, Map<String, String> own) {
    Set<String> ofThisHop = namedByConnection(from);
    for (HeaderValues values : from) {
      String name = normal(values.getHeaderName());
      if (!OF_ONE_HOP.contains(name)
          && !ofThisHop.contains(name)
          && !NOT_FROM_A_BROWSER.contains(name)
          && !name.startsWith("proxy-")
          && !name.startsWith("x-forwarded-")
          && IDENTITIES.stream().noneMatch(name::startsWith)
          && (reads || !isOfABrowser(name))) {
        to.putAll(values.getHeaderName(), values);
      }
    }
    to.put(Headers.HOST, host);
    own.forEach((name, value) -> {
      HttpString header = new HttpString(name);
      if (!header.equals(Headers.USER_AGENT) || !to.contains(header)) {
        to.put(header, value);
      }
    });
  }

  /** Copies what passes from the cluster to a browser. */
  static void response(HeaderMap from, HeaderMap to) {
    Set<String> ofThisHop = namedByConnection(from);
    for (HeaderValues values : from) {
      String name = normal(values.getHeaderName());
      if (!OF_ONE_HOP.contains(name)
          && !ofThisHop.contains(name)
          && !NOT_TO_A_BROWSER.contains(name)
          && !name.startsWith("proxy-")
          && !name.startsWith("access-control-")) {
        to.putAll(values.getHeaderName(), values);
      }
    }
    // There is one way to tell where an answer ends, the one it is read by.
    String length = from.getFirst(Headers.CONTENT_LENGTH);
    if (from.contains(Headers.TRANSFER_ENCODING)) {
      to.remove(Headers.CONTENT_LENGTH);
    } else if (length != null) {
      to.put(Headers.CONTENT_LENGTH, length);
    }
  }

  private static boolean isOfABrowser(String name) {
    return OF_A_BROWSER.contains(name)
        || name.startsWith("sec-")
        || name.startsWith("access-control-");
  }

  private static Set<String> namedByConnection(HeaderMap headers) {
    HeaderValues connection = headers.get(Headers.CONNECTION);
    if (connection == null) {
      return Set.of();
    }
    Set<String> names = new HashSet<>();
    for (String value : connection) {
      for (String name : value.split(",", -1)) {
        names.add(name.strip().toLowerCase(Locale.ROOT));
      }
    }
    return names;
  }

  /** Some servers behind a gateway take X_Forwarded_For for X-Forwarded-For. */
  private static String normal(HttpString name) {
    return name.toString().toLowerCase(Locale.ROOT).replace('_', '-');
  }
}
