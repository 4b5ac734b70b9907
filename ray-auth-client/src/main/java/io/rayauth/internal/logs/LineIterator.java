package io.rayauth.internal.logs;

import io.rayauth.job.LogLine;
import java.util.Iterator;
import java.util.NoSuchElementException;
import org.jspecify.annotations.Nullable;

/** Iterates over what a follower delivers, one line ahead. Not thread-safe. */
public final class LineIterator implements Iterator<LogLine> {
  private final LogFollower follower;
  private @Nullable LogLine ahead;

  /** Creates an iterator; closing the follower is left to the caller. */
  public LineIterator(LogFollower follower) {
    this.follower = follower;
  }

  @Override
  public boolean hasNext() {
    if (ahead == null) {
      ahead = follower.next();
    }
    return ahead != null;
  }

  @Override
  public LogLine next() {
    LogLine next = hasNext() ? ahead : null;
    if (next == null) {
      throw new NoSuchElementException("the log is at its end");
    }
    ahead = null;
    return next;
  }
}
