package io.rayauth.internal.token;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;

/** Runs each task on a daemon thread that is made for it and ends with it. */
final class RefreshThread implements Executor, AutoCloseable {
  private final Set<Thread> running = ConcurrentHashMap.newKeySet();

  @Override
  public void execute(Runnable task) {
    Thread thread = new Thread(null, () -> run(task), "ray-auth-token-refresh", 0, false);
    thread.setDaemon(true);
    running.add(thread); // here, so that close() misses none that is about to begin
    try {
      thread.start();
    } catch (Error e) { // there is no room for a thread
      running.remove(thread);
      throw e;
    }
  }

  /** Interrupts what runs now; later tasks still run. */
  @Override
  public void close() {
    running.forEach(Thread::interrupt);
  }

  private void run(Runnable task) {
    try {
      task.run();
    } finally {
      running.remove(Thread.currentThread());
    }
  }
}
