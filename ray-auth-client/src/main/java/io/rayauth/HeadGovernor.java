package io.rayauth;

import io.rayauth.error.RayInterruptedException;
import io.rayauth.error.RayTransportException;
import io.rayauth.internal.admission.Admissions;
import io.rayauth.internal.admission.Housekeeping;
import io.rayauth.internal.admission.Limits;
import io.rayauth.job.AdmissionTimeoutException;
import io.rayauth.job.JobSpec;
import io.rayauth.job.QueuePlace;
import io.rayauth.job.Submission;
import java.time.Duration;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Holds submissions back until the head of a cluster can bear another job, and deletes records that
 * nobody needs any more.
 *
 * <p>Every job has a process on the head, of about 85 MB before it does anything, so a burst of a
 * hundred can kill it. Whoever submits through a governor waits for a turn instead: a higher {@link
 * QueuePlace#withPriority priority} goes first, groups of one priority take turns, and within a
 * group the first to come goes first. No limit is set unless a method of {@link Builder} sets it.
 *
 * <p>One governor serves any number of clients of the same cluster in one process: it looks with
 * the client it was built for, and runs whatever submits, {@link JobClient#submit} of another
 * client included. It does not know of submissions elsewhere before they are jobs: two programs
 * with a limit of ten each can make eleven.
 *
 * <p>While somebody waits, it looks at the head with pauses of one second or more, as a {@link
 * JobWatcher} does, and admits nobody while the head does not answer. Thread-safe. Its threads are
 * daemons and exist only while somebody waits; that of the housekeeping until the end.
 */
public final class HeadGovernor implements AutoCloseable {
  private final JobClient client;
  private final Admissions admissions;
  private final @Nullable Housekeeping housekeeping;

  private HeadGovernor(
      JobClient client, Admissions admissions, @Nullable Housekeeping housekeeping) {
    this.client = client;
    this.admissions = admissions;
    this.housekeeping = housekeeping;
  }

  /**
   * Starts a governor.
   *
   * @param client looks at the head; stays the caller's to close, after the governor
   * @return a builder
   */
  public static Builder builder(JobClient client) {
    return new Builder(client);
  }

  /**
   * Waits for a turn and submits a job with the client of this governor.
   *
   * @param spec what to run
   * @return what {@link JobClient#submit} returns; what it throws is thrown
   * @throws RayInterruptedException if the thread is interrupted; while it waited, nothing was
   *     submitted
   * @throws RayTransportException if the governor is closed while this waits; nothing was submitted
   */
  public Submission submit(JobSpec spec) {
    return run(QueuePlace.ordinary(), () -> client.submit(spec));
  }

  /**
   * Waits for a turn and uses it for a call, on the calling thread. An interrupt while it waits
   * takes it out of the queue.
   *
   * @param place where to stand in the queue
   * @param submission submits one job to the cluster of this governor, and does not wait for its
   *     end: as long as it runs, its job is counted as one that has not begun
   * @param <T> what it returns
   * @return what it returned; what it throws is thrown
   * @throws AdmissionTimeoutException if the patience of the place was too short; nothing was
   *     submitted
   * @throws RayInterruptedException if the thread is interrupted; while it waited, nothing was
   *     submitted
   * @throws RayTransportException if the governor is closed while this waits; nothing was submitted
   */
  public <T> T run(QueuePlace place, Supplier<T> submission) {
    return admissions.run(place, submission);
  }

  /** Sends everybody who waits away and ends the threads; does nothing the second time. */
  @Override
  public void close() {
    admissions.close();
    if (housekeeping != null) {
      housekeeping.close();
    }
  }

  /** Configures a governor. Not thread-safe. */
  public static final class Builder {
    private static final Duration FOREVER = Duration.ofDays(365_000);
    private static final double LONGEST_BETWEEN = 1e18; // 30 years, in nanoseconds
    private static final int ANY_NUMBER = Integer.MAX_VALUE;

    private final JobClient client;
    private int runningJobs = Limits.NONE;
    private int pendingJobs = Limits.NONE;
    private long freeMemory;
    private @Nullable Duration between;
    private Duration oldest = FOREVER;
    private int most = ANY_NUMBER;

    private Builder(JobClient client) {
      this.client = client;
    }

    /**
     * Limits how many jobs may not have ended, those that have not begun included. Default: any
     * number.
     *
     * @param jobs 1 or more
     * @return this builder
     * @throws IllegalArgumentException if it is less than 1
     */
    public Builder maxRunningJobs(int jobs) {
      this.runningJobs = atLeastOne(jobs);
      return this;
    }

    /**
     * Limits how many jobs may have been submitted and not begun. Default: any number.
     *
     * @param jobs 1 or more
     * @return this builder
     * @throws IllegalArgumentException if it is less than 1
     */
    public Builder maxPendingJobs(int jobs) {
      this.pendingJobs = atLeastOne(jobs);
      return this;
    }

    /**
     * Limits how many submissions begin in one second; they are spread evenly. Default: any number.
     *
     * @param submissions more than zero, such as 0.5 for one in two seconds
     * @return this builder
     * @throws IllegalArgumentException if it is not more than zero
     */
    public Builder maxSubmissionsPerSecond(double submissions) {
      if (!(submissions > 0)) {
        throw new IllegalArgumentException(
            "at most " + submissions + " submissions per second would be none");
      }
      this.between = Duration.ofNanos((long) Math.min(1e9 / submissions, LONGEST_BETWEEN));
      return this;
    }

    /**
     * Admits a job only if so much memory of the head stays free, as the dashboard reports it and
     * with 85 MB taken off for each job that has not begun. Default: it is not looked at.
     *
     * @param bytes more than zero
     * @return this builder
     * @throws IllegalArgumentException if it is not more than zero
     */
    public Builder minFreeHeadMemory(long bytes) {
      if (bytes <= 0) {
        throw new IllegalArgumentException("free memory of " + bytes + " bytes would be no limit");
      }
      this.freeMemory = bytes;
      return this;
    }

    /**
     * Has the records of jobs deleted that ended a time ago. Default: they are kept.
     *
     * @param age compared with this machine's clock; records stay for a minute in any case
     * @return this builder
     * @throws IllegalArgumentException if it is negative
     */
    public Builder deleteFinishedAfter(Duration age) {
      if (age.isNegative()) {
        throw new IllegalArgumentException("no job ended " + age + " ago");
      }
      this.oldest = age;
      return this;
    }

    /**
     * Has the records of ended jobs deleted, those that ended first, where there are more. Default:
     * they are kept.
     *
     * @param records 0 or more; records stay for a minute in any case
     * @return this builder
     * @throws IllegalArgumentException if it is negative
     */
    public Builder keepFinishedAtMost(int records) {
      if (records < 0) {
        throw new IllegalArgumentException(records + " records cannot be kept");
      }
      this.most = records;
      return this;
    }

    /**
     * Creates the governor; asks the cluster nothing, except for its jobs if records are to be
     * deleted.
     *
     * @return a governor to share and to close
     */
    public HeadGovernor build() {
      Limits limits = new Limits(runningJobs, pendingJobs, freeMemory, between);
      boolean deletes = !oldest.equals(FOREVER) || most != ANY_NUMBER;
      return new HeadGovernor(
          client,
          client.newAdmissions(limits),
          deletes ? client.newHousekeeping(oldest, most) : null);
    }

    private static int atLeastOne(int jobs) {
      if (jobs < 1) {
        throw new IllegalArgumentException("at most " + jobs + " jobs would be none");
      }
      return jobs;
    }
  }
}
