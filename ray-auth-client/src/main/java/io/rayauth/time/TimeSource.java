package io.rayauth.time;

import java.time.Duration;
import java.time.InstantSource;

/**
 * Tells the time, measures it and lets it pass; everything in this library that looks at a clock or
 * waits goes through one of these.
 *
 * <p>{@link #system()} is the real thing. Tests pass a clock they move by hand. Implementations
 * must be thread-safe.
 */
public interface TimeSource extends InstantSource {

  /**
   * Returns the value of a clock that only ever goes forward, in nanoseconds, with no relation to
   * the wall clock.
   *
   * @return nanoseconds since some fixed but arbitrary moment
   */
  long nanoTime();

  /**
   * Blocks the calling thread for the given time.
   *
   * @param duration how long; zero or less returns at once
   * @throws InterruptedException if the thread is interrupted before or while it waits
   */
  void sleep(Duration duration) throws InterruptedException;

  /**
   * Returns the clock of the machine.
   *
   * @return the one shared instance
   */
  static TimeSource system() {
    return SystemTimeSource.INSTANCE;
  }
}
