package io.rayauth.internal.watch;

import io.rayauth.error.RayException;
import io.rayauth.error.RayTransportException;
import io.rayauth.internal.call.Events;
import io.rayauth.job.AwaitTimeoutException;
import io.rayauth.job.JobDetails;
import io.rayauth.job.JobId;
import io.rayauth.job.JobListener;
import io.rayauth.job.JobStatus;
import io.rayauth.time.TimeSource;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Knows who waits for which job, looks at all of them at once and tells those whose job changed.
 *
 * <p>Two threads, both only while somebody waits: one looks and may hang as long as a request, the
 * other keeps the deadlines. What is told runs on the executors of the waiters. Thread-safe.
 */
public final class JobBoard implements AutoCloseable {
  private final ClusterLook cluster;
  private final BooleanSupplier isClientClosed;
  private final Events events;
  private final Pace pace;
  private final TimeSource time;
  private final Recurring looks;
  private final Deadlines<Waiter> deadlines;

  /** Written under the lock, and read without it while a list arrives. */
  private final Map<JobId, WatchedJob> jobs = new ConcurrentHashMap<>();

  /** Guards all that follows. */
  private final ReentrantLock lock = new ReentrantLock();

  private long waiters;
  private long looksBegun;
  private long lastLookEnded;
  private long nextLook;
  private long records;
  private long outageSince;
  private @Nullable RayException outage;
  private boolean closed;

  /**
   * Creates an empty board, which does nothing yet.
   *
   * @param isClientClosed tells whether there is no sense in another look
   */
  public JobBoard(
      ClusterLook cluster,
      BooleanSupplier isClientClosed,
      Events events,
      Pace pace,
      TimeSource time) {
    this.cluster = cluster;
    this.isClientClosed = isClientClosed;
    this.events = events;
    this.pace = pace;
    this.time = time;
    this.looks = new Recurring("ray-auth-job-watch", time, this::lookIfDue);
    this.deadlines = new Deadlines<>("ray-auth-job-watch-timeouts", time, this::timeIsUp);
    this.nextLook = time.nanoTime();
    this.lastLookEnded = nextLook - pace.shortest();
  }

  /**
   * Waits for the end of a job.
   *
   * @param timeout null for none
   * @param listener null for none
   * @param callbacks runs what is told
   * @return completes with the job, or fails; its cancellation ends the wait
   * @throws IllegalArgumentException if the job cannot be asked for
   */
  public CompletableFuture<JobDetails> add(
      JobId id, @Nullable Duration timeout, @Nullable JobListener listener, Executor callbacks) {
    cluster.check(id);
    Waiter waiter;
    lock.lock();
    try {
      long deadline = timeout == null ? 0 : Deadlines.in(timeout, time);
      waiter = new Waiter(id, waiters++, timeout, deadline, listener, callbacks);
      if (closed) {
        waiter.fail(closed(id));
        return waiter;
      }
      jobs.computeIfAbsent(id, unused -> new WatchedJob(id, looksBegun)).add(waiter);
      if (timeout != null) {
        deadlines.add(waiter);
      }
      hurry();
    } finally {
      lock.unlock();
    }
    CompletableFuture<JobDetails> unused = waiter.whenComplete((job, failure) -> remove(waiter));
    return waiter;
  }

  /** Returns a copy of the ids of the jobs that somebody waits for. */
  public Set<JobId> watched() {
    return Set.copyOf(jobs.keySet());
  }

  /** Fails everybody who waits and ends both threads; does nothing the second time. */
  @Override
  public void close() {
    List<Waiter> left = new ArrayList<>();
    lock.lock();
    try {
      closed = true;
      jobs.values().forEach(job -> left.addAll(job.waiters()));
      jobs.clear();
    } finally {
      lock.unlock();
    }
    looks.close();
    deadlines.close();
    left.forEach(waiter -> waiter.fail(closed(waiter.id())));
  }

  /** Brings the next look forward for somebody who has just come; in an outage it is in vain. */
  private void hurry() {
    long soonest = lastLookEnded + pace.hurry();
    boolean isEarlier = outage == null && soonest - nextLook < 0;
    if (isEarlier) {
      nextLook = soonest;
    }
    if (isEarlier || jobs.size() == 1) {
      looks.wake();
    }
  }

