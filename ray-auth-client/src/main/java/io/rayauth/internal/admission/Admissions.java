package io.rayauth.internal.admission;

import io.rayauth.error.RayException;
import io.rayauth.error.RayInterruptedException;
import io.rayauth.error.RayTransportException;
import io.rayauth.internal.watch.Deadlines;
import io.rayauth.internal.watch.Pace;
import io.rayauth.internal.watch.Recurring;
import io.rayauth.job.AdmissionTimeoutException;
import io.rayauth.job.QueuePlace;
import io.rayauth.time.TimeSource;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Lets submissions through one after the other as there is room, and holds the others back.
 *
 * <p>A submission is counted from its turn on until a look that began after its end: that look
 * finds its job. Two threads, both only while somebody waits: one looks and admits, the other keeps
 * the deadlines. Thread-safe.
 */
public final class Admissions implements AutoCloseable {
  private final Limits limits;
  private final HeadView head;
  private final BooleanSupplier isClientClosed;
  private final Pace pace;
  private final TimeSource time;
  private final Recurring turns;
  private final Deadlines<Ticket> deadlines;

  /** Guards all that follows. */
  private final ReentrantLock lock = new ReentrantLock();

  private final FairQueue queue = new FairQueue();
  private long tickets;

  /** Submissions that have their turn now. */
  private int underWay;

  /** Those that ended after the last look that succeeded began. */
  private int endedSinceLook;

  /** Those that ended since the look began that is under way. */
  private int endedInLook;

  private @Nullable HeadLoad load;
  private @Nullable RayException failure;
  private long nextLook;
  private long nextSlot;
  private boolean closed;

  /**
   * Creates a gate at which nobody waits.
   *
   * @param isClientClosed tells whether there is no sense in another look
   */
  public Admissions(
      Limits limits, HeadView head, BooleanSupplier isClientClosed, Pace pace, TimeSource time) {
    this.limits = limits;
    this.head = head;
    this.isClientClosed = isClientClosed;
    this.pace = pace;
    this.time = time;
    this.turns = new Recurring("ray-auth-governor", time, this::turn);
    this.deadlines = new Deadlines<>("ray-auth-governor-timeouts", time, this::timeIsUp);
    this.nextLook = time.nanoTime();
    this.nextSlot = nextLook;
  }

  /**
   * Waits for a turn and uses it, on the calling thread.
   *
   * @throws AdmissionTimeoutException if the patience of the place was too short
   * @throws RayInterruptedException if the thread is interrupted while it waits
   * @throws RayTransportException if this is closed
   */
  public <T> T run(QueuePlace place, Supplier<T> submission) {
    await(enter(place));
    try {
      return submission.get();
    } finally {
      leave();
    }
  }

  /** Sends everybody who waits away. */
  @Override
  public void close() {
    List<Ticket> waiting = new ArrayList<>();
    lock.lock();
    try {
      closed = true;
      for (Ticket next = queue.poll(); next != null; next = queue.poll()) {
        waiting.add(next);
      }
    } finally {
      lock.unlock();
    }
    turns.close();
    deadlines.close();
    waiting.forEach(ticket -> ticket.completeExceptionally(closed()));
  }

  private Ticket enter(QueuePlace place) {
    lock.lock();
    try {
      if (closed) {
        throw closed();
      }
      Duration patience = place.patience().orElse(null);
      Ticket ticket =
          new Ticket(place, tickets++, patience == null ? 0 : Deadlines.in(patience, time));
      queue.add(ticket);
      if (patience != null) {
        deadlines.add(ticket);
      }
      turns.wake();
      return ticket;
    } finally {
      lock.unlock();
    }
  }

  private void await(Ticket ticket) {
    try {
      ticket.get();
    } catch (InterruptedException e) {
      withdraw(ticket);
      Thread.currentThread().interrupt();
      throw new RayInterruptedException(
          "interrupted while waiting for a turn to submit; nothing was submitted", e);
    } catch (ExecutionException e) {
      if (e.getCause() instanceof RayException failed) {
        throw failed;
      }
      throw new IllegalStateException("a wait failed with what no wait fails with", e);
    }
  }

  /** One that has its turn already, but whose thread was interrupted, gives it back. */
  private void withdraw(Ticket ticket) {
    lock.lock();
    try {
      deadlines.remove(ticket);
      if (!queue.remove(ticket) && !ticket.isCompletedExceptionally()) {
        underWay--;
        turns.wake();
      }
    } finally {
      lock.unlock();
    }
  }

  private void leave() {
    lock.lock();
    try {
      underWay--;
      endedSinceLook++;
      endedInLook++;
    } finally {
      lock.unlock();
    }
  }

  private @Nullable Duration turn() {
    List<Ticket> admitted = new ArrayList<>();
    Duration pause;
    lock.lock();
    try {
      pause = admit(admitted);
      if (pause != null && pause.isZero()) {
        endedInLook = 0;
      }
    } finally {
      lock.unlock();
    }
    admitted.forEach(ticket -> ticket.complete(null));
    if (pause != null && pause.isZero()) {
      look();
    }
    return pause;
  }

  /** Takes out whoever may go now; returns the pause, zero if a look comes first, null if empty. */
  private @Nullable Duration admit(List<Ticket> admitted) {
    while (!queue.isEmpty()) {
      long now = time.nanoTime();
      if (limits.areOnTheHead() && nextLook - now <= 0) {
        return Duration.ZERO;
      }
      if (nextSlot - now > 0) {
        return Duration.ofNanos(nextSlot - now);
      }
      if (obstacle() != null) {
        return Duration.ofNanos(nextLook - now);
      }
      Ticket next = queue.poll();
      if (next != null) {
        deadlines.remove(next);
        underWay++;
        admitted.add(next);
        nextSlot = now + (limits.between() == null ? 0 : limits.between().toNanos());
      }
    }
    return null;
  }

  private @Nullable String obstacle() {
    if (!limits.areOnTheHead()) {
      return null;
    }
    HeadLoad seen = load;
    return seen == null
        ? "the head was not seen yet"
        : limits.obstacle(seen, underWay + endedSinceLook);
  }

  private void look() {
    long begun = time.nanoTime();
    HeadLoad seen = null;
    RayException failed = null;
    try {
      seen = head.load(limits);
    } catch (RayInterruptedException closing) {
      throw closing;
    } catch (RayException e) {
      failed = e;
      if (isClientClosed.getAsBoolean()) {
        close();
      }
    }
    lock.lock();
    try {
      long now = time.nanoTime();
      load = seen;
      failure = failed;
      if (seen != null) {
        endedSinceLook = endedInLook;
      }
      nextLook = now + (seen == null ? pace.afterFailure() : pace.afterLook(true, now - begun));
    } finally {
      lock.unlock();
    }
  }

  private void timeIsUp(Ticket ticket) {
    lock.lock();
    try {
      if (!queue.remove(ticket)) {
        return; // it has its turn
      }
      RayException cause = failure;
      String obstacle =
          cause == null ? obstacle() : "the head does not answer: " + cause.getMessage();
      ticket.completeExceptionally( // under the lock, so that an interrupt finds it done
          new AdmissionTimeoutException(
              "no turn to submit within %s, nothing was submitted: %s"
                  .formatted(
                      ticket.place().patience().orElse(Duration.ZERO),
                      obstacle == null ? "others were first" : obstacle),
              cause));
    } finally {
      lock.unlock();
    }
  }

  private static RayTransportException closed() {
    return RayTransportException.notSent("the governor is closed; nothing was submitted", null, 0);
  }
}
