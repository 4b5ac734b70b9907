package io.rayauth.internal.watch;

import io.rayauth.error.JobNotFoundException;
import io.rayauth.error.RayApiException;
import io.rayauth.error.RayAuthException;
import io.rayauth.error.RayDecodeException;
import io.rayauth.error.RayException;
import io.rayauth.error.RayInterruptedException;
import io.rayauth.job.JobDetails;
import io.rayauth.job.JobId;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Is one look at all jobs that are watched, and what it found. Not thread-safe. */
final class Look {
  /** Instead of a number of records. */
  static final long UNKNOWN = -1;

  private final long number;
  private final Map<JobId, WatchedJob> jobs;
  private final Map<WatchedJob, JobDetails> changes = new LinkedHashMap<>();
  private final Map<WatchedJob, JobNotFoundException> gone = new LinkedHashMap<>();

  /** Stands for the list that arrives now. */
  private Object list = new Object();

  private long found;
  private long records = UNKNOWN;
  private @Nullable RayException failure;

  /** Creates a look at jobs that may be added and removed meanwhile. */
  Look(long number, Map<JobId, WatchedJob> jobs) {
    this.number = number;
    this.jobs = jobs;
  }

  Map<WatchedJob, JobDetails> changes() {
    return changes;
  }

  Map<WatchedJob, JobNotFoundException> gone() {
    return gone;
  }

  /** Returns what failed, null if the cluster answered. */
  @Nullable RayException failure() {
    return failure;
  }

  /** Returns how many records the cluster has, {@link #UNKNOWN} if this look did not find out. */
  long records() {
    return records;
  }

  /**
   * Asks for each job. An answer that makes no sense is that of one job; where there is none, or a
   * refusal, the others are left alone.
   */
  void oneByOne(ClusterLook cluster, List<WatchedJob> wanted) {
    for (WatchedJob job : wanted) {
      try {
        see(job, cluster.one(job.id()));
      } catch (RayInterruptedException closing) {
        throw closing;
      } catch (JobNotFoundException e) {
        gone.put(job, e);
      } catch (RayException e) {
        failure = e;
        if (e instanceof RayAuthException
            || !(e instanceof RayApiException || e instanceof RayDecodeException)) {
          return;
        }
      }
    }
  }

  /** Asks for the list. What is missing in one list is looked for in the next before it is gone. */
  void all(ClusterLook cluster, int wanted) {
    try {
      cluster.all(this::begin, this::seeListed);
    } catch (RayInterruptedException closing) {
      throw closing;
    } catch (RayException e) {
      changes.clear(); // of a list that broke off
      records = UNKNOWN;
      failure = e;
      return;
    }
    if (found < wanted) {
      List<WatchedJob> missing = new ArrayList<>();
      jobs.values().stream().filter(job -> job.isMissingIn(list, number)).forEach(missing::add);
      missing.stream()
          .filter(WatchedJob::missedAgain)
          .forEach(job -> gone.put(job, ClusterLook.missing(job.id(), records)));
    }
  }

  private void begin() {
    changes.clear();
    found = 0;
    records = 0;
    list = new Object();
  }

  /** A job may be watched by the id of its driver, which the list has beside its own. */
  private void seeListed(JobDetails job) {
    records++;
    see(jobs.get(job.id()), job);
    job.rayJobId()
        .map(JobId::new)
        .filter(id -> !id.equals(job.id()))
        .map(jobs::get)
        .ifPresent(watched -> see(watched, job));
  }

  private void see(@Nullable WatchedJob watched, JobDetails job) {
    if (watched == null) {
      return;
    }
    if (watched.isOlderThan(number)) {
      found++;
    }
    if (watched.seen(job, list)) {
      changes.put(watched, job);
    }
  }
}
