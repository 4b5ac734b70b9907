package io.rayauth.internal.watch;

import io.rayauth.error.RayInterruptedException;
import io.rayauth.time.TimeSource;
import java.time.Duration;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Runs a task again and again on a daemon thread of its own, which exists only while there is
 * something to do. Thread-safe.
 */
public final class Recurring implements AutoCloseable {
  private final String name;
  private final TimeSource time;
  private final Supplier<@Nullable Duration> turn;
  private final ReentrantLock lock = new ReentrantLock();
  private @Nullable Thread thread;
  private boolean sleeping;
  private boolean woken;
  private boolean closed;

  /**
   * Creates a task that does not run yet.
   *
   * @param turn does what is due and returns the pause until the next turn, null if there is
   *     nothing to do until {@link #wake()}
   */
  public Recurring(String name, TimeSource time, Supplier<@Nullable Duration> turn) {
    this.name = name;
    this.time = time;
    this.turn = turn;
  }

  /** Has the next turn begin now, or after the one that is under way. */
  public void wake() {
    lock.lock();
    try {
      if (closed) {
        return;
      }
      woken = true;
      if (thread == null) {
        Thread started = new Thread(null, this::run, name, 0, false);
        started.setDaemon(true);
        started.start();
        thread = started;
      } else {
        endSleep(thread);
      }
    } finally {
      lock.unlock();
    }
  }

  /** Has the thread, if there is one, find out now that there is nothing to do any more. */
  public void retire() {
    lock.lock();
    try {
      if (thread != null) {
        endSleep(thread);
      }
    } finally {
      lock.unlock();
    }
  }

  private void endSleep(Thread sleeper) {
    if (sleeping) {
      sleeping = false;
      sleeper.interrupt(); // a TimeSource knows no other way
    }
  }

  /** Interrupts the turn that is under way; no other one begins. */
  @Override
  public void close() {
    lock.lock();
    try {
      closed = true;
      if (thread != null) {
        thread.interrupt();
      }
    } finally {
      lock.unlock();
    }
  }

  private void run() {
    try {
      while (goesOn()) {
        Duration pause = turn.get();
        if (!mayRest(pause)) {
          continue;
        }
        if (pause == null) {
          return;
        }
        rest(pause);
      }
    } catch (RayInterruptedException closing) {
      // only close() interrupts a turn
    } finally {
      leave();
    }
  }

  private boolean goesOn() {
    lock.lock();
    try {
      woken = false;
      return !closed;
    } finally {
      lock.unlock();
    }
  }

  /** Decides under the lock, so that no call of {@link #wake()} is missed. */
  private boolean mayRest(@Nullable Duration pause) {
    lock.lock();
    try {
      if (woken || closed) {
        return false;
      }
      sleeping = pause != null;
      if (!sleeping) {
        thread = null;
      }
      return true;
    } finally {
      lock.unlock();
    }
  }

  private void rest(Duration pause) {
    try {
      time.sleep(pause);
    } catch (InterruptedException woken) {
      // the next turn finds out what there is to do
    } finally {
      lock.lock();
      try {
        sleeping = false;
        boolean unused = Thread.interrupted(); // one that came when the sleep was over already
      } finally {
        lock.unlock();
      }
    }
  }

  private void leave() {
    lock.lock();
    try {
      if (thread == Thread.currentThread()) {
        thread = null;
      }
    } finally {
      lock.unlock();
    }
  }
}
