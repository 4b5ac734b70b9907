package io.rayauth.kubernetes;

import java.time.Duration;
import java.util.List;

/**
 * Tells what {@link RayAccess#grant(RayClusterRef, Subject, RayRole)} has given to whom.
 *
 * @param cluster the cluster
 * @param subject who has the rights now
 * @param role what it was given
 * @param scheme who checks the callers of the cluster, which decides on the verbs
 * @param name the name of the Role and of the RoleBinding, in the cluster's namespace
 * @param manifest both of them as YAML
 * @param observation whether the API server was seen to allow it
 * @param mayStillBeDeniedFor how long a kube-rbac-proxy that has just refused the subject may go on
 *     refusing it from its memory; zero where nobody remembers refusals
 * @param cautions what else the rights allow, and, unless a {@link RayAccess#route(Route)} was
 *     chosen, what they lack for {@link RayClusters#connect(RayClusterRef)}; empty if nothing
 */
public record Grant(
    RayClusterRef cluster,
    Subject subject,
    RayRole role,
    AuthScheme scheme,
    String name,
    String manifest,
    Observation observation,
    Duration mayStillBeDeniedFor,
    List<String> cautions) {

  /** Says whether the rights were seen in force. */
  public enum Observation {
    /** The API server allows the subject everything that was granted. */
    OBSERVED,
    /**
     * The caller may not ask for the rights of others ({@code create} on subjectaccessreviews, or
     * on localsubjectaccessreviews in the namespace); the rights are in force within a second or
     * so.
     */
    NOT_ALLOWED_TO_LOOK
  }

  /** Copies the cautions. */
  public Grant {
    cautions = List.copyOf(cautions);
  }

  /** Says who may do what. */
  @Override
  public String toString() {
    return "%s is %s of RayCluster %s (Role and RoleBinding '%s')"
        .formatted(subject, role, cluster, name);
  }
}
