package io.rayauth.testkit;

import io.rayauth.time.TimeSource;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Is a clock that stands still until a test moves it, and on which sleeping takes no time: a sleep
 * moves the clock by its length and returns.
 *
 * <p>That of {@link #holdingSleepers()} is moved by the test alone, which suits code with threads
 * of its own: a sleep lasts until the test has moved the clock past its end.
 *
 * <p>Thread-safe.
 */
public final class ManualClock implements TimeSource {
  private record Sleeper(Thread thread, long wakeTime) {}

  private static final Instant START = Instant.parse("2026-01-01T00:00:00Z");

  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private final List<Duration> sleeps = new ArrayList<>();
  private final Set<Sleeper> sleepers = new HashSet<>();
  private final boolean holdsSleepers;
  private Instant now;
  private long nanos;

  private ManualClock(Instant start, boolean holdsSleepers) {
    this.now = start;
    this.holdsSleepers = holdsSleepers;
  }

  /**
   * Creates a clock that shows the first second of 2026.
   *
   * @return a new clock
   */
  public static ManualClock create() {
    return startingAt(START);
  }

  /**
   * Creates a clock that shows a given moment.
   *
   * @param start what it shows first
   * @return a new clock
   */
  public static ManualClock startingAt(Instant start) {
    return new ManualClock(start, false);
  }

  /**
   * Creates a clock that shows the first second of 2026, and on which a sleep lasts until {@link
   * #advance} has moved the clock past its end.
   *
   * @return a new clock
   */
  public static ManualClock holdingSleepers() {
    return new ManualClock(START, true);
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
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /**
   * Blocks until a number of threads sleep on a clock of {@link #holdingSleepers()}. A thread whose
   * time is up, or which was interrupted, does not count, so that this after {@link #advance} waits
   * for what it sets going.
   *
   * @param threads how many, or more
   * @throws InterruptedException if the thread is interrupted
   */
  public void awaitSleepers(int threads) throws InterruptedException {
    lock.lock();
    try {
      while (sleepers.stream().filter(this::sleepsOn).count() < threads) {
        changed.await();
      }
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
      if (holdsSleepers) {
        awaitTime(nanos + duration.toNanos());
      } else if (!duration.isNegative()) {
        now = now.plus(duration);
        nanos += duration.toNanos();
      }
    } finally {
      lock.unlock();
    }
  }

  private void awaitTime(long wakeTime) throws InterruptedException {
    Sleeper sleeper = new Sleeper(Thread.currentThread(), wakeTime);
    sleepers.add(sleeper);
    changed.signalAll();
    try {
      while (wakeTime > nanos) {
        changed.await();
      }
    } finally {
      sleepers.remove(sleeper);
    }
  }

  /** An interrupted thread may take its time until it is awake. */
  private boolean sleepsOn(Sleeper sleeper) {
    return sleeper.wakeTime() > nanos && !sleeper.thread().isInterrupted();
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
