package io.rayauth.internal.logs;

import io.rayauth.job.LogLine;
import java.util.Objects;
import java.util.concurrent.Executor;
import java.util.concurrent.Flow;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Publishes the lines of a log as they are asked for, by the rules of {@link Flow} and Reactive
 * Streams. Thread-safe.
 */
public final class LinePublisher implements Flow.Publisher<LogLine> {
  private final Supplier<LogFollower> followers;
  private final Executor executor;

  /** Creates a publisher that gives each subscriber a follower of its own. */
  public LinePublisher(Supplier<LogFollower> followers, Executor executor) {
    this.followers = followers;
    this.executor = executor;
  }

  @Override
  public void subscribe(Flow.Subscriber<? super LogLine> subscriber) {
    Objects.requireNonNull(subscriber, "subscriber");
    subscriber.onSubscribe(new Subscription(followers.get(), subscriber));
  }

  /** Works on the executor while lines are wanted, and holds no thread while none are. */
  private final class Subscription implements Flow.Subscription {
    private final LogFollower follower;
    private final Flow.Subscriber<? super LogLine> subscriber;
    private final ReentrantLock lock = new ReentrantLock();
    private long wanted;
    private @Nullable RuntimeException refusal;

    /** Whether work is under way, or handed to the executor. */
    private boolean running;

    private @Nullable Thread worker;

    /** Whether the subscriber gets no more signals. */
    private boolean over;

    Subscription(LogFollower follower, Flow.Subscriber<? super LogLine> subscriber) {
      this.follower = follower;
      this.subscriber = subscriber;
    }

    @Override
    public void request(long lines) {
      lock.lock();
      try {
        if (lines > 0) {
          wanted = lines < Long.MAX_VALUE - wanted ? wanted + lines : Long.MAX_VALUE;
        } else {
          refusal =
              new IllegalArgumentException("asked for " + lines + " lines; ask for 1 or more");
        }
        if (over || running) {
          return;
        }
        running = true;
      } finally {
        lock.unlock();
      }
      start();
    }

    @Override
    public void cancel() {
      lock.lock();
      try {
        over = true;
        if (!running) {
          follower.close();
        } else if (worker != null && worker != Thread.currentThread()) {
          worker.interrupt();
        }
      } finally {
        lock.unlock();
      }
    }

    private void start() {
      try {
        executor.execute(this::work);
      } catch (RejectedExecutionException e) {
        boolean told = end();
        rest();
        if (told) {
          subscriber.onError(e);
        }
      }
    }

    private void work() {
      begin();
      try {
        LogLine line = takesOne() ? next() : null;
        while (line != null) {
          subscriber.onNext(line);
          line = takesOne() ? next() : null;
        }
      } catch (RuntimeException | Error e) {
        boolean unused = end(); // thrown by the subscriber, which may not throw
        throw e;
      } finally {
        if (rest()) {
          start();
        }
      }
    }

    /** Waits for a line; null if there is none, which the subscriber was told. */
    private @Nullable LogLine next() {
      LogLine line;
      try {
        line = follower.next();
      } catch (RuntimeException e) {
        if (end()) {
          subscriber.onError(e);
        }
        return null;
      }
      if (line == null && end()) {
        subscriber.onComplete();
      }
      return line;
    }

    private void begin() {
      lock.lock();
      try {
        worker = Thread.currentThread();
      } finally {
        lock.unlock();
      }
    }

    private boolean takesOne() {
      RuntimeException refused;
      lock.lock();
      try {
        if (over || (wanted == 0 && refusal == null)) {
          return false;
        }
        if (wanted != Long.MAX_VALUE) {
          wanted--;
        }
        refused = refusal;
        over = refused != null;
      } finally {
        lock.unlock();
      }
      if (refused != null) {
        subscriber.onError(refused);
      }
      return refused == null;
    }

    /** Says that there are no more signals; false if there were none anyway. */
    private boolean end() {
      lock.lock();
      try {
        boolean first = !over;
        over = true;
        return first;
      } finally {
        lock.unlock();
      }
    }

    /** Gives the thread back and tells whether more was asked for in the last moment. */
    private boolean rest() {
      lock.lock();
      try {
        if (over) {
          follower.close();
          if (worker == Thread.currentThread()) {
            boolean unused =
                Thread.interrupted(); // by cancel(), and not for whoever works here next
          }
        }
        worker = null;
        running = !over && (wanted > 0 || refusal != null);
        return running;
      } finally {
        lock.unlock();
      }
    }
  }
}
