package io.rayauth.job;

import java.time.Duration;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Says how a job is run to its end: who gets its log, how long it may take. Immutable. */
public final class RunOptions {
  private static final RunOptions DEFAULTS = builder().build();

  private final @Nullable Consumer<String> lineSink;
  private final @Nullable Consumer<Submission> submissionSink;
  private final @Nullable Duration timeout;
  private final boolean stopIfAbandoned;

  private RunOptions(Builder builder) {
    this.lineSink = builder.lineSink;
    this.submissionSink = builder.submissionSink;
    this.timeout = builder.timeout;
    this.stopIfAbandoned = builder.stopIfAbandoned;
  }

  /**
   * Returns the options of somebody who only wants the result: no log, no limit, and the job runs
   * on if its caller does not wait for it.
   *
   * @return the one instance
   */
  public static RunOptions defaults() {
    return DEFAULTS;
  }

  /**
   * Starts from the defaults.
   *
   * @return a builder
   */
  public static Builder builder() {
    return new Builder();
  }

  /**
   * Returns who gets the lines of the log.
   *
   * @return empty if nobody does
   */
  public Optional<Consumer<String>> lineSink() {
    return Optional.ofNullable(lineSink);
  }

  /**
   * Returns who is told of the submission.
   *
   * @return empty if nobody is
   */
  public Optional<Consumer<Submission>> submissionSink() {
    return Optional.ofNullable(submissionSink);
  }

  /**
   * Returns how long the job may take.
   *
   * @return empty if there is no limit
   */
  public Optional<Duration> timeout() {
    return Optional.ofNullable(timeout);
  }

  /**
   * Tells whether a job is stopped that its caller no longer waits for.
   *
   * @return false if it runs on
   */
  public boolean stopsIfAbandoned() {
    return stopIfAbandoned;
  }

  /** Collects the options. Not thread-safe. */
  public static final class Builder {
    private @Nullable Consumer<String> lineSink;
    private @Nullable Consumer<Submission> submissionSink;
    private @Nullable Duration timeout;
    private boolean stopIfAbandoned;

    private Builder() {}

    /**
     * Follows the log. Default: nobody reads it, and the job is only asked for its status.
     *
     * @param lineSink is called on the calling thread with each line, without its line feed; what
     *     it throws ends the run
     * @return this builder
     */
    public Builder lineSink(Consumer<String> lineSink) {
      this.lineSink = lineSink;
      return this;
    }

    /**
     * Sets who is told of the submission, before its job has ended: the id, and whether it is that
     * of a job that was already there. Default: nobody.
     *
     * @param submissionSink is called once on the calling thread; what it throws ends the run
     * @return this builder
     */
    public Builder submissionSink(Consumer<Submission> submissionSink) {
      this.submissionSink = submissionSink;
      return this;
    }

    /**
     * Limits how long the job may take, from its submission on; then the run ends with {@link
     * JobResult.Outcome#TIMED_OUT}. A line sink that waits for something is interrupted then.
     * Default: no limit.
     *
     * @param timeout more than zero
     * @return this builder
     * @throws IllegalArgumentException if it is zero or negative
     */
    public Builder timeout(Duration timeout) {
      if (timeout.isZero() || timeout.isNegative()) {
        throw new IllegalArgumentException(
            "a job is to end within " + timeout + "; give more than zero");
      }
      this.timeout = timeout;
      return this;
    }

    /**
     * Stops the job if its caller no longer waits for it: the thread is interrupted or the future
     * cancelled, the timeout passes, a sink throws. That takes up to ten seconds more. A job that
     * was attached to is stopped as well. Default: the job runs on.
     *
     * @return this builder
     */
    public Builder stopIfAbandoned() {
      this.stopIfAbandoned = true;
      return this;
    }

    /**
     * Creates the options.
     *
     * @return immutable options
     */
    public RunOptions build() {
      return new RunOptions(this);
    }
  }
}
