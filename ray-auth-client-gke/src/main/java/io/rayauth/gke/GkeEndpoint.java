package io.rayauth.gke;

/** Names the doors that the API server of a GKE cluster can have. */
public enum GkeEndpoint {
  /**
   * A name under {@code gke.goog}: reached from anywhere, with a certificate that everybody trusts.
   * Google lets in whom IAM gives {@code container.clusters.connect}, and Kubernetes RBAC decides
   * then.
   */
  DNS,
  /** An address on the internet, where the cluster may limit the networks that reach it. */
  PUBLIC,
  /**
   * An address in the cluster's own VPC network, reached from there and from what is joined to it.
   */
  PRIVATE
}
