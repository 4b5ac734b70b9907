package io.rayauth.internal.call;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Is a future whose cancellation interrupts the thread that works for it; a plain one would let it
 * work on.
 *
 * @param <T> what comes of it
 */
public final class InterruptingFuture<T extends @Nullable Object> extends CompletableFuture<T> {
  private final ReentrantLock lock = new ReentrantLock();
  private @Nullable Thread worker;

  private InterruptingFuture() {}

  /** Runs a blocking call on an executor. */
  public static <T extends @Nullable Object> InterruptingFuture<T> run(
      Supplier<T> call, Executor executor) {
    InterruptingFuture<T> future = new InterruptingFuture<>();
    executor.execute(() -> future.work(call));
    return future;
  }

  @Override
  public boolean cancel(boolean mayInterruptIfRunning) {
    boolean cancelled = super.cancel(mayInterruptIfRunning);
    lock.lock();
    try {
      if (cancelled && worker != null) {
        worker.interrupt();
      }
    } finally {
      lock.unlock();
    }
    return cancelled;
  }

  private void work(Supplier<T> call) {
    if (!begin()) {
      return;
    }
    try {
      T result = call.get();
      end();
      complete(result);
    } catch (Throwable failure) {
      end();
      completeExceptionally(failure);
    }
  }

  private boolean begin() {
    lock.lock();
    try {
      if (isDone()) {
        return false;
      }
      worker = Thread.currentThread();
      return true;
    } finally {
      lock.unlock();
    }
  }

  /** Gives the thread back to its executor without an interrupt that was meant for this call. */
  private void end() {
    lock.lock();
    try {
      worker = null;
      if (isCancelled()) {
        boolean unused = Thread.interrupted();
      }
    } finally {
      lock.unlock();
    }
  }
}
