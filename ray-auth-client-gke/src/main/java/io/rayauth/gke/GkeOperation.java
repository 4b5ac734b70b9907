package io.rayauth.gke;

import com.google.api.services.container.model.Metric;
import com.google.api.services.container.model.Operation;
import io.rayauth.error.RayInterruptedException;
import io.rayauth.gke.GkeException.Reason;
import io.rayauth.gke.internal.api.ContainerApi;
import io.rayauth.time.TimeSource;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Is something that GKE does to a cluster for some minutes: creating or deleting it. It goes on
 * whether anybody waits for it or not.
 *
 * <p>Immutable and thread-safe.
 */
public final class GkeOperation {
  private static final Duration FIRST_PAUSE = Duration.ofSeconds(1);
  private static final Duration LONGEST_PAUSE = Duration.ofSeconds(10);
  private static final String TOTAL = "_TOTAL";

  /** What a refusal to cancel may look like. */
  private static final Set<Reason> WILL_NOT =
      Set.of(Reason.INVALID, Reason.CONFLICT, Reason.NOT_FOUND, Reason.OTHER);

  private final ContainerApi api;
  private final TimeSource time;
  private final GkeClusterRef cluster;
  private final String doing;
  private final @Nullable String name;

  private GkeOperation(
      ContainerApi api,
      TimeSource time,
      GkeClusterRef cluster,
      String doing,
      @Nullable String name) {
    this.api = api;
    this.time = time;
    this.cluster = cluster;
    this.doing = doing;
    this.name = name;
  }

  static GkeOperation running(
      ContainerApi api, TimeSource time, GkeClusterRef cluster, String doing, Operation operation) {
    return new GkeOperation(api, time, cluster, doing, operation.getName());
  }

  /** Returns one that has nothing to do, because all is as it is to be. */
  static GkeOperation nothing(
      ContainerApi api, TimeSource time, GkeClusterRef cluster, String doing) {
    return new GkeOperation(api, time, cluster, doing, null);
  }

  /** Names the states of an operation. */
  public enum State {
    /** It waits for its turn. */
    PENDING,
    /** It is under way. */
    RUNNING,
    /** It has ended. */
    DONE,
    /** It was cancelled and is being taken back. */
    ABORTING,
    /** Something that GKE did not have when this was written. */
    UNKNOWN
  }

  /**
   * Tells how far an operation is.
   *
   * @param state its state
   * @param detail what GKE says about it, such as {@code nodes ready 1/2}; empty if nothing
   */
  public record Progress(State state, String detail) {}

  /**
   * Returns which cluster it is about.
   *
   * @return the cluster
   */
  public GkeClusterRef cluster() {
    return cluster;
  }

  /**
   * Looks once how far it is.
   *
   * @return the progress
   * @throws GkeException if GKE's API refuses or does not answer, or if the operation failed
   * @throws io.rayauth.token.TokenUnavailableException if there are no usable Google credentials
   */
  public Progress progress() {
    if (name == null) {
      return new Progress(State.DONE, "");
    }
    Operation operation = api.operation(cluster, name);
    State state = state(operation);
    if (state == State.DONE && failure(operation) != null) {
      throw new GkeException(
          Reason.FAILED, "%s failed: %s".formatted(doing, failure(operation)), null);
    }
    return new Progress(state, detail(operation));
  }

  /**
   * Waits until it has ended.
   *
   * @param timeout how long; creating a cluster takes five to ten minutes
   * @throws GkeException if it failed, with GKE's words; if it has not ended in time, which ends
   *     the waiting only; or if GKE's API refuses
   * @throws io.rayauth.token.TokenUnavailableException if Google gives no token any more, which
   *     ends the waiting only
   * @throws RayInterruptedException if the thread is interrupted, which ends the waiting only
   */
  public void await(Duration timeout) {
    await(timeout, progress -> {});
  }

