package io.rayauth;

import java.time.Duration;
import java.util.random.RandomGenerator;

/**
 * Says how often and for how long a request is tried again.
 *
 * <p>Only what is safe is tried again: requests that change nothing, and those that can be
 * recognised as our own (a submission carries an id chosen before its first byte). Immutable and
 * thread-safe.
 */
public final class RetryPolicy {
  private static final Duration FIRST_DELAY = Duration.ofMillis(200);
  private static final Duration LONGEST_DELAY = Duration.ofSeconds(10);
  private static final int LAST_DOUBLING = 16;

  private final int attempts;
  private final Duration budget;

  private RetryPolicy(int attempts, Duration budget) {
    this.attempts = attempts;
    this.budget = budget;
  }

  /**
   * Returns a policy that tries at most so many times, within one minute.
   *
   * @param attempts the first one included
   * @return the policy
   * @throws IllegalArgumentException if attempts is less than 1
   */
  public static RetryPolicy upTo(int attempts) {
    if (attempts < 1) {
      throw new IllegalArgumentException(
          "a request is tried at least once, not " + attempts + " times");
    }
    return new RetryPolicy(attempts, Duration.ofMinutes(1));
  }

  /**
   * Returns the policy that never tries again, a refused token apart.
   *
   * @return the policy
   */
  public static RetryPolicy none() {
    return upTo(1);
  }

  /**
   * Returns the same policy with another limit on the time all attempts and the pauses between them
   * take together.
   *
   * @param budget the time in which the last attempt must have begun
   * @return the changed policy
   * @throws IllegalArgumentException if it is negative
   */
  public RetryPolicy within(Duration budget) {
    if (budget.isNegative()) {
      throw new IllegalArgumentException("the time for all attempts is negative: " + budget);
    }
    return new RetryPolicy(attempts, budget);
  }

  /**
   * Returns how often a request is sent at most.
   *
   * @return 1 or more
   */
  public int attempts() {
    return attempts;
  }

  /**
   * Returns the time in which the last attempt must have begun.
   *
   * @return zero or more
   */
  public Duration budget() {
    return budget;
  }

  /**
   * Returns the pause after an attempt: a random part of a time that doubles from 200 milliseconds
   * to 10 seconds ("full jitter"), so that clients that failed together do not come back together.
   *
   * @param attempt the attempt that failed, from 1
   * @param random where the part comes from
   * @return the pause
   */
  public Duration delayAfter(int attempt, RandomGenerator random) {
    int doublings = Math.min(Math.max(attempt - 1, 0), LAST_DOUBLING);
    long longest = Math.min(FIRST_DELAY.toNanos() << doublings, LONGEST_DELAY.toNanos());
    return Duration.ofNanos(random.nextLong(longest + 1));
  }
}
