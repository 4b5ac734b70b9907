package io.rayauth.proxy.internal.guard;

import io.undertow.server.HttpServerExchange;
import io.undertow.util.Headers;

/** Tells the handshake of a WebSocket (RFC 6455, section 4.1) from other requests. */
final class WebSockets {
  private WebSockets() {}

  static boolean isAskedFor(HttpServerExchange exchange) {
    return "websocket".equalsIgnoreCase(exchange.getRequestHeaders().getFirst(Headers.UPGRADE));
  }
}
