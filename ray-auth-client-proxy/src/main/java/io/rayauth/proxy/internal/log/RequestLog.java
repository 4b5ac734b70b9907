package io.rayauth.proxy.internal.log;

import io.rayauth.proxy.ProxiedRequest;
import io.rayauth.proxy.ProxiedRequest.End;
import io.rayauth.time.TimeSource;
import io.undertow.server.HttpHandler;
import io.undertow.server.HttpServerExchange;
import io.undertow.util.AttachmentKey;
import java.lang.System.Logger.Level;

/**
 * Keeps what becomes of each request and tells it once, when the request has ended.
 *
 * <p>Whoever decides what becomes of a request says so with one of the static methods; a request
 * that nobody says anything of was answered by a page of the proxy's own.
 */
public final class RequestLog {
  private static final System.Logger ACCESS = System.getLogger("io.rayauth.proxy.access");
  private static final AttachmentKey<RequestEntry> ENTRY = AttachmentKey.create(RequestEntry.class);

  private final ProxyEvents events;
  private final Activity activity;
  private final TimeSource time;

  /** Creates a log. */
  public RequestLog(ProxyEvents events, Activity activity, TimeSource time) {
    this.events = events;
    this.activity = activity;
    this.time = time;
  }

  /** Returns a handler that keeps the log of what another one does. */
  public HttpHandler around(HttpHandler next) {
    return exchange -> {
      RequestEntry entry = new RequestEntry(exchange, time, activity, this::tell);
      exchange.putAttachment(ENTRY, entry);
      exchange.addExchangeCompleteListener((ended, following) -> {
        entry.exchangeEnded();
        following.proceed();
      });
      next.handleRequest(exchange);
    };
  }

  /** Says that a request was not let through. */
  public static void refused(HttpServerExchange exchange, String reason) {
    of(exchange).end(End.REFUSED, reason);
  }

  /** Returns what becomes of a request. */
  public static RequestEntry of(HttpServerExchange exchange) {
    return exchange.getAttachment(ENTRY);
  }

  private void tell(ProxiedRequest request) {
    if (request.end() != End.REFUSED && !request.path().equals("/-/health")) {
      activity.touched();
    }
    ACCESS.log(
        Level.DEBUG,
        () ->
            "%s %s → %s%s, %d bytes in, %d out, %d ms%s"
                .formatted(
                    request.method(),
                    request.path(),
                    request.end(),
                    request.status() == 0 ? "" : " " + request.status(),
                    request.receivedBytes(),
                    request.sentBytes(),
                    request.duration().toMillis(),
                    request.reason().map(reason -> ": " + reason).orElse("")));
    events.tell(listener -> listener.onRequest(request));
  }
}