  private void remove(Waiter waiter) {
    lock.lock();
    try {
      deadlines.remove(waiter);
      WatchedJob job = jobs.get(waiter.id());
      if (job != null && job.remove(waiter)) {
        jobs.remove(waiter.id());
      }
      retireIfIdle();
    } finally {
      lock.unlock();
    }
  }

  private @Nullable Duration lookIfDue() {
    Look look;
    List<WatchedJob> oneByOne = List.of();
    int wanted;
    lock.lock();
    try {
      wanted = jobs.size();
      long wait = nextLook - time.nanoTime();
      if (wanted == 0 || wait > 0) {
        return wanted == 0 ? null : Duration.ofNanos(wait);
      }
      look = new Look(++looksBegun, jobs);
      if (ClusterLook.isCheaperOneByOne(wanted, records)) {
        oneByOne = List.copyOf(jobs.values());
      }
    } finally {
      lock.unlock();
    }
    long begun = time.nanoTime();
    if (oneByOne.isEmpty()) {
      look.all(cluster, wanted);
    } else {
      look.oneByOne(cluster, oneByOne);
    }
    if (look.failure() != null && isClientClosed.getAsBoolean()) {
      close();
      return null;
    }
    report(look, begun);
    return Duration.ZERO;
  }

  /** Notes under the lock what was found, and tells it without. */
  private void report(Look look, long begun) {
    List<Runnable> news = new ArrayList<>();
    lock.lock();
    try {
      lastLookEnded = time.nanoTime();
      nextLook = lastLookEnded + pauseAfter(look, begun, news);
      if (look.records() != Look.UNKNOWN) {
        records = look.records();
      }
      look.changes().forEach((job, details) -> note(job, details, news));
      look.gone()
          .forEach((job, cause) -> takeOff(job).forEach(it -> news.add(() -> it.isGone(cause))));
    } finally {
      lock.unlock();
    }
    news.forEach(Runnable::run);
  }

  private void note(WatchedJob job, JobDetails details, List<Runnable> news) {
    JobStatus to = details.status();
    JobStatus from = job.update(to);
    if (!to.equals(from)) {
      news.add(() -> events.tell(listener -> listener.onStatusChange(job.id(), from, to)));
    }
    List<Waiter> told = to.isTerminal() ? takeOff(job) : job.waiters();
    told.forEach(waiter -> news.add(() -> waiter.saw(details)));
  }

  /** Removes a job and returns who waited for it. */
  private List<Waiter> takeOff(WatchedJob job) {
    jobs.remove(job.id(), job);
    List<Waiter> all = job.waiters();
    all.forEach(deadlines::remove);
    retireIfIdle();
    return all;
  }

  private void retireIfIdle() {
    if (jobs.isEmpty()) {
      looks.retire();
    }
  }

  private long pauseAfter(Look look, long begun, List<Runnable> news) {
    RayException failure = look.failure();
    RayException before = outage;
    outage = failure;
    if (failure != null) {
      if (before == null) {
        outageSince = begun;
        news.add(() -> events.tell(listener -> listener.onOutage(failure)));
      }
      return pace.afterFailure();
    }
    if (before != null) {
      Duration lasted = Duration.ofNanos(lastLookEnded - outageSince);
      news.add(() -> events.tell(listener -> listener.onOutageEnd(lasted)));
    }
    boolean changed = !look.changes().isEmpty() || !look.gone().isEmpty();
    return pace.afterLook(changed, lastLookEnded - begun);
  }

  private void timeIsUp(Waiter waiter) {
    RayException late;
    lock.lock();
    try {
      late = late(waiter);
      remove(waiter);
    } finally {
      lock.unlock();
    }
    waiter.fail(late);
  }

  private RayException late(Waiter waiter) {
    JobId id = waiter.id();
    WatchedJob job = jobs.get(id);
    JobStatus status = job == null ? null : job.status();
    RayException failed = outage;
    String why = failed == null ? "" : "; the cluster does not answer: " + failed.getMessage();
    if (status == null) {
      return RayTransportException.notSent(
          "job " + id + " was not seen within " + waiter.timeout() + why, failed, 0);
    }
    AwaitTimeoutException late =
        new AwaitTimeoutException(
            "job " + id + " is " + status + " after " + waiter.timeout() + "; it runs on" + why,
            JobDetails.of(id, status).build());
    if (failed != null) {
      late.addSuppressed(failed);
    }
    return late;
  }

  private static RayException closed(JobId id) {
    return RayTransportException.notSent(
        "the watcher is closed and no longer waits for job " + id + ", which runs on", null, 0);
  }
}
