package io.rayauth.kubernetes;

/**
 * Names what somebody may do with a Ray cluster; which verbs that takes depends on who checks the
 * callers.
 *
 * <p>A kube-rbac-proxy asks for the verb that belongs to the HTTP method. Those are the real verbs
 * of the real RayCluster: whoever has {@code update} to upload a package may also change the
 * cluster's image and ServiceAccount with {@code kubectl edit}, and whoever has {@code delete} may
 * delete the cluster. {@link RayAccess#subresource(String)} takes that danger away where the proxy
 * is configured for it. Ray itself, where it asks Kubernetes, knows one verb for everything, {@code
 * ray:write}, so that there are no observers there; and a token in a Secret opens everything to
 * whoever may read it.
 */
public enum RayRole {
  /** Reads jobs, their status and their logs: {@code get}. */
  OBSERVER,
  /**
   * Submits and stops jobs whose code is in the cluster already or comes from a URL: {@code get}
   * and {@code create}.
   */
  SUBMITTER,
  /**
   * Submits jobs with a working directory of its own: {@code get}, {@code create} and {@code
   * update}, which also lets it change the RayCluster itself.
   */
  UPLOADING_SUBMITTER,
  /**
   * Does everything that the Jobs API has: {@code get}, {@code create}, {@code update} and {@code
   * delete}, which also lets it change and delete the RayCluster itself.
   */
  OPERATOR,
  /**
   * Does everything with every RayCluster of the namespace, as in KubeRay's guide: all verbs, no
   * limit to one cluster.
   */
  UNLIMITED
}
