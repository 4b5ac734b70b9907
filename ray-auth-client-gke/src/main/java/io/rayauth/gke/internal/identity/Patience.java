package io.rayauth.gke.internal.identity;

import io.rayauth.error.RayInterruptedException;
import io.rayauth.time.TimeSource;
import java.time.Duration;

/** Spends the pauses of one wait for the metadata server. */
final class Patience {
  /** GKE's own advice for new pods is to ask for some seconds; a node that starts takes longer. */
  static final Duration LIMIT = Duration.ofSeconds(30);

  private static final Duration LONGEST_PAUSE = Duration.ofSeconds(4);

  private final TimeSource time;
  private final long start;
  private Duration pause = Duration.ofMillis(500);

  private Patience(TimeSource time) {
    this.time = time;
    this.start = time.nanoTime();
  }

  static Patience start(TimeSource time) {
    return new Patience(time);
  }

  /**
   * Pauses, longer each time.
   *
   * @return false, at once, if the time is up
   * @throws RayInterruptedException if the thread is interrupted meanwhile
   */
  boolean pause(String doing) {
    Duration left = LIMIT.minusNanos(time.nanoTime() - start);
    if (left.isNegative() || left.isZero()) {
      return false;
    }
    try {
      time.sleep(pause.compareTo(left) < 0 ? pause : left);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new RayInterruptedException("interrupted while " + doing, e);
    }
    Duration doubled = pause.multipliedBy(2);
    pause = doubled.compareTo(LONGEST_PAUSE) < 0 ? doubled : LONGEST_PAUSE;
    return true;
  }
}
