package io.rayauth;

import io.rayauth.error.JobNotFoundException;
import io.rayauth.error.RayException;
import io.rayauth.error.RayInterruptedException;
import io.rayauth.error.RayTransportException;
import io.rayauth.internal.watch.JobBoard;
import io.rayauth.job.AwaitTimeoutException;
import io.rayauth.job.JobDetails;
import io.rayauth.job.JobId;
import io.rayauth.job.JobListener;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Waits for any number of jobs with one look at the cluster at a time, however many wait.
 *
 * <p>A few jobs are asked for one by one, many with one list of all jobs. Between two looks there
 * is a pause of one second while jobs come or change, which grows to five seconds while nothing
 * does, a random part of it included. It is nine times as long as the look itself where that is
 * more, so that a head with many records is kept busy for a tenth of the time at most. An end is
 * told by the first look after it.
 *
 * <p>While the cluster gives no answer, or refuses, the pauses grow to 15 seconds, the client's
 * {@link RayClientListener#onOutage} is told, and everybody waits on until their own time is up. A
 * job that the cluster does not have fails with {@link JobNotFoundException}: at once where it was
 * asked for by itself, and when two lists in a row are without it.
 *
 * <p>Nothing here is stored. A program that starts anew hands over the ids it had before; {@link
 * #watched()} returns them.
 *
 * <p>Thread-safe; share one for each cluster. The threads that look and keep the time are daemons
 * and exist only while somebody waits. They never run what callers hang on futures and listeners:
 * that runs on the executor of {@link Builder#callbacks}.
 */
public final class JobWatcher implements AutoCloseable {
  private final JobBoard board;
  private final Executor callbacks;
  private final @Nullable ThreadPoolExecutor ownCallbacks;

  private JobWatcher(JobBoard board, @Nullable Executor callbacks) {
    this.board = board;
    if (callbacks == null) {
      ThreadPoolExecutor own = oneThread();
      this.ownCallbacks = own;
      this.callbacks = own;
    } else {
      this.ownCallbacks = null;
      this.callbacks = callbacks;
    }
  }

  /**
   * Creates a watcher with the defaults of {@link Builder}.
   *
   * @param client asks the cluster; stays the caller's to close, after the watcher
   * @return a watcher that does nothing yet
   */
  public static JobWatcher on(JobClient client) {
    return builder(client).build();
  }

  /**
   * Starts a watcher.
   *
   * @param client asks the cluster; stays the caller's to close, after the watcher
   * @return a builder
   */
  public static Builder builder(JobClient client) {
    return new Builder(client);
  }

  /**
   * Waits for the end of a job, however long that takes.
   *
   * @param id a submission id, or the hex id of a driver
   * @return completes with the job, whose status is terminal; fails with {@link
   *     JobNotFoundException} if the cluster has no such job, and with {@link
   *     RayTransportException} when the watcher is closed. Cancelling it ends the wait
   * @throws IllegalArgumentException if the id cannot be asked for
   */
  public CompletableFuture<JobDetails> ended(JobId id) {
    return board.add(id, null, null, callbacks);
  }

  /**
   * Waits for the end of a job.
   *
   * @param id a submission id, or the hex id of a driver
   * @param timeout how long to wait from now on
   * @return completes with the job, whose status is terminal; fails with {@link
   *     AwaitTimeoutException} if it was not seen to have ended by then, whose job has no more than
   *     id and status, or with {@link RayTransportException} if it was not seen at all; fails also
   *     as that of {@link #ended(JobId)} does. Cancelling it ends the wait
   * @throws IllegalArgumentException if the id cannot be asked for
   */
  public CompletableFuture<JobDetails> ended(JobId id, Duration timeout) {
    return board.add(id, timeout, null, callbacks);
  }

  /**
   * Tells what becomes of a job.
   *
   * @param id a submission id, or the hex id of a driver
   * @param listener is called on the executor for callbacks
   * @return completes and fails as that of {@link #ended(JobId)} does, after the listener was told.
   *     Cancelling it ends the calls of the listener
   * @throws IllegalArgumentException if the id cannot be asked for
   */
  public CompletableFuture<JobDetails> watch(JobId id, JobListener listener) {
    return board.add(id, null, listener, callbacks);
  }

  /**
   * Blocks until a job has ended.
   *
   * @param id a submission id, or the hex id of a driver
   * @param timeout how long to wait from now on
   * @return the job, whose status is terminal
   * @throws JobNotFoundException if the cluster has no such job
   * @throws AwaitTimeoutException if it was not seen to have ended by then; its job has no more
   *     than id and status
   * @throws RayTransportException if it was not seen at all, or the watcher is closed
   * @throws RayInterruptedException if the thread is interrupted
   * @throws IllegalArgumentException if the id cannot be asked for
   */
  public JobDetails await(JobId id, Duration timeout) {
    CompletableFuture<JobDetails> end = board.add(id, timeout, null, Runnable::run);
    try {
      return end.get();
    } catch (InterruptedException e) {
      end.cancel(false);
      Thread.currentThread().interrupt();
      throw new RayInterruptedException("interrupted while waiting for job " + id, e);
    } catch (ExecutionException e) {
      if (e.getCause() instanceof RayException failure) {
        throw failure;
      }
      throw new IllegalStateException("a wait failed with what no wait fails with", e);
    }
  }

  /**
   * Returns the jobs that somebody waits for, such as to store their ids for a restart.
   *
   * @return a copy
   */
  public Set<JobId> watched() {
    return board.watched();
  }

  /** Fails everybody who waits and ends the threads; does nothing the second time. */
  @Override
  public void close() {
    board.close();
    if (ownCallbacks != null) {
      ownCallbacks.shutdown(); // what was handed over before is still told
    }
  }

  private static ThreadPoolExecutor oneThread() {
    ThreadPoolExecutor executor =
        new ThreadPoolExecutor(
            1,
            1,
            1,
            TimeUnit.SECONDS,
            new LinkedBlockingQueue<>(),
            task -> {
              Thread thread = new Thread(null, task, "ray-auth-job-watch-callbacks", 0, false);
              thread.setDaemon(true);
              return thread;
            });
    executor.allowCoreThreadTimeOut(true);
    return executor;
  }

  /** Configures a watcher. Not thread-safe. */
  public static final class Builder {
    private final JobClient client;
    private Duration shortest = Duration.ofSeconds(1);
    private Duration longest = Duration.ofSeconds(5);
    private @Nullable Executor callbacks;

    private Builder(JobClient client) {
      this.client = client;
    }

    /**
     * Sets the pause between two looks. Default: one to five seconds.
     *
     * @param shortest between looks while jobs come or change
     * @param longest between looks that find nothing new; a look that takes more than a ninth of
     *     it, and an outage, have longer ones
     * @return this builder
     * @throws IllegalArgumentException if the shortest is not more than zero, or the longest is
     *     shorter
     */
    public Builder pauses(Duration shortest, Duration longest) {
      if (shortest.isZero() || shortest.isNegative() || longest.compareTo(shortest) < 0) {
        throw new IllegalArgumentException(
            "pauses of %s to %s: the shortest must be more than zero and the longest not shorter"
                .formatted(shortest, longest));
      }
      this.shortest = shortest;
      this.longest = longest;
      return this;
    }

    /**
     * Sets what calls the listeners and completes the futures. Default: one daemon thread of the
     * watcher, which ends when it was idle for a second.
     *
     * @param callbacks may run several tasks at once; never shut down here. Once it takes nothing
     *     any more, futures are completed by the watcher's own threads and listeners hear nothing
     * @return this builder
     */
    public Builder callbacks(Executor callbacks) {
      this.callbacks = callbacks;
      return this;
    }

    /**
     * Creates the watcher; asks the cluster nothing.
     *
     * @return a watcher to share and to close
     */
    public JobWatcher build() {
      return new JobWatcher(client.newBoard(shortest, longest), callbacks);
    }
  }
}
