package io.rayauth.kubernetes;

/** Names who checks the callers of a Ray cluster's dashboard, and against what. */
public enum AuthScheme {
  /** Nobody: whoever reaches the port may do everything. */
  OPEN,
  /**
   * A kube-rbac-proxy beside the head: any token that the Kubernetes API server accepts, and RBAC
   * with a verb for each HTTP method.
   */
  KUBE_RBAC_PROXY,
  /** Ray itself, against the one token of the cluster's Secret (Ray 2.52 and later). */
  RAY_TOKEN,
  /**
   * Ray itself, by asking Kubernetes: any token that the API server accepts, and the verb {@code
   * ray:write} on the RayCluster (Ray 2.55 and later).
   */
  KUBERNETES_TOKEN
}
