package io.rayauth.proxy.internal.listen;

import io.undertow.server.HttpServerExchange;
import io.undertow.util.HeaderMap;
import io.undertow.util.Headers;
import io.undertow.util.HttpString;
import java.util.Locale;

/** Reads out of a request what more than one room has to know of it. */
public final class Incoming {
  private static final HttpString SEC_FETCH_DEST = new HttpString("Sec-Fetch-Dest");

  private Incoming() {}

  /** Tells the handshake of a WebSocket (RFC 6455, section 4.1) from other requests. */
  public static boolean isForWebSocket(HttpServerExchange exchange) {
    return "websocket".equalsIgnoreCase(exchange.getRequestHeaders().getFirst(Headers.UPGRADE));
  }

  /** A browser that goes to a page says so; one that fetches data for a page says that too. */
  public static boolean isWatched(HttpServerExchange exchange) {
    HeaderMap headers = exchange.getRequestHeaders();
    String accept = headers.getFirst(Headers.ACCEPT);
    String destination = headers.getFirst(SEC_FETCH_DEST);
    return accept != null
        && accept.toLowerCase(Locale.ROOT).contains("text/html")
        && (destination == null || destination.equals("document"));
  }

  /** Returns what was asked for, as it was sent. */
  public static String pathAndQuery(HttpServerExchange exchange) {
    String query = exchange.getQueryString();
    return exchange.getRequestURI() + (query.isEmpty() ? "" : "?" + query);
  }
}
