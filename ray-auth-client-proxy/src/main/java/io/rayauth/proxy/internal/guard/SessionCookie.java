package io.rayauth.proxy.internal.guard;

import io.undertow.server.HttpServerExchange;
import io.undertow.server.handlers.CookieImpl;
import io.undertow.util.HeaderValues;
import io.undertow.util.Headers;
import java.util.Arrays;
import java.util.List;

/**
 * Is the cookie by which a signed-in browser is known: not for scripts, not sent when another site
 * asks, gone with the browser. Its name holds the port, as browsers do not keep the cookies of
 * ports apart, and several proxies run at once.
 */
final class SessionCookie {
  private final Site site;

  SessionCookie(Site site) {
    this.site = site;
  }

  void set(HttpServerExchange exchange, int port, Session session) {
    exchange.setResponseCookie(
        new CookieImpl(name(port), session.secret.reveal())
            .setPath("/")
            .setHttpOnly(true)
            .setSecure(site.isTls())
            .setSameSiteMode("Strict"));
  }

  /** Returns the values of all cookies of this name, in the order the browser sent them. */
  List<String> values(HttpServerExchange exchange, int port) {
    HeaderValues headers = exchange.getRequestHeaders().get(Headers.COOKIE);
    if (headers == null) {
      return List.of();
    }
    String start = name(port) + "=";
    return headers.stream()
        .flatMap(header -> Arrays.stream(header.split(";")))
        .map(String::strip)
        .filter(cookie -> cookie.startsWith(start))
        .map(cookie -> cookie.substring(start.length()))
        .toList();
  }

  private String name(int port) {
    return (site.isTls() ? "__Host-" : "") + "ray-dashboard-" + port;
  }
}
