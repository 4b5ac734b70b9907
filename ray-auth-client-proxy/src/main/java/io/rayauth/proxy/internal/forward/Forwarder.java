package io.rayauth.proxy.internal.forward;

import io.rayauth.internal.call.Gateway;
import io.rayauth.proxy.internal.log.ProxyEvents;
import io.rayauth.proxy.internal.page.Pages;
import io.rayauth.time.TimeSource;
import io.undertow.connector.ByteBufferPool;
import io.undertow.server.HttpHandler;
import io.undertow.server.HttpServerExchange;
import org.xnio.XnioWorker;

/**
 * Passes requests and WebSockets on to the one dashboard that a client is connected to, with its
 * tokens.
 *
 * <p>Thread-safe. Whoever gets here has been let in.
 */
public final class Forwarder implements HttpHandler, AutoCloseable {
  final Gateway gateway;
  final Upstream upstream;
  final ProxyEvents events;
  final Pages pages;

  /** Creates a forwarder; nothing is opened yet. */
  public Forwarder(
      Gateway gateway,
      XnioWorker worker,
      ByteBufferPool buffers,
      TimeSource time,
      ProxyEvents events,
      Pages pages) {
    this.gateway = gateway;
    this.upstream = new Upstream(gateway.endpoint(), gateway.tls(), worker, buffers, time);
    this.events = events;
    this.pages = pages;
  }

  @Override
  public void handleRequest(HttpServerExchange exchange) {
    exchange.dispatch(new Forwarding(this, exchange)::begin); // a token may have to be fetched
  }

  /** Cuts all connections to the dashboard. */
  @Override
  public void close() {
    upstream.close();
  }
}
