package io.rayauth.testkit;

import io.rayauth.time.TimeSource;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Is a clock that stands still until a test moves it, and on which sleeping takes no time: a sleep
 * moves the clock by its length and returns.
 *
 * <p>Thread-safe.
 */
public final class ManualClock implements TimeSource {
  private final ReentrantLock lock = new ReentrantLock();
  private final List<Duration> sleeps = new ArrayList<>();
  private Instant now;
  private long nanos;

  private ManualClock(Instant start) {
    this.now = start;
  }

  /**
   * Creates a clock that shows the first second of 2026.
   *
   * @return a new clock
   */
  public static ManualClock create() {
    return startingAt(Instant.parse("2026-01-01T00:00:00Z"));
  }

  /**
   * Creates a clock that shows a given moment.
   *
   * @param start what it shows first
   * @return a new clock
   */
  public static ManualClock startingAt(Instant start) {
    return new ManualClock(start);
  }

  /**
   * Moves the clock.
   *
   * @param step how far
   * @throws IllegalArgumentException if it is negative
   */
  public void advance(Duration step) {
    if (step.isNegative()) {
      throw new IllegalArgumentException("time does not go back by " + step);
    }
    lock.lock();
    try {
      now = now.plus(step);
      nanos += step.toNanos();
    } finally {
      lock.unlock();
    }
  }

  @Override
  public Instant instant() {
    lock.lock();
    try {
      return now;
    } finally {
      lock.unlock();
    }
  }

  @Override
  public long nanoTime() {
    lock.lock();
    try {
      return nanos;
    } finally {
      lock.unlock();
    }
  }

  @Override
  public void sleep(Duration duration) throws InterruptedException {
    if (Thread.interrupted()) {
      throw new InterruptedException();
    }
    lock.lock();
    try {
      sleeps.add(duration);
      if (!duration.isNegative()) {
        now = now.plus(duration);
        nanos += duration.toNanos();
      }
    } finally {
      lock.unlock();
    }
  }

  /**
   * Returns how long each sleep so far was asked to be.
   *
   * @return in the order of the calls
   */
  public List<Duration> sleeps() {
    lock.lock();
    try {
      return List.copyOf(sleeps);
    } finally {
      lock.unlock();
    }
  }

  @Override
  public String toString() {
    return "ManualClock[" + instant() + "]";
  }
}
