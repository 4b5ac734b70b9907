package io.rayauth.token;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/**
 * Says how long a token is kept and when the next one is fetched.
 *
 * <p>A cached token is <i>fresh</i>, then <i>stale</i> (it is still used, and the next one is
 * fetched in the background), then <i>expired</i> (callers wait for the next one). Immutable and
 * thread-safe.
 */
public final class CachePolicy {
  private static final CachePolicy DEFAULTS = builder().build();

  private final Duration expiryMargin;
  private final double staleFraction;
  private final Duration longestStale;
  private final double jitter;
  private final Duration waitLimit;
  private final Duration failureBackoff;
  private final @Nullable Executor refreshExecutor;

  private CachePolicy(Builder builder) {
    this.expiryMargin = builder.expiryMargin;
    this.staleFraction = builder.staleFraction;
    this.longestStale = builder.longestStale;
    this.jitter = builder.jitter;
    this.waitLimit = builder.waitLimit;
    this.failureBackoff = builder.failureBackoff;
    this.refreshExecutor = builder.refreshExecutor;
  }

  /**
   * Returns the policy with every default.
   *
   * @return the one shared instance
   */
  public static CachePolicy defaults() {
    return DEFAULTS;
  }

  /**
   * Starts a policy from the defaults.
   *
   * @return a new builder
   */
  public static Builder builder() {
    return new Builder();
  }

  /**
   * Returns how long before its end a token counts as expired.
   *
   * @return zero or more
   */
  public Duration expiryMargin() {
    return expiryMargin;
  }

  /**
   * Returns which part of its life a token is stale for.
   *
   * @return from 0 to 1
   */
  public double staleFraction() {
    return staleFraction;
  }

  /**
   * Returns the upper limit of the time a token is stale for.
   *
   * @return zero or more
   */
  public Duration longestStale() {
    return longestStale;
  }

  /**
   * Returns how much chance has a say in refreshes and pauses.
   *
   * @return from 0 to 1
   */
  public double jitter() {
    return jitter;
  }

  /**
   * Returns how long a caller waits for a token that another thread is fetching.
   *
   * @return more than zero
   */
  public Duration waitLimit() {
    return waitLimit;
  }

  /**
   * Returns the pause after a refresh that failed in the background.
   *
   * @return more than zero
   */
  public Duration failureBackoff() {
    return failureBackoff;
  }

  /**
   * Returns what background refreshes run on.
   *
   * @return empty for the cache's own thread
   */
  public Optional<Executor> refreshExecutor() {
    return Optional.ofNullable(refreshExecutor);
  }

  /** Collects the parts of a policy; not thread-safe. */
  public static final class Builder {
    private Duration expiryMargin = Duration.ofSeconds(40);
    private double staleFraction = 0.5;
    private Duration longestStale = Duration.ofMinutes(20);
    private double jitter = 0.1;
    private Duration waitLimit = Duration.ofSeconds(5);
    private Duration failureBackoff = Duration.ofSeconds(10);
    private @Nullable Executor refreshExecutor;

    private Builder() {}

    /**
     * Sets how long before its end a token counts as expired, so that it does not end on its way.
     * Of a short life it takes a quarter at most.
     *
     * @param margin the margin
     * @return this builder. <i>Default: 40 seconds. Zero is allowed.</i>
     * @throws IllegalArgumentException if it is negative
     */
    public Builder expiryMargin(Duration margin) {
      this.expiryMargin = notNegative(margin, "the expiry margin");
      return this;
    }

    /**
     * Sets which part of its remaining life a token is stale for, counted from its end.
     *
     * @param fraction from 0 (never refreshed in the background) to 1 (from the first request on)
     * @return this builder. <i>Default: 0.5.</i>
     * @throws IllegalArgumentException if it is not within 0 and 1
     */
    public Builder staleFraction(double fraction) {
      this.staleFraction = fraction(fraction, "the stale fraction");
      return this;
    }

    /**
     * Limits the time a token is stale for, so that long-lived tokens are not fetched at half their
     * life.
     *
     * @param limit the limit
     * @return this builder. <i>Default: 20 minutes. Zero is allowed: never refreshed in the
     *     background.</i>
     * @throws IllegalArgumentException if it is negative
     */
    public Builder longestStale(Duration limit) {
      this.longestStale = notNegative(limit, "the limit of the stale time");
      return this;
    }

    /**
     * Sets how much chance has a say, so that a fleet that started together does not refresh
     * together: stale time is shortened, and a pause after a failure lengthened, by up to this
     * part.
     *
     * @param fraction from 0 to 1
     * @return this builder. <i>Default: 0.1. Zero switches it off.</i>
     * @throws IllegalArgumentException if it is not within 0 and 1
     */
    public Builder jitter(double fraction) {
      this.jitter = fraction(fraction, "the jitter");
      return this;
    }

    /**
     * Sets how long callers wait for a token that another thread is fetching. When it has passed,
     * one of them asks the provider itself and the others give it the same time.
     *
     * @param limit the limit, in real time
     * @return this builder. <i>Default: 5 seconds. Zero is rejected.</i>
     * @throws IllegalArgumentException if it is not positive
     */
    public Builder waitLimit(Duration limit) {
      this.waitLimit = positive(limit, "the wait limit");
      return this;
    }

    /**
     * Sets the pause after a refresh that failed in the background. It doubles with each failure in
     * a row, up to 32 times its length.
     *
     * @param pause the first pause
     * @return this builder. <i>Default: 10 seconds. Zero is rejected.</i>
     * @throws IllegalArgumentException if it is not positive
     */
    public Builder failureBackoff(Duration pause) {
      this.failureBackoff = positive(pause, "the pause after a failure");
      return this;
    }

    /**
     * Sets what background refreshes run on. It stays the caller's: closing a client does not stop
     * it.
     *
     * @param executor an executor with threads of its own; one that runs tasks on the calling
     *     thread makes the request wait that finds the token stale
     * @return this builder. <i>Default: one daemon thread that is made when needed and ends after
     *     each refresh.</i>
     */
    public Builder refreshExecutor(Executor executor) {
      this.refreshExecutor = executor;
      return this;
    }

    /**
     * Creates the policy.
     *
     * @return a new policy
     */
    public CachePolicy build() {
      return new CachePolicy(this);
    }

    private static Duration notNegative(Duration duration, String what) {
      if (duration.isNegative()) {
        throw new IllegalArgumentException(what + " is negative: " + duration);
      }
      return duration;
    }

    private static Duration positive(Duration duration, String what) {
      if (duration.isNegative() || duration.isZero()) {
        throw new IllegalArgumentException(what + " is not positive: " + duration);
      }
      return duration;
    }

    private static double fraction(double fraction, String what) {
      if (!(fraction >= 0 && fraction <= 1)) { // so that NaN is refused as well
        throw new IllegalArgumentException(what + " is not within 0 and 1: " + fraction);
      }
      return fraction;
    }
  }
}
