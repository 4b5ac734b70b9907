package io.rayauth;

import io.rayauth.error.RayException;
import io.rayauth.job.JobId;
import io.rayauth.job.JobStatus;
import io.rayauth.job.PackageReport;
import io.rayauth.job.PackageUri;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * Is told what a client does, for metrics, traces and progress.
 *
 * <p>Every method is empty by default. They are called on whatever thread does the work, must be
 * thread-safe and fast and must not block; what they throw is logged and dropped. No method ever
 * gets a token.
 */
public interface RayClientListener {

  /**
   * Is called before a request is sent.
   *
   * @param method such as {@code POST}
   * @param path such as {@code /api/jobs/}
   * @param attempt 1 for the first
   */
  default void onAttempt(String method, String path, int attempt) {}

  /**
   * Is called before the pause that precedes another attempt.
   *
   * @param method such as {@code POST}
   * @param path such as {@code /api/jobs/}
   * @param attempt the attempt that failed, from 1
   * @param delay the pause
   * @param cause what failed
   */
  default void onRetry(
      String method, String path, int attempt, Duration delay, RayException cause) {}

  /**
   * Is called when a new token was fetched.
   *
   * @param expiresAt when it expires, null if that is not known
   */
  default void onTokenRefreshed(@Nullable Instant expiresAt) {}

  /**
   * Is called when a token could not be fetched in the background; the one in use is still good.
   *
   * @param cause what failed
   * @param retryAt when it will be tried again
   */
  default void onTokenRefreshFailed(RayException cause, Instant retryAt) {}

  /**
   * Is called when a folder or file that a job needs was read, before anything of it is sent. It
   * tells of files that look like secrets, and of what was left out.
   *
   * @param report what is in the package; its outcome is {@link PackageReport.Outcome#READ}
   */
  default void onPackageRead(PackageReport report) {}

  /**
   * Is called while a package is uploaded.
   *
   * @param uri the package
   * @param sentBytes how much was handed to the network so far
   * @param totalBytes the size of the package
   */
  default void onUploadProgress(PackageUri uri, long sentBytes, long totalBytes) {}

  /**
   * Is called when a job that is being awaited, followed or watched has another status than when it
   * was last looked at.
   *
   * @param id the job
   * @param from the status before, null at the first look
   * @param to the status now
   */
  default void onStatusChange(JobId id, @Nullable JobStatus from, JobStatus to) {}

  /**
   * Is called when a {@link JobWatcher} gets no answer, or a refusal, after it had answers before.
   * It goes on looking at growing intervals, and fails nobody who waits before their time is up.
   *
   * @param cause what the first look in the outage failed with
   */
  default void onOutage(RayException cause) {}

  /**
   * Is called when a {@link JobWatcher} gets answers again.
   *
   * @param lasted the time since the look that failed first began
   */
  default void onOutageEnd(Duration lasted) {}
}
