package io.rayauth.kubernetes;

import io.rayauth.kubernetes.RayCluster.Condition;
import java.util.Optional;

/**
 * Says whether a RayCluster can take jobs, by what the operator has said about it.
 *
 * @param stage how far it is
 * @param why what is still missing, as part of a sentence; empty when ready
 */
record Readiness(Stage stage, String why) {
  /** Tells how far a cluster is. */
  enum Stage {
    /** Head, and workers where some are wanted, are there. */
    READY,
    /** It cannot get ready as it is. */
    NEVER,
    /** The operator has said nothing at all. */
    UNSEEN,
    /** The operator has said something, but not about the last change. */
    OUTDATED,
    /** The head pod is not ready. */
    HEAD,
    /** The head is ready, and workers are missing. */
    WORKERS,
    /** The operator is too old to say; its summary is {@code ready}, the head pod must be asked. */
    ASK_THE_HEAD_POD
  }

  /**
   * Judges a cluster. {@code state: ready} alone counts for nothing where there are conditions: it
   * stays when the pods have died.
   */
  static Readiness of(RayCluster cluster) {
    if (cluster.isBeingDeleted()) {
      return new Readiness(Stage.NEVER, "it is being deleted");
    }
    if (cluster.suspendRequested()) {
      return new Readiness(Stage.NEVER, "it is suspended; set spec.suspend to false");
    }
    if (!cluster.hasStatus()) {
      return new Readiness(Stage.UNSEEN, "no operator has looked at it yet");
    }
    if (cluster.observedGeneration() < cluster.generation()) {
      return new Readiness(
          Stage.OUTDATED,
          "the operator has looked at generation %d of it, and the object is at %d"
              .formatted(cluster.observedGeneration(), cluster.generation()));
    }
    return cluster.conditions().isEmpty() ? withoutConditions(cluster) : withConditions(cluster);
  }

  private static Readiness withConditions(RayCluster cluster) {
    if (cluster.suspended()) {
      return new Readiness(Stage.HEAD, "it is still being suspended or resumed");
    }
    if (!holds(cluster, "HeadPodReady")) {
      return new Readiness(
          Stage.HEAD, "its head pod is not ready" + words(cluster, "HeadPodReady"));
    }
    if (cluster.wantedWorkers() > 0 && !holds(cluster, "RayClusterProvisioned")) {
      return new Readiness(
          Stage.WORKERS,
          "%d of %d workers are ready".formatted(cluster.readyWorkers(), cluster.wantedWorkers())
              + words(cluster, "RayClusterProvisioned"));
    }
    return new Readiness(Stage.READY, "");
  }

  private static Readiness withoutConditions(RayCluster cluster) {
    String state = cluster.state().orElse("");
    return state.equals("ready")
        ? new Readiness(Stage.ASK_THE_HEAD_POD, "its head pod is not ready")
        : new Readiness(
            Stage.HEAD,
            "its state is '%s'".formatted(state)
                + cluster.stateReason().map(reason -> " (" + reason + ")").orElse(""));
  }

  private static boolean holds(RayCluster cluster, String condition) {
    return cluster.condition(condition).filter(Condition::isTrue).isPresent();
  }

  private static String words(RayCluster cluster, String condition) {
    Optional<Condition> failure = cluster.condition("ReplicaFailure").filter(Condition::isTrue);
    return failure.or(() -> cluster.condition(condition)).map(Readiness::words).orElse("");
  }

  private static String words(Condition condition) {
    String message = condition.message().replaceAll("\\s+", " ").strip();
    return message.isEmpty()
        ? " (%s)".formatted(condition.reason())
        : " (%s: %s)".formatted(condition.reason(), message);
  }
}
