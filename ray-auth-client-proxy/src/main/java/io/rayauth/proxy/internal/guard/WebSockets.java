package io.rayauth.proxy.internal.guard;

import io.undertow.server.HttpServerExchange;
import io.undertow.util.HeaderValues;
import io.undertow.util.Headers;

/** Tells the handshake of a WebSocket (RFC 6455, section 4.1) from other requests. */
final class WebSockets {
  private WebSockets() {}

  static boolean isAskedFor(HttpServerExchange exchange) {
    HeaderValues upgrades = exchange.getRequestHeaders().get(Headers.UPGRADE);
    return upgrades != null
        && upgrades.stream().anyMatch(upgrade -> upgrade.toLowerCase().contains("websocket"));
  }
}
