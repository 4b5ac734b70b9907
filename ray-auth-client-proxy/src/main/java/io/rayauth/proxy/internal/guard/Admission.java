package io.rayauth.proxy.internal.guard;

import io.rayauth.proxy.ProxyLimits;
import io.rayauth.proxy.internal.listen.Incoming;
import io.rayauth.proxy.internal.page.Refusal;
import io.rayauth.time.TimeSource;
import io.undertow.server.HttpServerExchange;
import io.undertow.util.Headers;
import java.util.concurrent.Semaphore;
import java.util.function.Function;

/** Lets in as much as the limits allow, for each browser and for all of them. Thread-safe. */
final class Admission {
  private static final Refusal TOO_FAST = tooMany("too many requests in a second");
  private static final Refusal TOO_MANY = tooMany("too many requests at once");
  private static final Refusal TOO_MANY_SOCKETS = tooMany("too many WebSockets");
  private static final Refusal TOO_LARGE =
      new Refusal(
          413,
          "body too large",
          "This is too large",
          "The proxy was started with a smaller limit for what may be sent through it.");

  private final ProxyLimits limits;
  private final TimeSource time;
  private final Load all;

  Admission(ProxyLimits limits, TimeSource time) {
    this.limits = limits;
    this.time = time;
    this.all =
        Load.upTo(
            limits.requestsPerSecond().all(),
            limits.requestsAtOnce().all(),
            limits.webSockets().all(),
            time);
  }

  Load ofOneBrowser() {
    return Load.upTo(
        limits.requestsPerSecond().each(),
        limits.requestsAtOnce().each(),
        limits.webSockets().each(),
        time);
  }

  /** Counts a request in, and out again when it has ended. */
  void admit(HttpServerExchange exchange, Load one) throws Refused {
    if (exchange.getRequestContentLength() > limits.bodyBytes()) {
      throw new Refused(TOO_LARGE);
    }
    if (!one.rate().tryConsume(1) || !all.rate().tryConsume(1)) {
      throw busy(exchange, TOO_FAST);
    }
    if (Incoming.isForWebSocket(exchange)) {
      hold(exchange, one, Load::webSockets, TOO_MANY_SOCKETS);
    } else {
      hold(exchange, one, Load::requests, TOO_MANY);
    }
  }

  private void hold(
      HttpServerExchange exchange, Load one, Function<Load, Semaphore> of, Refusal refusal)
      throws Refused {
    Semaphore ofOne = of.apply(one);
    Semaphore ofAll = of.apply(all);
    if (!ofOne.tryAcquire()) {
      throw busy(exchange, refusal);
    }
    if (!ofAll.tryAcquire()) {
      ofOne.release();
      throw busy(exchange, refusal);
    }
    exchange.addExchangeCompleteListener((ended, next) -> {
      if (ended.isUpgrade() && ended.getConnection().isOpen()) {
        ended.getConnection().addCloseListener(closed -> release(ofOne, ofAll));
      } else {
        release(ofOne, ofAll);
      }
      next.proceed();
    });
  }

  private static void release(Semaphore ofOne, Semaphore ofAll) {
    ofOne.release();
    ofAll.release();
  }

  private static Refused busy(HttpServerExchange exchange, Refusal refusal) {
    exchange.getResponseHeaders().put(Headers.RETRY_AFTER, 1);
    return new Refused(refusal);
  }

  private static Refusal tooMany(String reason) {
    return new Refusal(
        429,
        reason,
        "This is more than the proxy lets through",
        "Wait a second and try again, or close other windows of the dashboard.");
  }
}
