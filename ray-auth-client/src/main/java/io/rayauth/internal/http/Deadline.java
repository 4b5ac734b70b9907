package io.rayauth.internal.http;

import io.rayauth.time.TimeSource;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/** Marks the moment a call must be over by, on the clock that only goes forward. */
public final class Deadline {
  private final TimeSource time;
  private final long end;
  private final Duration whole;

  private Deadline(TimeSource time, Duration whole) {
    this.time = time;
    this.whole = whole;
    this.end = time.nanoTime() + TimeUnit.NANOSECONDS.convert(whole);
  }

  /** Starts the countdown. */
  public static Deadline in(Duration whole, TimeSource time) {
    // Half the range of nanoTime, so that the subtraction below cannot overflow.
    Duration longest = Duration.ofNanos(Long.MAX_VALUE / 2);
    return new Deadline(time, whole.compareTo(longest) < 0 ? whole : longest);
  }

  /** Returns the nanoseconds left, zero or less when the time is up. */
  public long nanosLeft() {
    return end - time.nanoTime();
  }

  /** Tells whether a pause would end before the deadline. */
  public boolean allows(Duration pause) {
    return TimeUnit.NANOSECONDS.convert(pause) < nanosLeft();
  }

  /** Returns the time the whole call was given. */
  public Duration whole() {
    return whole;
  }
}
