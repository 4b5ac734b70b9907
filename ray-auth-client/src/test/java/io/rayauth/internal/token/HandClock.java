package io.rayauth.internal.token;

import io.rayauth.time.TimeSource;
import java.time.Duration;
import java.time.Instant;

/** Is moved by hand, both clocks together or each alone. */
final class HandClock implements TimeSource {
  static final Instant START = Instant.parse("2026-11-24T04:00:00Z");

  private Instant wall = START;
  private long nanos = Long.MAX_VALUE - 1_000; // soon overflows, as a real one may

  @Override
  public synchronized Instant instant() {
    return wall;
  }

  @Override
  public synchronized long nanoTime() {
    return nanos;
  }

  @Override
  public void sleep(Duration duration) {
    advance(duration);
  }

  synchronized void advance(Duration duration) {
    wall = wall.plus(duration);
    nanos += duration.toNanos();
  }

  /** What a suspended laptop, or somebody who sets the clock, does. */
  synchronized void stepWall(Duration duration) {
    wall = wall.plus(duration);
    nanos += CachedToken.WALL_CLOCK_CHECK;
  }
}
