package io.rayauth.internal.watch;

import io.rayauth.time.TimeSource;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Says whose time is up, on a daemon thread that exists only while somebody has a deadline.
 * Thread-safe.
 *
 * @param <T> what has a deadline
 */
public final class Deadlines<T extends Deadlines.Timed> implements AutoCloseable {
  /** Half the range of nanoTime, so that the comparison of two deadlines cannot overflow. */
  private static final long LONGEST = Long.MAX_VALUE / 2;

  private final TimeSource time;
  private final Consumer<T> late;
  private final Recurring thread;
  private final ReentrantLock lock = new ReentrantLock();
  private final TreeSet<T> items = new TreeSet<>(Deadlines::compare);

  /** Has a deadline; no two have the same number. */
  public interface Timed {
    /** Returns when its time is up, by {@link TimeSource#nanoTime()}. */
    long deadline();

    /** Returns what tells it from others with the same deadline. */
    long number();
  }

  /**
   * Creates an empty set of deadlines.
   *
   * @param late is called for each whose time is up, which is in the set no more
   */
  public Deadlines(String name, TimeSource time, Consumer<T> late) {
    this.time = time;
    this.late = late;
    this.thread = new Recurring(name, time, this::expire);
  }

  /** Returns the moment so long from now. */
  public static long in(Duration timeout, TimeSource time) {
    return time.nanoTime() + Math.min(TimeUnit.NANOSECONDS.convert(timeout), LONGEST);
  }

  /** Adds one. */
  public void add(T item) {
    lock.lock();
    try {
      items.add(item);
      if (items.first().equals(item)) {
        thread.wake();
      }
    } finally {
      lock.unlock();
    }
  }

  /** Removes one, if it is there. */
  public void remove(T item) {
    lock.lock();
    try {
      items.remove(item);
      if (items.isEmpty()) {
        thread.retire();
      }
    } finally {
      lock.unlock();
    }
  }

  @Override
  public void close() {
    thread.close();
  }

  private static int compare(Timed one, Timed other) {
    int byDeadline = Long.signum(one.deadline() - other.deadline());
    return byDeadline != 0 ? byDeadline : Long.compare(one.number(), other.number());
  }

  private @Nullable Duration expire() {
    List<T> over = new ArrayList<>();
    Duration next = null;
    lock.lock();
    try {
      while (next == null && !items.isEmpty()) {
        long left = items.first().deadline() - time.nanoTime();
        if (left > 0) {
          next = Duration.ofNanos(left);
        } else {
          over.add(items.pollFirst());
        }
      }
    } finally {
      lock.unlock();
    }
    over.forEach(late);
    return next;
  }
}
