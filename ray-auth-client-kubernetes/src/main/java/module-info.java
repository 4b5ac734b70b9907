/**
 * Finds, deploys and reaches Ray clusters on Kubernetes.
 *
 * <p>Start at {@code RayClusters}.
 */
module io.rayauth.kubernetes {
  requires transitive io.rayauth;
  requires transitive kubernetes.client.api;
  requires kubernetes.model.admissionregistration;
  requires kubernetes.model.common;
  requires kubernetes.model.core;
  requires kubernetes.model.rbac;
  requires tools.jackson.core;
  requires static transitive org.jspecify;

  exports io.rayauth.kubernetes;
}
