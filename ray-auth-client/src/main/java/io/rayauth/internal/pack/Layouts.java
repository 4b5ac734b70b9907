package io.rayauth.internal.pack;

import io.rayauth.job.PackageUri;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Remembers how packages are laid out whose name does not tell it: Ray gives a folder one name,
 * whether it is a working directory or a module, and what is there already is not sent again.
 *
 * <p>Thread-safe. Knows what one client did, and forgets what was not used for long: the cluster
 * tells whether it has a name, and nobody what it stands for.
 */
final class Layouts {
  private static final int MOST = 4096;

  private final ReentrantLock lock = new ReentrantLock();

  /** Guarded by the lock. */
  private final Map<PackageUri, String> byName =
      new LinkedHashMap<>(16, 0.75f, true) {
        @Override
        protected boolean removeEldestEntry(Map.Entry<PackageUri, String> eldest) {
          return size() > MOST;
        }
      };

  /** Tells whether a name can stand for this layout, which it does from now on if it was free. */
  boolean fits(PackageUri name, String layout) {
    lock.lock();
    try {
      return byName.computeIfAbsent(name, free -> layout).equals(layout);
    } finally {
      lock.unlock();
    }
  }
}
