package io.rayauth.internal.logs;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** Is one reading of a job's log from its start, by one thread. */
interface LogReading extends AutoCloseable {

  /**
   * Waits for the next piece of text.
   *
   * @return the empty string if nothing came in time, null at the end of this reading
   */
  @Nullable String next(Duration patience) throws InterruptedException;

  /** Tells, at the end, whether the log was read to where it ended when this reading began. */
  boolean isWhole();

  /** Drops the connection; does nothing the second time. */
  @Override
  void close();
}
