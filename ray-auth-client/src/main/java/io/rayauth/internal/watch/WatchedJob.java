package io.rayauth.internal.watch;

import io.rayauth.job.JobDetails;
import io.rayauth.job.JobId;
import io.rayauth.job.JobStatus;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Holds what is known of one job and who waits for it. The details are not kept: metadata and
 * environment of ten thousand jobs would be most of the memory.
 *
 * <p>Guarded by the lock of the board, except where it says otherwise.
 */
final class WatchedJob {
  private final JobId id;
  private final long addedIn;
  private final List<Waiter> waiters = new ArrayList<>(1);

  /** Written under the lock by the thread that looks, which reads it without. */
  private volatile @Nullable JobStatus status;

  /** Whether somebody waits who has not been told the status; read without the lock. */
  private volatile boolean isNews;

  /** Used by the thread that looks only. */
  private @Nullable Object seenIn;

  private boolean missed;

  /** Creates a job nobody waits for yet, which lists fetched before do not know. */
  WatchedJob(JobId id, long looksBegun) {
    this.id = id;
    this.addedIn = looksBegun;
  }

  JobId id() {
    return id;
  }

  @Nullable JobStatus status() {
    return status;
  }

  List<Waiter> waiters() {
    return List.copyOf(waiters);
  }

  void add(Waiter waiter) {
    waiters.add(waiter);
    isNews = true;
  }

  /** Tells whether nobody waits any more. */
  boolean remove(Waiter waiter) {
    waiters.remove(waiter);
    return waiters.isEmpty();
  }

  /** Notes that a list has the job, and tells whether that is worth telling. */
  boolean seen(JobDetails job, Object list) {
    seenIn = list;
    missed = false;
    return isNews || !job.status().equals(status);
  }

  /** Tells whether somebody waited for it when that look began. */
  boolean isOlderThan(long look) {
    return addedIn < look;
  }

  /** Tells whether the job was there when the list was asked for, and is missing in it. */
  @SuppressWarnings("ReferenceEquality") // a list is equal to itself only
  boolean isMissingIn(Object list, long look) {
    return seenIn != list && isOlderThan(look);
  }

  /** Tells whether it was missing in the list before, too. */
  boolean missedAgain() {
    boolean before = missed;
    missed = true;
    return before;
  }

  /** Takes over what was seen and returns the status before. */
  @Nullable JobStatus update(JobStatus now) {
    JobStatus before = status;
    status = now;
    isNews = false;
    return before;
  }
}
