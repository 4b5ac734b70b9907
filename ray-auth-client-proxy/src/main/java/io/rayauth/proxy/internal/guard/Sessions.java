package io.rayauth.proxy.internal.guard;

import io.rayauth.proxy.ProxyLimits;
import io.rayauth.time.TimeSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Remembers which browsers are signed in. Thread-safe. */
final class Sessions {
  private final ProxyLimits limits;
  private final TimeSource time;
  private final Supplier<Load> loads;
  private final List<Session> sessions = new ArrayList<>();

  Sessions(ProxyLimits limits, TimeSource time, Supplier<Load> loads) {
    this.limits = limits;
    this.time = time;
    this.loads = loads;
  }

  synchronized Session create() {
    dropIdle();
    if (sessions.size() == limits.sessions()) {
      sessions.remove(
          sessions.stream().min(Comparator.comparingLong(this::nanosUntilIdle)).orElseThrow());
    }
    Session session = new Session(loads.get(), time.nanoTime());
    sessions.add(session);
    return session;
  }

  /**
   * Finds a session by what a browser sent as its cookie. There can be several: another server on
   * this machine may have set one of the same name, which comes along and must not shut out.
   */
  synchronized @Nullable Session find(List<String> guesses) {
    dropIdle();
    Session found = null;
    for (String guess : guesses) {
      for (Session session : sessions) {
        if (session.secret.equalsGuess(guess)) {
          found = session;
        }
      }
    }
    if (found != null) {
      found.lastUsed = time.nanoTime();
    }
    return found;
  }

  synchronized int count() {
    dropIdle();
    return sessions.size();
  }

  synchronized void close() {
    sessions.clear();
  }

  private void dropIdle() {
    sessions.removeIf(session -> nanosUntilIdle(session) <= 0);
  }

  private long nanosUntilIdle(Session session) {
    return limits.sessionIdle().toNanos() - (time.nanoTime() - session.lastUsed);
  }
}
