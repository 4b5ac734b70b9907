package io.rayauth.internal.http;

import io.rayauth.time.TimeSource;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Ends exchanges from outside: at their deadline, or when the client is closed.
 *
 * <p>The JDK's own request timeout ends with the headers, and its asynchronous calls change threads
 * twice for each request, so callers block in {@code HttpClient.send} and are interrupted from
 * here. One thread looks after all exchanges and is woken only for a deadline earlier than those it
 * knows; it goes when nothing is under way.
 */
public final class ExchangeWatch {
  /** Why an exchange was ended. */
  public enum End {
    DEADLINE,
    CLOSED
  }

  private static final long NEVER = Long.MAX_VALUE;

  private final Executor threads;
  private final Set<Exchange> underWay = ConcurrentHashMap.newKeySet();

  /** Not the client's own clock: sockets wait in real time, however a test sets its clock. */
  private final TimeSource realTime = TimeSource.system();

  private final long origin = realTime.nanoTime();
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition earlierDeadline = lock.newCondition();

  /** Lags behind only towards too early, so that whoever reads it without the lock is safe. */
  private volatile long nextLook = NEVER;

  private volatile boolean closed;
  private boolean watching;

  ExchangeWatch(Executor threads) {
    this.threads = threads;
  }

  /** Starts to look after an exchange of the calling thread. */
  Exchange begin(long nanosLeft) {
    long now = now();
    Exchange exchange = new Exchange(nanosLeft < NEVER - now ? now + nanosLeft : NEVER);
    underWay.add(exchange);
    if (closed) {
      exchange.end(End.CLOSED); // close() may have passed before the line above
    } else if (exchange.deadline < nextLook) {
      lookAt(exchange.deadline);
    }
    return exchange;
  }

  /** Ends all exchanges, and those to come. */
  void close() {
    closed = true;
    underWay.forEach(exchange -> exchange.end(End.CLOSED));
  }

  private void lookAt(long moment) {
    lock.lock();
    try {
      if (moment < nextLook) {
        nextLook = moment;
        if (watching) {
          earlierDeadline.signal();
        } else {
          threads.execute(this::watch);
          watching = true;
        }
      }
    } catch (RejectedExecutionException e) {
      close(); // the threads are ended by whoever closes this, a moment earlier or later
    } finally {
      lock.unlock();
    }
  }

  private void watch() {
    lock.lock();
    try {
      while (nextLook != NEVER) {
        long left = nextLook - now();
        if (left > 0) {
          long unused = earlierDeadline.awaitNanos(left);
        } else {
          endOverdue();
        }
      }
    } catch (InterruptedException e) {
      close(); // only the end of all threads interrupts this one
    } finally {
      watching = false;
      lock.unlock();
    }
  }

  private void endOverdue() {
    nextLook = NEVER; // before the look, so that an exchange that begins meanwhile asks for another
    long now = now();
    long next = NEVER;
    for (Exchange exchange : underWay) {
      if (exchange.deadline <= now) {
        exchange.end(End.DEADLINE);
      } else {
        next = Math.min(next, exchange.deadline);
      }
    }
    nextLook = next;
  }

  private long now() {
    return realTime.nanoTime() - origin;
  }

  /** Is one exchange of one thread. */
  public final class Exchange {
    private final Thread caller = Thread.currentThread();
    private final ReentrantLock turn = new ReentrantLock();
    private final long deadline;
    private @Nullable End end;
    private boolean over;

    private Exchange(long deadline) {
      this.deadline = deadline;
    }

    /**
     * Is called by the caller when it is out of the exchange and tells why it was ended.
     *
     * @param interruptSeen whether the caller has already got the interrupt
     * @return null if it was not ended from here
     */
    public @Nullable End over(boolean interruptSeen) {
      underWay.remove(this);
      End end = leave(interruptSeen);
      if (end != null) {
        remindThoseAround();
      }
      return end;
    }

    private @Nullable End leave(boolean interruptSeen) {
      turn.lock();
      try {
        over = true;
        if (end != null && !interruptSeen) {
          boolean unused =
              Thread.interrupted(); // was meant for this exchange, not for what follows
        }
        return end;
      } finally {
        turn.unlock();
      }
    }

    /** Two interrupts at the same time are one: that of an exchange around this may be gone. */
    private void remindThoseAround() {
      for (Exchange other : underWay) {
        if (other.caller == caller) {
          other.remind();
        }
      }
    }

    /** Interrupts the caller again if this was ended and something has swallowed the interrupt. */
    public void remind() {
      turn.lock();
      try {
        if (end != null && !over) {
          caller.interrupt();
        }
      } finally {
        turn.unlock();
      }
    }

    private void end(End why) {
      turn.lock();
      try {
        if (!over && end == null) {
          end = why;
          caller.interrupt();
        }
      } finally {
        turn.unlock();
      }
    }
  }
}
