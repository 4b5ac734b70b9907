package io.rayauth.proxy.internal.log;

import io.rayauth.time.TimeSource;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Knows for how long nobody has used the proxy. Thread-safe.
 *
 * <p>A request or WebSocket that is under way is use, and so is the moment when one ends; refused
 * ones and looks at the health are not.
 */
public final class Activity {
  private final TimeSource time;
  private final AtomicInteger underWay = new AtomicInteger();
  private volatile long lastNanos;

  /** Creates a proxy's activity, which was used just now. */
  public Activity(TimeSource time) {
    this.time = time;
    this.lastNanos = time.nanoTime();
  }

  /** Notes that something goes to the cluster. */
  void begun() {
    underWay.incrementAndGet();
  }

  /** Notes that something that had {@linkplain #begun() begun} has ended. */
  void ended() {
    lastNanos = time.nanoTime();
    underWay.decrementAndGet();
  }

  /** Notes a use that is over already. */
  void touched() {
    lastNanos = time.nanoTime();
  }

  /** Returns how long the last use is ago; zero while one is under way. */
  public Duration idle() {
    return underWay.get() > 0
        ? Duration.ZERO
        : Duration.ofNanos(Math.max(0, time.nanoTime() - lastNanos));
  }
}
