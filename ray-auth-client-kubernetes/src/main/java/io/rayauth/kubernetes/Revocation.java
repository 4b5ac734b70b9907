package io.rayauth.kubernetes;

import java.time.Duration;

/**
 * Tells what {@link RayAccess#revoke(RayClusterRef, Subject, RayRole)} has taken away.
 *
 * @param namespace the namespace of the Role and of the RoleBinding
 * @param name the name of both
 * @param outcome whether they were there
 * @param mayStillBeAllowedFor how long a kube-rbac-proxy, or a Ray that asks Kubernetes, may go on
 *     allowing from its memory what it has just allowed. A token that somebody has read out of a
 *     Secret stays good until the cluster is restarted with another one
 */
public record Revocation(
    String namespace, String name, Outcome outcome, Duration mayStillBeAllowedFor) {

  /** Says whether there was something to take away. */
  public enum Outcome {
    /** The RoleBinding is gone; another one may still give the same rights. */
    REVOKED,
    /** Nothing of that name was there. */
    WAS_NOT_GRANTED
  }
}
