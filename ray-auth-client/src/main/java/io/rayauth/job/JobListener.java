package io.rayauth.job;

import org.jspecify.annotations.Nullable;

/**
 * Is told what becomes of a job that is watched.
 *
 * <p>Every method is empty by default. The calls about one job come one after the other, in order;
 * those about several jobs can come at once, if the executor of the watcher has several threads.
 * What a method throws is logged and dropped.
 */
public interface JobListener {

  /**
   * Is called at the first look at the job and whenever its status is another one than before. A
   * status that did not last until the next look is never seen.
   *
   * @param job the job now
   * @param before the status that was told last, null at the first look
   */
  default void onStatus(JobDetails job, @Nullable JobStatus before) {}

  /**
   * Is called after the last {@code onStatus}, when the job has ended. Nothing follows.
   *
   * @param job the job with a terminal status
   */
  default void onEnd(JobDetails job) {}

  /**
   * Is called when the cluster has no such job: its record was deleted, or the cluster restarted
   * without persistent storage. Nothing follows.
   *
   * @param id the job
   */
  default void onGone(JobId id) {}
}