  /**
   * Waits until it has ended, and tells of progress.
   *
   * @param timeout how long; creating a cluster takes five to ten minutes
   * @param listener is called on this thread with the first progress and with each that differs
   * @throws GkeException if it failed, with GKE's words; if it has not ended in time, which ends
   *     the waiting only; or if GKE's API refuses
   * @throws io.rayauth.token.TokenUnavailableException if Google gives no token any more, which
   *     ends the waiting only
   * @throws RayInterruptedException if the thread is interrupted, which ends the waiting only
   */
  public void await(Duration timeout, Consumer<Progress> listener) {
    long start = time.nanoTime();
    Duration pause = FIRST_PAUSE;
    Progress last = null;
    while (true) {
      GkeException missed = null;
      try {
        Progress now = progress();
        if (!now.equals(last)) {
          listener.accept(now);
        }
        last = now;
        if (now.state() == State.DONE) {
          return;
        }
      } catch (GkeException e) {
        if (e.reason() != Reason.UNREACHABLE && e.reason() != Reason.QUOTA) {
          throw e;
        }
        missed = e; // the operation goes on; the API may answer the next time
      }
      Duration left = timeout.minusNanos(time.nanoTime() - start);
      if (left.isNegative() || left.isZero()) {
        throw new GkeException(
            Reason.NOT_READY,
            "%s has not ended within %d seconds%s; it goes on: wait again, or cancel() it"
                .formatted(
                    doing,
                    timeout.toSeconds(),
                    last == null ? "" : " (" + last.state() + " " + last.detail() + ")"),
            missed);
      }
      sleep(pause.compareTo(left) < 0 ? pause : left);
      Duration doubled = pause.multipliedBy(2);
      pause = doubled.compareTo(LONGEST_PAUSE) < 0 ? doubled : LONGEST_PAUSE;
    }
  }

  /**
   * Asks GKE to give it up and take back what was done. Returns when GKE has accepted that, before
   * it has happened: {@link #await(Duration)} then fails with {@link Reason#FAILED}.
   *
   * <p>GKE promises this for upgrades of nodes only. It may refuse to cancel the creation of a
   * cluster, and also to delete the cluster while it is being created: what helps then is to wait
   * until it has ended, and to delete it.
   *
   * @throws GkeException if GKE will not cancel it
   * @throws io.rayauth.token.TokenUnavailableException if there are no usable Google credentials
   */
  public void cancel() {
    if (name == null) {
      return;
    }
    try {
      api.cancel(cluster, name);
    } catch (GkeException e) {
      if (!WILL_NOT.contains(e.reason())) {
        throw e;
      }
      throw new GkeException(
          e.reason(),
          e.getMessage()
              + ". Wait until it has ended; a cluster that is not wanted can be deleted then",
          e);
    }
  }

  @Override
  public String toString() {
    return doing + (name == null ? " (nothing to do)" : " (" + name + ")");
  }

  private void sleep(Duration pause) {
    try {
      time.sleep(pause);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new RayInterruptedException("interrupted while waiting; " + doing + " goes on", e);
    }
  }

  private static State state(Operation operation) {
    for (State state : State.values()) {
      if (state.name().equals(operation.getStatus())) {
        return state;
      }
    }
    return State.UNKNOWN;
  }

  private static @Nullable String failure(Operation operation) {
    if (operation.getError() != null) {
      return String.valueOf(operation.getError().getMessage());
    }
    String message = operation.getStatusMessage();
    return message == null || message.isBlank() ? null : message;
  }

  /** GKE counts what there is to do under names that end in _TOTAL. */
  private static String detail(Operation operation) {
    if (operation.getDetail() != null && !operation.getDetail().isBlank()) {
      return operation.getDetail();
    }
    List<Metric> metrics =
        operation.getProgress() == null || operation.getProgress().getMetrics() == null
            ? List.of()
            : operation.getProgress().getMetrics();
    Map<String, Long> counts = new TreeMap<>();
    metrics.stream()
        .filter(metric -> metric.getIntValue() != null)
        .forEach(metric -> counts.put(metric.getName(), metric.getIntValue()));
    return counts.keySet().stream()
        .filter(counted -> !counted.endsWith(TOTAL))
        .map(counted ->
            counted.toLowerCase(Locale.ROOT).replace('_', ' ')
                + " "
                + counts.get(counted)
                + (counts.containsKey(counted + TOTAL) ? "/" + counts.get(counted + TOTAL) : ""))
        .collect(Collectors.joining(", "));
  }
}
