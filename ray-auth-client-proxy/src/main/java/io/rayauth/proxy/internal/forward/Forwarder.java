package io.rayauth.proxy.internal.forward;

import io.rayauth.internal.call.Gateway;
import io.rayauth.proxy.ProxiedRequest.End;
import io.rayauth.proxy.internal.log.ProxyEvents;
import io.rayauth.proxy.internal.log.RequestLog;
import io.rayauth.proxy.internal.page.Pages;
import io.rayauth.proxy.internal.page.Refusal;
import io.rayauth.time.TimeSource;
import io.undertow.connector.ByteBufferPool;
import io.undertow.server.HttpHandler;
import io.undertow.server.HttpServerExchange;
import org.jboss.logging.Logger;
import org.xnio.IoUtils;
import org.xnio.XnioWorker;

/**
 * Passes requests and WebSockets on to the one dashboard that a client is connected to, with its
 * tokens.
 *
 * <p>Thread-safe. Whoever gets here has been let in.
 */
public final class Forwarder implements HttpHandler, AutoCloseable {
  /** A body that is no longer is kept until the answer is there, to be sent again if need be. */
  private static final int LARGEST_KEPT_BODY = 16 * 1024;

  /** Undertow's client writes every header it sends into this log on TRACE, tokens included. */
  private static final Logger SENT_HEADERS = Logger.getLogger("io.undertow.client.request");

  private static final Refusal TOLD_ON =
      new Refusal(
          503,
          "the token would be logged",
          "The token of the cluster would get into a log",
          "TRACE is on for the logger io.undertow.client.request, which writes down every header."
              + " Whoever started the proxy can turn it off.");

  private final Gateway gateway;
  private final Upstream upstream;
  private final ProxyEvents events;
  private final Pages pages;

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
    if (SENT_HEADERS.isTraceEnabled()) {
      RequestLog.refused(exchange, TOLD_ON.reason());
      pages.refuse(exchange, TOLD_ON);
      return;
    }
    Forwarding forwarding = new Forwarding(gateway, upstream, events, pages, exchange);
    exchange.addExchangeCompleteListener((ended, following) -> {
      forwarding.browserIsDone();
      following.proceed();
    });
    RequestLog.of(exchange).goesToCluster();
    if (exchange.isRequestComplete()) {
      BrowserWatch.begin(exchange);
      forwarding.start();
    } else if (hasSmallBody(exchange)) {
      exchange
          .getRequestReceiver()
          .receiveFullBytes(
              (same, body) -> {
                forwarding.keep(body);
                forwarding.start();
              },
              (same, cause) -> {
                RequestLog.of(same).end(End.ABANDONED, null);
                IoUtils.safeClose(same.getConnection());
              });
    } else {
      forwarding.start();
    }
  }

  /** Lets go of what is idle and makes no connection any more. */
  @Override
  public void close() {
    upstream.close();
  }

  private static boolean hasSmallBody(HttpServerExchange exchange) {
    long length = exchange.getRequestContentLength();
    return length >= 0 && length <= LARGEST_KEPT_BODY;
  }
}
