package io.rayauth;

import io.rayauth.error.JobNotFoundException;
import io.rayauth.error.RayInterruptedException;
import io.rayauth.internal.http.ApiRequest;
import io.rayauth.internal.http.ApiResponse;
import io.rayauth.internal.json.JobCodec;
import io.rayauth.job.JobDetails;
import io.rayauth.job.JobId;
import io.rayauth.time.TimeSource;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.Optional;
import java.util.function.Function;

/**
 * Deletes the record of a job for good.
 *
 * <p>Ray's monitor, which looks once a second, takes a job whose record is gone for one that died
 * and writes a new record ({@code JobManager._monitor_job_internal}); so after the deletion of a
 * job that ended a moment ago this looks for such a record and deletes it too.
 */
final class RecordDeletion {
  private static final Duration RECORD_RETURNS_WITHIN = Duration.ofSeconds(4);
  private static final Duration BETWEEN_LOOKS = Duration.ofMillis(400);

  private final Function<ApiRequest, ApiResponse> calls;
  private final TimeSource time;

  RecordDeletion(Function<ApiRequest, ApiResponse> calls, TimeSource time) {
    this.calls = calls;
    this.time = time;
  }

  void delete(JobId id, String path) {
    ApiResponse found = calls.apply(ApiRequest.of("GET", path));
    deleteOnce(path);
    if (!endedRecently(found)) {
      return;
    }
    long until = time.nanoTime() + RECORD_RETURNS_WITHIN.toNanos();
    while (time.nanoTime() < until) {
      pause(id);
      Optional<JobDetails> record = record(path);
      if (record.isPresent()) {
        if (isMonitors(record.get())) {
          deleteOnce(path);
        }
        return;
      }
    }
  }

  /** A retry after a lost answer finds nothing to delete, and that is fine too. */
  private void deleteOnce(String path) {
    try {
      ApiResponse unused = calls.apply(ApiRequest.of("DELETE", path));
    } catch (JobNotFoundException gone) {
      // which is what was wanted
    }
  }

  private Optional<JobDetails> record(String path) {
    try {
      return Optional.of(JobCodec.job(calls.apply(ApiRequest.of("GET", path)).body()));
    } catch (JobNotFoundException gone) {
      return Optional.empty();
    }
  }

  /** A job that was submitted under the same id meanwhile has a start. */
  private static boolean isMonitors(JobDetails record) {
    return record.status().isTerminal() && record.startedAt().isEmpty();
  }

  /** Compares the end of the job with the server's own clock, as ours may differ. */
  private static boolean endedRecently(ApiResponse found) {
    Optional<Instant> ended = JobCodec.job(found.body()).endedAt();
    if (ended.isEmpty()) {
      return true;
    }
    try {
      Instant now =
          ZonedDateTime.parse(found.header("Date").orElse(""), DateTimeFormatter.RFC_1123_DATE_TIME)
              .toInstant();
      return ended.get().plus(RECORD_RETURNS_WITHIN).isAfter(now);
    } catch (DateTimeException e) {
      return true;
    }
  }

  private void pause(JobId id) {
    try {
      time.sleep(BETWEEN_LOOKS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new RayInterruptedException("interrupted while deleting job " + id, e);
    }
  }
}
