package io.rayauth.kubernetes;

import io.rayauth.error.RayInterruptedException;
import io.rayauth.kubernetes.RayKubernetesException.Reason;
import io.rayauth.time.TimeSource;
import java.time.Duration;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** Waits for something to happen to a RayJob. */
final class RayJobWait {
  private static final Duration PAUSE = Duration.ofSeconds(1);

  private final RayJobs jobs;
  private final TimeSource time;
  private final RayJobRef ref;
  private final Duration timeout;
  private final long start;

  RayJobWait(RayJobs jobs, TimeSource time, RayJobRef ref, Duration timeout) {
    this.jobs = jobs;
    this.time = time;
    this.ref = ref;
    this.timeout = timeout;
    this.start = time.nanoTime();
  }

  /**
   * Waits.
   *
   * @param happened completes "has not …"
   */
  RayJob until(
      String happened, Predicate<? super RayJob> condition, Consumer<? super RayJob> changes) {
    String seen = "";
    while (true) {
      RayJob job = null;
      RayKubernetesException unreachable = null;
      try {
        job = look();
      } catch (RayKubernetesException e) {
        if (e.reason() != Reason.UNREACHABLE) {
          throw e;
        }
        unreachable = e; // the API server may be back before the time is over
      }
      if (job != null) {
        if (!seen.equals(job.resourceVersion())) {
          seen = job.resourceVersion();
          changes.accept(job);
        }
        if (condition.test(job)) {
          return job;
        }
        failIfNobodyLooks(job);
      }
      if (waited().compareTo(timeout) >= 0) {
        throw outOfTime(happened, job, unreachable);
      }
      pause();
    }
  }

  private RayJob look() {
    return jobs.find(ref)
        .orElseThrow(() ->
            new RayKubernetesException(
                Reason.NOT_FOUND,
                "there is no RayJob '%s' in namespace '%s'%s"
                    .formatted(
                        ref.name(),
                        ref.namespace(),
                        waited().compareTo(PAUSE) < 0 ? "" : " any more"),
                null));
  }

  private void failIfNobodyLooks(RayJob job) {
    if (job.deploymentStatus().isEmpty() && waited().compareTo(ReadyWait.SILENCE) >= 0) {
      throw new RayKubernetesException(
          Reason.OPERATOR_MISSING,
          "no operator has looked at RayJob %s for %d s: check that the KubeRay operator runs and watches namespace '%s'"
              .formatted(ref, waited().toSeconds(), ref.namespace()),
          null);
    }
  }

  private RayKubernetesException outOfTime(
      String happened, @Nullable RayJob job, @Nullable RayKubernetesException unreachable) {
    if (job == null) {
      return new RayKubernetesException(
          Reason.UNREACHABLE,
          "RayJob %s could not be looked at for the last of %d s: %s"
              .formatted(
                  ref, timeout.toSeconds(), unreachable == null ? "" : unreachable.getMessage()),
          unreachable);
    }
    return new RayKubernetesException(
        Reason.NOT_READY,
        "RayJob %s has not %s after %d s, and stays: %s"
            .formatted(ref, happened, waited().toSeconds(), job.inWords()),
        null);
  }

  private Duration waited() {
    return Duration.ofNanos(time.nanoTime() - start);
  }

  private void pause() {
    Duration left = timeout.minus(waited());
    try {
      time.sleep(left.compareTo(PAUSE) < 0 ? left : PAUSE);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new RayInterruptedException("interrupted while waiting for RayJob " + ref, e);
    }
  }
}
