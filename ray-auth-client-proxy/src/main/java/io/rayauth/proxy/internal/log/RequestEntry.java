package io.rayauth.proxy.internal.log;

import io.rayauth.proxy.ProxiedRequest;
import io.rayauth.proxy.ProxiedRequest.End;
import io.rayauth.time.TimeSource;
import io.undertow.server.HttpServerExchange;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Is what becomes of one request. Thread-safe. */
public final class RequestEntry {
  private static final int LONGEST_PATH = 512;

  private final HttpServerExchange exchange;
  private final TimeSource time;
  private final Activity activity;
  private final Consumer<ProxiedRequest> told;
  private final String method;
  private final String path;
  private final long startNanos;
  private final AtomicLong received = new AtomicLong();
  private final AtomicLong sent = new AtomicLong();
  private final AtomicBoolean done = new AtomicBoolean();
  private volatile boolean goesToCluster;
  private End end = End.OWN_PAGE;
  private @Nullable String reason;

  RequestEntry(
      HttpServerExchange exchange,
      TimeSource time,
      Activity activity,
      Consumer<ProxiedRequest> told) {
    this.exchange = exchange;
    this.time = time;
    this.activity = activity;
    this.told = told;
    this.method = exchange.getRequestMethod().toString();
    String uri = exchange.getRequestURI();
    this.path = uri.length() <= LONGEST_PATH ? uri : uri.substring(0, LONGEST_PATH);
    this.startNanos = time.nanoTime();
  }

  /** Notes that the proxy is in use for as long as this request goes on. */
  public void goesToCluster() {
    goesToCluster = true;
    activity.begun();
  }

  /** Says what became of the request; what is said first holds, except of what goes on. */
  public synchronized void end(End end, @Nullable String reason) {
    if (goesOn()) {
      this.end = end;
      this.reason = reason;
    }
  }

  /** Counts what the browser sent after its headers. */
  public void received(long bytes) {
    received.addAndGet(bytes);
  }

  /** Counts what the browser got on a WebSocket. */
  public void sent(long bytes) {
    sent.addAndGet(bytes);
  }

  /** Tells what became of the request, once. */
  public void close() {
    if (done.compareAndSet(false, true)) {
      if (goesToCluster) {
        activity.ended();
      }
      told.accept(request());
    }
  }

  /** A WebSocket goes on when its handshake has ended. */
  synchronized void exchangeEnded() {
    if (end != End.WEBSOCKET) {
      close();
    }
  }

  private boolean goesOn() {
    return end == End.OWN_PAGE || end == End.FORWARDED || end == End.WEBSOCKET;
  }

  private synchronized ProxiedRequest request() {
    return new ProxiedRequest(
        method,
        path,
        end,
        end == End.ABANDONED && !exchange.isResponseStarted() ? 0 : exchange.getStatusCode(),
        Optional.ofNullable(reason),
        received.get(),
        sent.get() + exchange.getResponseBytesSent(),
        Duration.ofNanos(time.nanoTime() - startNanos));
  }
}
