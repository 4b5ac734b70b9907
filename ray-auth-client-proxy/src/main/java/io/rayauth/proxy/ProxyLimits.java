package io.rayauth.proxy;

import java.time.Duration;

/**
 * Bounds what one browser, and all of them together, can ask of a proxy.
 *
 * <p>Immutable. Whoever asks for more than a limit allows gets 429 and can try again, or 413 for a
 * body that is too large; connections beyond theirs wait until another one closes.
 */
public final class ProxyLimits {
  private final Pair requestsPerSecond;
  private final Pair requestsAtOnce;
  private final Pair webSockets;
  private final int connections;
  private final int sessions;
  private final long bodyBytes;
  private final Duration headerTimeout;
  private final Duration sessionIdle;

  private ProxyLimits(Builder builder) {
    this.requestsPerSecond = builder.requestsPerSecond;
    this.requestsAtOnce = builder.requestsAtOnce;
    this.webSockets = builder.webSockets;
    this.connections = builder.connections;
    this.sessions = builder.sessions;
    this.bodyBytes = builder.bodyBytes;
    this.headerTimeout = builder.headerTimeout;
    this.sessionIdle = builder.sessionIdle;
  }

  /**
   * Begins limits that fit a few people who look at a dashboard.
   *
   * @return a builder with the defaults that its methods name
   */
  public static Builder builder() {
    return new Builder();
  }

  /**
   * Returns how many requests may start in a second; twice as many may start at once after a quiet
   * time.
   *
   * @return for each browser, and for all
   */
  public Pair requestsPerSecond() {
    return requestsPerSecond;
  }

  /**
   * Returns how many requests may be under way.
   *
   * @return for each browser, and for all
   */
  public Pair requestsAtOnce() {
    return requestsAtOnce;
  }

  /**
   * Returns how many WebSockets may be open.
   *
   * @return for each browser, and for all
   */
  public Pair webSockets() {
    return webSockets;
  }

  /**
   * Returns how many connections of browsers may be open.
   *
   * @return idle ones and those of WebSockets included
   */
  public int connections() {
    return connections;
  }

  /**
   * Returns how many browsers may be signed in.
   *
   * @return beyond that, the one that has been quiet for longest is signed out
   */
  public int sessions() {
    return sessions;
  }

  /**
   * Returns how large the body of a request may be.
   *
   * @return in bytes
   */
  public long bodyBytes() {
    return bodyBytes;
  }

  /**
   * Returns how long the head of a request may take to arrive.
   *
   * @return from its first byte; then the connection is closed
   */
  public Duration headerTimeout() {
    return headerTimeout;
  }

  /**
   * Returns how long a browser stays signed in without a request.
   *
   * @return as the clock of the proxy has it
   */
  public Duration sessionIdle() {
    return sessionIdle;
  }

  /**
   * Holds a limit for each browser and one for all of them together.
   *
   * @param each for one browser
   * @param all for all together
   */
  public record Pair(int each, int all) {

    /**
     * Checks that both let something through.
     *
     * @throws IllegalArgumentException if one is below 1
     */
    public Pair {
      if (each < 1 || all < 1) {
        throw new IllegalArgumentException(
            "a limit of %d for each browser and %d for all lets nothing through"
                .formatted(each, all));
      }
    }
  }

  /** Sets limits. Not thread-safe. */
  public static final class Builder {
    private static final Duration LONGEST_IDLE = Duration.ofDays(366);

    private Pair requestsPerSecond = new Pair(200, 1000);
    private Pair requestsAtOnce = new Pair(64, 256);
    private Pair webSockets = new Pair(32, 128);
    private int connections = 512;
    private int sessions = 32;
    private long bodyBytes = 100L << 20;
    private Duration headerTimeout = Duration.ofSeconds(10);
    private Duration sessionIdle = Duration.ofHours(12);

    private Builder() {}

    /**
     * Limits how many requests may start in a second.
     *
     * @param each for one browser. Default: 200
     * @param all for all together. Default: 1000
     * @return this
     * @throws IllegalArgumentException if one is below 1
     */
    public Builder requestsPerSecond(int each, int all) {
      this.requestsPerSecond = new Pair(each, all);
      return this;
    }

    /**
     * Limits how many requests may be under way at once.
     *
     * @param each for one browser. Default: 64
     * @param all for all together. Default: 256
     * @return this
     * @throws IllegalArgumentException if one is below 1
     */
    public Builder requestsAtOnce(int each, int all) {
      this.requestsAtOnce = new Pair(each, all);
      return this;
    }

    /**
     * Limits how many WebSockets may be open at once.
     *
     * @param each for one browser. Default: 32
     * @param all for all together. Default: 128
     * @return this
     * @throws IllegalArgumentException if one is below 1
     */
    public Builder webSockets(int each, int all) {
      this.webSockets = new Pair(each, all);
      return this;
    }

    /**
     * Limits how many connections may be open at once, of whomever they are.
     *
     * @param connections how many. Default: 512
     * @return this
     * @throws IllegalArgumentException if it is below 1
     */
    public Builder connections(int connections) {
      this.connections = atLeastOne(connections, "connections");
      return this;
    }

    /**
     * Limits how many browsers may be signed in at once.
     *
     * @param sessions how many. Default: 32
     * @return this
     * @throws IllegalArgumentException if it is below 1
     */
    public Builder sessions(int sessions) {
      this.sessions = atLeastOne(sessions, "sessions");
      return this;
    }

    /**
     * Limits the body of a request.
     *
     * @param bytes how large it may be. Default: 100 MiB, as in Ray
     * @return this
     * @throws IllegalArgumentException if it is below 1
     */
    public Builder bodyBytes(long bytes) {
      if (bytes < 1) {
        throw new IllegalArgumentException(bytes + " bytes let no body through");
      }
      this.bodyBytes = bytes;
      return this;
    }

    /**
     * Limits how long the head of a request may take to arrive.
     *
     * @param timeout from its first byte on, in whole milliseconds. Default: 10 seconds
     * @return this
     * @throws IllegalArgumentException if it is below a millisecond or above an hour
     */
    public Builder headerTimeout(Duration timeout) {
      if (timeout.compareTo(Duration.ofMillis(1)) < 0
          || timeout.compareTo(Duration.ofHours(1)) > 0) {
        throw new IllegalArgumentException(timeout + " is not between a millisecond and an hour");
      }
      this.headerTimeout = timeout;
      return this;
    }

    /**
     * Limits how long a browser stays signed in without a request.
     *
     * @param idle as the clock of the proxy has it. Default: 12 hours
     * @return this
     * @throws IllegalArgumentException if it is not positive, or longer than a year
     */
    public Builder sessionIdle(Duration idle) {
      if (idle.isNegative() || idle.isZero()) {
        throw new IllegalArgumentException(idle + " signs everybody out at once");
      }
      if (idle.compareTo(LONGEST_IDLE) > 0) {
        throw new IllegalArgumentException(idle + " is longer than a year");
      }
      this.sessionIdle = idle;
      return this;
    }

    /**
     * Makes the limits.
     *
     * @return what was set, and defaults for the rest
     */
    public ProxyLimits build() {
      return new ProxyLimits(this);
    }

    private static int atLeastOne(int limit, String of) {
      if (limit < 1) {
        throw new IllegalArgumentException(limit + " " + of + " let nobody in");
      }
      return limit;
    }
  }
}
