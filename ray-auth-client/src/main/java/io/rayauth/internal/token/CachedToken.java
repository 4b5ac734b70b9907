package io.rayauth.internal.token;

import io.rayauth.token.AccessToken;
import io.rayauth.token.CachePolicy;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * Is a token with what is needed to tell how old it is; immutable.
 *
 * <p>Age is the longer of what the two clocks say. The monotonic one stands still while a laptop
 * sleeps, and the wall clock can be set back; neither may lengthen a token's life. All times are
 * nanoseconds since the token was fetched, {@link Long#MAX_VALUE} for never.
 */
final class CachedToken {
  /**
   * How long the monotonic clock is trusted alone; looking at both each time would double the cost.
   */
  static final long WALL_CLOCK_CHECK = Duration.ofMillis(10).toNanos();

  /** A provider that was just asked is not asked again at once, however short-lived its answer. */
  private static final long SHORTEST_USE = Duration.ofSeconds(1).toNanos();

  private static final int MARGIN_PART = 4;

  private final AccessToken token;
  private final Instant fetchedAt;
  private final long fetchedNanos;
  private final long staleAfter;
  private final long expiredAfter;
  private final long lookedNanos;
  private final long lookAgainAfter;

  private CachedToken(
      AccessToken token,
      Instant fetchedAt,
      long fetchedNanos,
      long staleAfter,
      long expiredAfter,
      long lookedNanos,
      long lookAgainAfter) {
    this.token = token;
    this.fetchedAt = fetchedAt;
    this.fetchedNanos = fetchedNanos;
    this.staleAfter = staleAfter;
    this.expiredAfter = expiredAfter;
    this.lookedNanos = lookedNanos;
    this.lookAgainAfter = lookAgainAfter;
  }

  /**
   * Begins the life of a token in the cache.
   *
   * @param recheckAfter when the source is worth another look whatever the token says
   * @param chance from 0 to 1, decides within the policy's jitter
   */
  static CachedToken fetched(
      AccessToken token,
      CachePolicy policy,
      Optional<Duration> recheckAfter,
      Instant wall,
      long nanos,
      double chance) {
    long remaining =
        token.expiresAt().map(end -> nanos(Duration.between(wall, end))).orElse(Long.MAX_VALUE);
    long expiredAfter = expiredAfter(remaining, policy);
    long staleAfter =
        Math.min(
            staleAfter(remaining, policy, chance),
            recheckAfter.map(CachedToken::nanos).orElse(Long.MAX_VALUE));
    return new CachedToken(token, wall, nanos, staleAfter, expiredAfter, nanos, 0)
        .lookedAt(nanos, 0);
  }

  private static long expiredAfter(long remaining, CachePolicy policy) {
    if (remaining == Long.MAX_VALUE) {
      return Long.MAX_VALUE;
    }
    if (remaining <= 0) { // one of the clocks is wrong, or the source is late; the server decides
      return nanos(policy.failureBackoff());
    }
    long margin = Math.min(nanos(policy.expiryMargin()), remaining / MARGIN_PART);
    return Math.max(remaining - margin, SHORTEST_USE);
  }

  private static long staleAfter(long remaining, CachePolicy policy, double chance) {
    if (remaining == Long.MAX_VALUE || remaining <= 0) {
      return Long.MAX_VALUE;
    }
    double window =
        Math.min(remaining * policy.staleFraction(), (double) nanos(policy.longestStale()));
    return Math.max(remaining - (long) (window * (1 - policy.jitter() * chance)), SHORTEST_USE);
  }

  AccessToken token() {
    return token;
  }

  /** Tells whether time does nothing to this token, so that no clock need be read for it. */
  boolean lasts() {
    return staleAfter == Long.MAX_VALUE && expiredAfter == Long.MAX_VALUE;
  }

  /** The rest of the hot path: true while a look not long ago found nothing to do. */
  boolean needsNoLook(long nanos) {
    return nanos - lookedNanos < lookAgainAfter;
  }

  /** Returns the age by whichever clock says more. */
  long age(long nanos, Instant wall) {
    return Math.max(nanos - fetchedNanos, nanos(Duration.between(fetchedAt, wall)));
  }

  boolean isStale(long age) {
    return age >= staleAfter;
  }

  boolean isExpired(long age) {
    return age >= expiredAfter;
  }

  /** Returns the same token, not to be looked at for a moment. */
  CachedToken lookedAt(long nanos, long age) {
    long next = Math.min(WALL_CLOCK_CHECK, expiredAfter - age);
    if (age < staleAfter) {
      next = Math.min(next, staleAfter - age);
    }
    return new CachedToken(token, fetchedAt, fetchedNanos, staleAfter, expiredAfter, nanos, next);
  }

  /** Saturates, in both directions. */
  private static long nanos(Duration duration) {
    return TimeUnit.NANOSECONDS.convert(duration);
  }
}
