package io.rayauth;

import io.rayauth.error.JobNotFoundException;
import io.rayauth.error.RayTransportException;
import io.rayauth.internal.logs.LineIterator;
import io.rayauth.internal.logs.LinePublisher;
import io.rayauth.internal.logs.LogAccess;
import io.rayauth.internal.logs.LogFollower;
import io.rayauth.job.JobDetails;
import io.rayauth.job.JobId;
import io.rayauth.job.LogGapException;
import io.rayauth.job.LogLine;
import io.rayauth.job.LogPosition;
import io.rayauth.time.TimeSource;
import java.time.Duration;
import java.util.Iterator;
import java.util.concurrent.Executor;
import java.util.concurrent.Flow;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * Follows the log of one job to its end: every line once and in order, across whatever happens to
 * connections, tokens and dashboards. Made by {@link JobClient#log(JobId)}.
 *
 * <p>Immutable and thread-safe; each call of {@link #follow}, {@link #lines} and each subscriber
 * reads for itself. Nothing is sent before the first line is asked for. The end is that of the job:
 * its status is terminal, and its file was read to the end after that. Reads over the WebSocket of
 * the Jobs API; where that cannot be had or does not deliver (lines of 4 MiB and more, bytes that
 * are not UTF-8), from the log file of the state API, or the whole text of the Jobs API. Holds
 * about a megabyte at most, and the line that is being received; only if there is no state API, all
 * text.
 *
 * <p>Lines end at {@code \n}, {@code \r\n} and {@code \r}, as Ray reads its logs. Where a job
 * writes {@code \r} and {@code \n} seconds apart, an empty line can come in between.
 *
 * <p>The first look at the job fails as {@link JobClient#job(JobId)} does. Whatever way a log is
 * read, it ends with {@link LogGapException} if its rest cannot be had, with {@link
 * JobNotFoundException} after its last line if the record of the job was deleted meanwhile, and
 * with {@link RayTransportException} if the cluster is out of reach for longer than the {@linkplain
 * #patience(Duration) patience}.
 *
 * <p>Wire format: {@code tail_job_logs} of Ray's {@code job_head.py}, {@code get_logs} of its
 * {@code state_head.py}.
 */
public final class JobLog {
  private static final Duration PATIENCE = Duration.ofMinutes(5);
  private static final int LONGEST_LINE = 64 << 20;
  private static final int SHORTEST_LIMIT = 1 << 10;

  private final JobId id;
  private final Supplier<Function<JobId, JobDetails>> looks;
  private final LogAccess logs;
  private final TimeSource time;
  private final LogPosition from;
  private final Duration patience;
  private final int longestLine;

  JobLog(JobId id, Supplier<Function<JobId, JobDetails>> looks, LogAccess logs, TimeSource time) {
    this(id, looks, logs, time, LogPosition.START, PATIENCE, LONGEST_LINE);
  }

  private JobLog(
      JobId id,
      Supplier<Function<JobId, JobDetails>> looks,
      LogAccess logs,
      TimeSource time,
      LogPosition from,
      Duration patience,
      int longestLine) {
    this.id = id;
    this.looks = looks;
    this.logs = logs;
    this.time = time;
    this.from = from;
    this.patience = patience;
    this.longestLine = longestLine;
  }

  /**
   * Goes on behind a line that was delivered before, by whatever process. Default: {@link
   * LogPosition#START}. If the log turns out to be another one, reading it ends with {@link
   * LogGapException}.
   *
   * @param position the {@link LogLine#end()} of the last line that need not come again
   * @return the changed log
   */
  public JobLog from(LogPosition position) {
    return new JobLog(id, looks, logs, time, position, patience, longestLine);
  }

  /**
   * Sets for how long the cluster may be out of reach, once the job was seen, before reading fails:
   * a dashboard that restarts, a service that gets another head. Default: 5 minutes. Zero fails
   * with the first request whose own attempts are used up.
   *
   * @param patience zero or more
   * @return the changed log
   * @throws IllegalArgumentException if it is negative
   */
  public JobLog patience(Duration patience) {
    if (patience.isNegative()) {
      throw new IllegalArgumentException("the patience is negative: " + patience);
    }
    return new JobLog(id, looks, logs, time, from, patience, longestLine);
  }

  /**
   * Limits how much of a line is held in memory; longer ones come in parts of this length, {@link
   * LogLine#isContinued()} on all but the last. Default: 67,108,864 characters, so that a line of
   * 50 MB comes whole where the heap has room for it twice.
   *
   * @param characters UTF-16 units, 1,024 or more
   * @return the changed log
   * @throws IllegalArgumentException if it is less
   */
  public JobLog longestLine(int characters) {
    if (characters < SHORTEST_LIMIT) {
      throw new IllegalArgumentException(
          "lines of at most %d characters; give %d or more".formatted(characters, SHORTEST_LIMIT));
    }
    return new JobLog(id, looks, logs, time, from, patience, characters);
  }

  /**
   * Hands on every line and blocks until the job has ended. What the sink throws ends it.
   *
   * @param sink is called on the calling thread
   * @return the job with a terminal status
   * @throws JobNotFoundException if the cluster has no such job, or not any more
   * @throws LogGapException if the rest of the log cannot be had
   */
  public JobDetails follow(Consumer<LogLine> sink) {
    try (LogFollower follower = follower()) {
      for (LogLine line = follower.next(); line != null; line = follower.next()) {
        sink.accept(line);
      }
      return follower.job();
    }
  }

  /**
   * Returns the lines to iterate over; waiting for one blocks the thread that iterates.
   *
   * @return lines to close, which drops the connection wherever the iteration is
   */
  public Lines lines() {
    return new Lines(follower());
  }

  /**
   * Publishes the lines as fast as subscribers ask for them: what is not asked for is not read, and
   * Ray waits. Each subscriber has a connection of its own, from its first request to the end of
   * the log or its cancellation, and blocks a thread of the executor while it waits for lines that
   * it asked for. Its signals come on such threads, one after another.
   *
   * @param executor never shut down here; on JDK 21 and later {@code
   *     Executors.newVirtualThreadPerTaskExecutor()} fits
   * @return a publisher of as many readings as it gets subscribers
   */
  public Flow.Publisher<LogLine> publisher(Executor executor) {
    return new LinePublisher(this::follower, executor);
  }

  private LogFollower follower() {
    return new LogFollower(id, from, patience, longestLine, looks.get(), logs, time);
  }

  /**
   * Iterates over the lines of a log, once. For one thread; an interrupt ends its waiting with
   * {@link io.rayauth.error.RayInterruptedException}.
   */
  public static final class Lines implements Iterable<LogLine>, AutoCloseable {
    private final LogFollower follower;
    private final Iterator<LogLine> iterator;

    private Lines(LogFollower follower) {
      this.follower = follower;
      this.iterator = new LineIterator(follower);
    }

    /**
     * Returns the one iteration; its methods block and throw as {@link JobLog} says.
     *
     * @return the same iterator each time
     */
    @Override
    public Iterator<LogLine> iterator() {
      return iterator;
    }

    /**
     * Returns the job as it was last seen: with a terminal status once there are no more lines.
     *
     * @return the job
     * @throws IllegalStateException if no line was asked for yet
     */
    public JobDetails job() {
      return follower.job();
    }

    /** Drops the connection; does nothing the second time. */
    @Override
    public void close() {
      follower.close();
    }
  }
}
