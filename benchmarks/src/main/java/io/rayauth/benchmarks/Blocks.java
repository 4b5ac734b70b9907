package io.rayauth.benchmarks;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/** Runs one call many times and tells what that took. */
final class Blocks implements AutoCloseable {
  private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

  private final ExecutorService callers;
  private final int concurrency;

  Blocks(int concurrency) {
    this.concurrency = concurrency;
    this.callers = Executors.newFixedThreadPool(concurrency);
  }

  /** Returns the nanoseconds for calls one after another. */
  static long nanos(Runnable call, int calls) {
    long start = System.nanoTime();
    repeat(call, calls);
    return System.nanoTime() - start;
  }

  /**
   * Returns the bytes that all threads together allocated for calls one after another: what the
   * HTTP client's own threads do for a call belongs to it.
   */
  static long bytes(Runnable call, int calls) {
    Map<Long, Long> before = allocated();
    repeat(call, calls);
    return allocated().entrySet().stream()
        .mapToLong(thread -> thread.getValue() - before.getOrDefault(thread.getKey(), 0L))
        .sum();
  }

  /** Returns the nanoseconds from the first call to the end of the last, all callers together. */
  long concurrentNanos(Runnable call, int callsEach) {
    List<Callable<Void>> shares = new ArrayList<>();
    for (int i = 0; i < concurrency; i++) {
      shares.add(() -> {
        repeat(call, callsEach);
        return null;
      });
    }
    long start = System.nanoTime();
    try {
      for (Future<Void> share : callers.invokeAll(shares)) {
        share.get();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted", e);
    } catch (ExecutionException e) {
      throw new IllegalStateException("a concurrent call failed", e);
    }
    return System.nanoTime() - start;
  }

  @Override
  public void close() {
    callers.shutdownNow();
  }

  private static void repeat(Runnable call, int calls) {
    for (int i = 0; i < calls; i++) {
      call.run();
    }
  }

  private static Map<Long, Long> allocated() {
    long[] ids = THREADS.getAllThreadIds();
    long[] bytes = THREADS.getThreadAllocatedBytes(ids);
    Map<Long, Long> allocated = new HashMap<>();
    for (int i = 0; i < ids.length; i++) {
      if (bytes[i] >= 0) { // -1 for a thread that has just ended
        allocated.put(ids[i], bytes[i]);
      }
    }
    return allocated;
  }
}
