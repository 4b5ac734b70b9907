package io.rayauth.proxy.internal.guard;

import io.undertow.server.HttpServerExchange;
import io.undertow.util.HeaderMap;
import io.undertow.util.HeaderValues;
import io.undertow.util.Headers;
import io.undertow.util.HttpString;
import java.util.List;
import java.util.Locale;
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

  /** What a cluster must not tell a browser of this machine: who else may read, where else to go. */
  private static final List<HttpString> NEVER =
      List.of(
          new HttpString("Alt-Svc"),
          new HttpString("NEL"),
          new HttpString("Report-To"),
          new HttpString("Reporting-Endpoints"),
          new HttpString("Refresh"),
          new HttpString("Service-Worker-Allowed"),
          new HttpString("Strict-Transport-Security"),
          new HttpString("Timing-Allow-Origin"),
          new HttpString("Clear-Site-Data"));

  private ResponseHeaders() {}

  /** Sets them at the last moment, over whatever the cluster said. */
  static void protect(HttpServerExchange exchange) {
    exchange.addResponseCommitListener(
        answer -> {
          HeaderMap headers = answer.getResponseHeaders();
          ALWAYS.forEach(headers::put);
          forbidFrames(headers);
          if (!headers.contains(Headers.CACHE_CONTROL) && !isStatic(answer)) {
            headers.put(Headers.CACHE_CONTROL, "no-store");
          }
        });
  }

  /** Drops what a cluster may not say; for answers that come from one. */
  static void protectFromCluster(HttpServerExchange exchange) {
    exchange.addResponseCommitListener(
        answer -> {
          HeaderMap headers = answer.getResponseHeaders();
          NEVER.forEach(headers::remove);
          headers.getHeaderNames().stream()
              .filter(name -> name.toString().toLowerCase(Locale.ROOT).startsWith("access-control-"))
              .toList()
              .forEach(headers::remove);
        });
  }

  private static void forbidFrames(HeaderMap headers) {
    HeaderValues policies = headers.get(POLICY);
    if (policies == null || policies.stream().noneMatch(p -> p.contains("frame-ancestors 'none'"))) {
      headers.add(POLICY, "frame-ancestors 'none'"); // beside another policy, both hold
    }
  }

  /** The names of these files change with what is in them, and they are the same for everybody. */
  private static boolean isStatic(HttpServerExchange exchange) {
    return exchange.getRequestURI().startsWith("/static/");
  }
}
