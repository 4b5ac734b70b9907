/**
 * Finds, deploys and reaches Ray clusters on Kubernetes.
 *
 * <p>Start at {@code RayClusters}.
 */
module io.rayauth.kubernetes {
  requires transitive io.rayauth;
  requires static com.sun.jna;
  requires static helm.java;
  requires java.net.http;
  requires transitive kubernetes.client.api;
  requires kubernetes.model.admissionregistration;
  requires kubernetes.model.common;
  requires kubernetes.model.core;
  requires kubernetes.model.rbac;
  // fabric8 needs this and the YAML below, and cannot say so: it has no module descriptors itself.
  requires org.slf4j;
  requires static transitive org.jspecify;
  requires tools.jackson.core;
  requires tools.jackson.dataformat.yaml;

  exports io.rayauth.kubernetes;
  exports io.rayauth.kubernetes.internal.token to
      io.rayauth.proxy;
}
