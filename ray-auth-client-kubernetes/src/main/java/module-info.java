/**
 * Finds, deploys and reaches Ray clusters on Kubernetes.
 *
 * <p>Start at {@code RayClusters}.
 */
module io.rayauth.kubernetes {
  requires transitive io.rayauth;
  requires java.net.http;
  requires transitive kubernetes.client.api;
  requires kubernetes.model.common;
  requires kubernetes.model.core;
  requires kubernetes.model.rbac;
  requires static com.sun.jna;
  requires static helm.java;
  requires static transitive org.jspecify;
  requires tools.jackson.core;

  exports io.rayauth.kubernetes;
}
