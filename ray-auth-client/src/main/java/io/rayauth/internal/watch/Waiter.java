package io.rayauth.internal.watch;

import io.rayauth.error.RayException;
import io.rayauth.job.JobDetails;
import io.rayauth.job.JobId;
import io.rayauth.job.JobListener;
import io.rayauth.job.JobStatus;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Waits for the end of one job for one caller, who holds it as a future.
 *
 * <p>What the caller hangs on it runs on the caller's executor, in the order of the events.
 */
final class Waiter extends CompletableFuture<JobDetails> implements Deadlines.Timed {
  private static final System.Logger LOG = System.getLogger(Waiter.class.getName());
  private static final CompletableFuture<Void> NOTHING_YET = completedFuture(null);

  private final JobId id;
  private final long number;
  private final @Nullable Duration timeout;
  private final long deadline;
  private final @Nullable JobListener listener;
  private final Executor callbacks;

  /** What was told last; this and the next are used by looks only, which do not overlap. */
  private @Nullable JobStatus told;

  private CompletableFuture<Void> events = NOTHING_YET;

  Waiter(
      JobId id,
      long number,
      @Nullable Duration timeout,
      long deadline,
      @Nullable JobListener listener,
      Executor callbacks) {
    this.id = id;
    this.number = number;
    this.timeout = timeout;
    this.deadline = deadline;
    this.listener = listener;
    this.callbacks = callbacks;
  }

  JobId id() {
    return id;
  }

  @Nullable Duration timeout() {
    return timeout;
  }

  @Override
  public long deadline() {
    return deadline;
  }

  @Override
  public long number() {
    return number;
  }

  /** Tells the listener of a status it has not heard of, and the future of the end. */
  void saw(JobDetails job) {
    JobStatus before = told;
    if (!job.status().equals(before)) {
      told = job.status();
      tell(listener -> listener.onStatus(job, before));
    }
    if (job.status().isTerminal()) {
      tell(listener -> listener.onEnd(job));
      end(events, () -> complete(job));
    }
  }

  /** Tells that there is no such job, or none any more. */
  void isGone(RayException cause) {
    tell(listener -> listener.onGone(id));
    end(events, () -> completeExceptionally(cause));
  }

  /** Ends the wait without an end of the job; events that are under way are not waited for. */
  void fail(RayException cause) {
    end(NOTHING_YET, () -> completeExceptionally(cause));
  }

  private void tell(Consumer<JobListener> event) {
    JobListener to = listener;
    if (to != null) {
      events = events.thenRunAsync(() -> guarded(to, event), callbacks);
    }
  }

  private void guarded(JobListener listener, Consumer<JobListener> event) {
    if (isDone()) {
      return; // cancelled meanwhile
    }
    try {
      event.accept(listener);
    } catch (RuntimeException e) {
      LOG.log(Level.DEBUG, "the listener failed and was ignored", e);
    }
  }

  /** An executor that takes nothing any more must not keep the future from its end. */
  private void end(CompletableFuture<Void> before, Runnable completion) {
    CompletableFuture<Void> unused =
        before
            .thenRunAsync(completion, callbacks)
            .exceptionally(rejected -> {
              completion.run();
              return null;
            });
  }
}
