package io.rayauth.kubernetes.internal.tunnel;

import io.rayauth.error.RayInterruptedException;
import io.rayauth.kubernetes.RayKubernetesException;
import io.rayauth.kubernetes.RayKubernetesException.Reason;
import io.rayauth.time.TimeSource;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Remembers the head pod until it is found to be lost, and then waits for the next one: one thread
 * asks the API server, others wait for what it finds.
 */
final class HeadTarget {
  /** Small against the two seconds in which a new head is to be reached. */
  private static final Duration POLL = Duration.ofMillis(250);

  private final Supplier<HeadPodFinder.Found> search;
  private final TimeSource time;
  private final Consumer<HeadPod> onFound;
  private final ReentrantLock lock = new ReentrantLock();
  private volatile @Nullable HeadPod current;

  /**
   * Creates a target that is not known yet.
   *
   * @param onFound is told each pod that was found
   */
  HeadTarget(Supplier<HeadPodFinder.Found> search, TimeSource time, Consumer<HeadPod> onFound) {
    this.search = search;
    this.time = time;
    this.onFound = onFound;
  }

  /**
   * Returns the head pod, or waits for one.
   *
   * @param until when to give up, as a {@link TimeSource#nanoTime()}
   * @throws RayKubernetesException if there is none by then, or waiting is in vain
   */
  HeadPod await(long until) {
    HeadPod known = current;
    if (known != null) {
      return known;
    }
    try {
      if (!lock.tryLock(until - time.nanoTime(), TimeUnit.NANOSECONDS)) {
        throw new RayKubernetesException(
            Reason.NOT_READY, "the search for the head pod took too long", null);
      }
      try {
        return search(until);
      } finally {
        lock.unlock();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new RayInterruptedException("interrupted while waiting for the head pod", e);
    }
  }

  /** Forgets a pod that could not be reached. */
  void lost(HeadPod pod) {
    if (pod.equals(current)) {
      current = null;
    }
  }

  private HeadPod search(long until) throws InterruptedException {
    while (true) {
      HeadPod known = current;
      if (known != null) {
        return known;
      }
      HeadPodFinder.Found found = search.get();
      if (found.pod() != null) {
        current = found.pod();
        onFound.accept(found.pod());
        return found.pod();
      }
      if (time.nanoTime() + POLL.toNanos() >= until) {
        throw new RayKubernetesException(Reason.NOT_READY, found.why(), null);
      }
      time.sleep(POLL);
    }
  }
}
