package io.rayauth.testkit.internal;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import java.util.regex.Pattern;

/** Holds the faults that wait for their request; each is used once. */
public final class FaultScript {
  /** Whether a fault comes before the request is handled or takes its answer away. */
  public enum Moment {
    BEFORE,
    AFTER
  }

  /** One fault and when it strikes. */
  public record Step(Moment moment, FaultPlan plan) {}

  private record Rule(String method, Pattern path, Step step) {}

  private final ReentrantLock lock = new ReentrantLock();
  private final List<Rule> rules = new ArrayList<>();

  /** Adds a fault for the next request that matches; a star in the path stands for one segment. */
  public void add(String method, String path, Step step) {
    StringBuilder pattern = new StringBuilder();
    for (String literal : path.split("\\*", -1)) {
      pattern.append(pattern.isEmpty() ? "" : "[^/]*").append(Pattern.quote(literal));
    }
    lock.lock();
    try {
      rules.add(new Rule(method, Pattern.compile(pattern.toString()), step));
    } finally {
      lock.unlock();
    }
  }

  /** Takes out the oldest fault that matches. */
  Optional<Step> take(Request request) {
    lock.lock();
    try {
      for (Iterator<Rule> left = rules.iterator(); left.hasNext(); ) {
        Rule rule = left.next();
        if (rule.method().equals(request.method())
            && rule.path().matcher(request.path()).matches()) {
          left.remove();
          return Optional.of(rule.step());
        }
      }
      return Optional.empty();
    } finally {
      lock.unlock();
    }
  }

  /** Tells how many faults still wait. */
  public int waiting() {
    lock.lock();
    try {
      return rules.size();
    } finally {
      lock.unlock();
    }
  }
}
