package io.rayauth.kubernetes.internal.operator;

import io.rayauth.kubernetes.internal.cluster.CustomResource;
import java.time.Duration;
import java.time.Instant;

/**
 * Tells who leads among several pods of the operator.
 *
 * @param holder the pod, with a suffix of its own
 * @param isHeld whether the holder renewed in time
 */
public record LeaderLease(String holder, boolean isHeld) {
  /** {@code LeaderElectionID} of the operator's {@code main.go}. */
  static final String NAME = "ray-operator-leader";

  static LeaderLease of(CustomResource lease, Instant now) {
    Duration lasts = Duration.ofSeconds(lease.whole("spec", "leaseDurationSeconds").orElse(15));
    boolean held =
        lease
            .text("spec", "renewTime")
            .flatMap(CustomResource::time)
            .filter(renewed -> renewed.plus(lasts).isAfter(now))
            .isPresent();
    return new LeaderLease(lease.text("spec", "holderIdentity").orElse(""), held);
  }
}
