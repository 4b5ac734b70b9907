package io.rayauth.internal.watch;

import java.time.Duration;
import java.util.random.RandomGenerator;

/**
 * Says how long to pause between two looks at a cluster: shortly while something changes, longer
 * while nothing does, and never so that looking takes more than a tenth of the time.
 *
 * <p>Not thread-safe.
 */
public final class Pace {
  /** A list of 10,000 jobs keeps the head busy for more than three seconds (measured). */
  private static final int RESTS_PER_LOOK = 9;

  private static final long LONGEST_IN_OUTAGE = Duration.ofSeconds(15).toNanos();
  private static final int LAST_DOUBLING = 16;

  private final long shortest;
  private final long longest;
  private final RandomGenerator random;
  private long interval;
  private boolean hurried;
  private long rest;
  private int failures;

  /** Starts with the shortest pause. */
  public Pace(Duration shortest, Duration longest, RandomGenerator random) {
    this.shortest = shortest.toNanos();
    this.longest = longest.toNanos();
    this.random = random;
    this.interval = this.shortest;
    this.rest = this.shortest;
  }

  /** Returns the shortest pause, in nanoseconds. */
  long shortest() {
    return shortest;
  }

  /**
   * Has the next pause be a short one, because somebody has just come, and returns how short the
   * one that is under way may become, in nanoseconds.
   */
  long hurry() {
    hurried = true;
    return rest;
  }

  /** Returns the pause after a look that succeeded, in nanoseconds. */
  public long afterLook(boolean changed, long lookNanos) {
    failures = 0;
    interval = changed || hurried ? shortest : Math.min(longest, interval / 2 * 3);
    hurried = false;
    rest = Math.max(shortest, lookNanos * RESTS_PER_LOOK);
    return Math.max(rest, Math.min(longest, interval + random.nextLong(interval / 5 + 1)));
  }

  /** Returns the pause after a look that failed, in nanoseconds. */
  public long afterFailure() {
    failures = Math.min(failures + 1, LAST_DOUBLING);
    long limit = Math.max(longest, LONGEST_IN_OUTAGE);
    long most = shortest > limit >> failures ? limit : shortest << failures;
    return Math.max(shortest, most - random.nextLong(most / 2 + 1));
  }
}
