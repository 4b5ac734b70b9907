package io.rayauth.kubernetes;

import io.fabric8.kubernetes.client.KubernetesClient;
import io.rayauth.error.RayInterruptedException;
import io.rayauth.kubernetes.RayKubernetesException.Reason;
import io.rayauth.kubernetes.Readiness.Stage;
import io.rayauth.kubernetes.internal.api.ApiServer;
import io.rayauth.kubernetes.internal.cluster.Findings;
import io.rayauth.time.TimeSource;
import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Waits for a RayCluster to get ready, and finds out why it does not. */
final class ReadyWait {
  /** How long an operator may stay silent before it counts as missing. */
  static final Duration SILENCE = Duration.ofMinutes(1);

  private static final Duration PAUSE = Duration.ofSeconds(1);

  private final RayClusters clusters;
  private final KubernetesClient client;
  private final TimeSource time;
  private final RayClusterRef ref;
  private final Duration timeout;
  private final Findings findings;
  private final long start;

  ReadyWait(
      RayClusters clusters,
      KubernetesClient client,
      TimeSource time,
      RayClusterRef ref,
      Duration timeout) {
    this.clusters = clusters;
    this.client = client;
    this.time = time;
    this.ref = ref;
    this.timeout = timeout;
    this.findings = new Findings(client, ref);
    this.start = time.nanoTime();
  }

  RayCluster await() {
    while (true) {
      RayKubernetesException unreachable = null;
      RayCluster cluster = null;
      try {
        cluster = look();
        Readiness readiness = Readiness.of(cluster);
        if (isReady(readiness)) {
          return cluster;
        }
        failIfHopeless(cluster, readiness);
      } catch (RayKubernetesException e) {
        if (e.reason() != Reason.UNREACHABLE) {
          throw e;
        }
        unreachable = e; // the API server may be back before the time is over
      }
      if (waited().compareTo(timeout) >= 0) {
        throw outOfTime(cluster, unreachable);
      }
      pause();
    }
  }

  private RayCluster look() {
    Optional<RayCluster> found = clusters.find(ref);
    if (found.isPresent()) {
      return found.get();
    }
    if (namespaceIsMissing()) {
      throw new RayKubernetesException(
          Reason.NAMESPACE_MISSING,
          "there is no namespace '%s', and so no RayCluster '%s' in it"
              .formatted(ref.namespace(), ref.name()),
          null);
    }
    return clusters.get(ref); // says that it is missing, unless it has come meanwhile
  }

  /** Most callers may not read namespaces; for them the cluster is what is missing. */
  private boolean namespaceIsMissing() {
    try {
      return ApiServer.ask(
              "reading namespace " + ref.namespace(),
              () -> client.namespaces().withName(ref.namespace()).get())
          == null;
    } catch (RayKubernetesException e) {
      return false;
    }
  }

  private boolean isReady(Readiness readiness) {
    return readiness.stage() == Stage.READY
        || (readiness.stage() == Stage.ASK_THE_HEAD_POD && findings.headPodIsReady());
  }

  private void failIfHopeless(RayCluster cluster, Readiness readiness) {
    switch (readiness.stage()) {
      case NEVER ->
          throw new RayKubernetesException(
              Reason.NOT_READY,
              "RayCluster %s cannot get ready: %s".formatted(ref, readiness.why()),
              null);
      case UNSEEN, OUTDATED -> {
        Optional<String> refusal = findings.refusedBecause(cluster.resource());
        if (refusal.isPresent()) {
          throw new RayKubernetesException(
              Reason.INVALID,
              "the KubeRay operator refuses RayCluster %s: %s".formatted(ref, refusal.get()),
              null);
        }
        if (readiness.stage() == Stage.UNSEEN && waited().compareTo(SILENCE) >= 0) {
          throw operatorMissing(cluster, readiness);
        }
      }
      default -> {}
    }
  }

  private RayKubernetesException outOfTime(
      @Nullable RayCluster cluster, @Nullable RayKubernetesException unreachable) {
    if (cluster == null) {
      return new RayKubernetesException(
          Reason.UNREACHABLE,
          "RayCluster %s could not be looked at for the last of %s: %s"
              .formatted(
                  ref, seconds(timeout), unreachable == null ? "" : unreachable.getMessage()),
          unreachable);
    }
    Readiness readiness = Readiness.of(cluster);
    return switch (readiness.stage()) {
      case UNSEEN, OUTDATED -> operatorMissing(cluster, readiness);
      case WORKERS ->
          notReady(readiness, findings.workerPods().map(found -> "; " + found).orElse(""));
      default -> notReady(readiness, "; " + findings.headPod());
    };
  }

  private RayKubernetesException notReady(Readiness readiness, String finding) {
    return new RayKubernetesException(
        Reason.NOT_READY,
        "RayCluster %s is not ready after %s: %s%s"
            .formatted(ref, seconds(waited()), readiness.why(), finding),
        null);
  }

  private RayKubernetesException operatorMissing(RayCluster cluster, Readiness readiness) {
    String managed =
        cluster
            .managedBy()
            .filter(manager -> !manager.equals("ray.io/kuberay-operator"))
            .map(manager -> "; spec.managedBy leaves it to " + manager)
            .orElse("");
    return new RayKubernetesException(
        Reason.OPERATOR_MISSING,
        "%s after %s (RayCluster %s): check that the KubeRay operator runs and watches namespace '%s'%s%s"
            .formatted(
                readiness.why(),
                seconds(waited()),
                ref,
                ref.namespace(),
                managed,
                warning(cluster)),
        null);
  }

  private String warning(RayCluster cluster) {
    return findings
        .lastWarning(cluster.resource())
        .map(warning -> "; last warning: " + warning)
        .orElse("");
  }

  private static String seconds(Duration duration) {
    return duration.toSeconds() + " s";
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
      throw new RayInterruptedException(
          "interrupted while waiting for RayCluster %s to get ready".formatted(ref), e);
    }
  }
}
