package io.rayauth.proxy.internal.guard;

import io.undertow.server.HttpServerExchange;
import io.undertow.util.HeaderMap;
import io.undertow.util.HeaderValues;
import io.undertow.util.Headers;
import io.undertow.util.HttpString;
import java.util.Map;

/** Tells browsers, with every answer, to keep the dashboard to itself. */
final class ResponseHeaders {
  private static final HttpString POLICY = new HttpString("Content-Security-Policy");

  private static final Map<HttpString, String> ALWAYS =
      Map.of(
          new HttpString("X-Content-Type-Options"), "nosniff",
          new HttpString("X-Frame-Options"), "DENY",
          new HttpString("Referrer-Policy"), "no-referrer",
          new HttpString("Cross-Origin-Resource-Policy"), "same-origin",
          new HttpString("Cross-Origin-Opener-Policy"), "same-origin");

  private ResponseHeaders() {}

  /** Sets them at the last moment, over whatever the cluster said. */
  static void protect(HttpServerExchange exchange) {
    exchange.addResponseCommitListener(answer -> {
      HeaderMap headers = answer.getResponseHeaders();
      ALWAYS.forEach(headers::put);
      forbidFrames(headers);
      if (!headers.contains(Headers.CACHE_CONTROL) && !isStatic(answer)) {
        headers.put(Headers.CACHE_CONTROL, "no-store");
      }
    });
  }

  private static void forbidFrames(HeaderMap headers) {
    HeaderValues policies = headers.get(POLICY);
    if (policies == null
        || policies.stream().noneMatch(p -> p.contains("frame-ancestors 'none'"))) {
      headers.add(POLICY, "frame-ancestors 'none'"); // beside another policy, both hold
    }
  }

  /** The names of these files change with what is in them, and they are the same for everybody. */
  private static boolean isStatic(HttpServerExchange exchange) {
    return exchange.getRequestURI().startsWith("/static/");
  }
}
