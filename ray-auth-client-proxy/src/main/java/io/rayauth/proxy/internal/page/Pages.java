package io.rayauth.proxy.internal.page;

import io.rayauth.error.RayException;
import io.undertow.server.HttpServerExchange;
import io.undertow.util.Headers;
import io.undertow.util.StatusCodes;
import java.nio.charset.StandardCharsets;

/** Answers a browser in the proxy's own name. */
public final class Pages {
  /** Creates the pages of a proxy. */
  public Pages(String cluster) {}

  /** Says why a request is not let through. */
  public void refuse(HttpServerExchange exchange, Refusal refusal) {
    send(exchange, refusal.status(), refusal.title() + ": " + refusal.advice());
  }

  /** Says why the cluster gave no answer. */
  public void failed(HttpServerExchange exchange, RayException failure) {
    send(exchange, StatusCodes.BAD_GATEWAY, String.valueOf(failure.getMessage()));
  }

  private static void send(HttpServerExchange exchange, int status, String text) {
    exchange.setStatusCode(status);
    exchange.getResponseHeaders().put(Headers.CONTENT_TYPE, "text/plain; charset=utf-8");
    exchange.getResponseSender().send(text + "\n", StandardCharsets.UTF_8);
  }
}
