package io.rayauth.proxy.internal.guard;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Iterator;

/** Keeps the keys of the links that nobody has opened yet. Thread-safe. */
final class Links {
  /** As many links as somebody could have at hand; the oldest gives way to one more. */
  static final int MOST = 16;

  private final Deque<Secret> unused = new ArrayDeque<>();

  synchronized Secret create() {
    if (unused.size() == MOST) {
      unused.removeFirst();
    }
    Secret key = Secret.create();
    unused.addLast(key);
    return key;
  }

  /** Uses a key up; tells whether there was one to use up. */
  synchronized boolean redeem(String guess) {
    boolean found = false;
    for (Iterator<Secret> keys = unused.iterator(); keys.hasNext(); ) {
      if (keys.next().equalsGuess(guess)) {
        keys.remove();
        found = true;
      }
    }
    return found;
  }

  synchronized void close() {
    unused.clear();
  }
}
