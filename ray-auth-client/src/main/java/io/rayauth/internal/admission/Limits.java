package io.rayauth.internal.admission;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Says how much a head is asked to bear.
 *
 * @param runningJobs how many jobs may not have ended, {@link #NONE} for any number
 * @param pendingJobs how many of them may not have begun
 * @param freeMemory what must be free on the head after a submission, in bytes; 0 for nothing
 * @param between the time from one submission to the next, null for none
 */
public record Limits(
    int runningJobs, int pendingJobs, long freeMemory, @Nullable Duration between) {
  /** Instead of a number. */
  public static final int NONE = Integer.MAX_VALUE;

  /** What a job takes on the head: the process of its supervisor (measured on Ray 2.60). */
  static final long JOB_MEMORY = 85L << 20;

  boolean areOnJobs() {
    return runningJobs != NONE || pendingJobs != NONE;
  }

  boolean areOnTheHead() {
    return areOnJobs() || freeMemory > 0;
  }

  /**
   * Says what stands in the way of one more job.
   *
   * @param unseen how many were submitted after the look or are being submitted now
   * @return null if there is room
   */
  @Nullable String obstacle(HeadLoad head, int unseen) {
    int pending = head.pending() + unseen;
    if (head.running() + pending >= runningJobs) {
      return "%,d jobs run and %,d have not begun, of %,d that may"
          .formatted(head.running(), pending, runningJobs);
    }
    if (pending >= pendingJobs) {
      return "%,d jobs have not begun, of %,d that may wait".formatted(pending, pendingJobs);
    }
    if (freeMemory == 0) {
      return null;
    }
    if (head.freeMemory().isEmpty()) {
      return "the dashboard does not tell the memory of the head";
    }
    long left = head.freeMemory().getAsLong() - (pending + 1) * JOB_MEMORY;
    return left >= freeMemory
        ? null
        : "the head would have %,d MB free, of %,d that it should"
            .formatted(left >> 20, freeMemory >> 20);
  }
}
