package io.rayauth.kubernetes;

import java.util.regex.Pattern;

/**
 * Names a RayCluster: its namespace and its name.
 *
 * @param namespace such as {@code default}
 * @param name {@code metadata.name} of the RayCluster
 */
public record RayClusterRef(String namespace, String name) {
  /** RFC 1123 labels: clusters made before KubeRay 1.4 may be longer than the 53 of today. */
  private static final Pattern LABEL = Pattern.compile("[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?");

  private static final Pattern SUBDOMAIN =
      Pattern.compile("[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*");

  /**
   * Creates a reference.
   *
   * @throws IllegalArgumentException if one of them cannot be a name in Kubernetes
   */
  public RayClusterRef {
    checkNamespace(namespace);
    checkName("RayCluster", name);
  }

  /**
   * Names a RayCluster.
   *
   * @param namespace such as {@code default}
   * @param name {@code metadata.name} of the RayCluster
   * @return the reference
   * @throws IllegalArgumentException if one of them cannot be a name in Kubernetes
   */
  public static RayClusterRef of(String namespace, String name) {
    return new RayClusterRef(namespace, name);
  }

  static void checkNamespace(String namespace) {
    if (!LABEL.matcher(namespace).matches()) {
      throw new IllegalArgumentException(
          "'%s' cannot be a namespace: take 1 to 63 lower-case letters, digits and dashes"
              .formatted(namespace));
    }
  }

  static void checkName(String kind, String name) {
    if (name.length() > 253 || !SUBDOMAIN.matcher(name).matches()) {
      throw new IllegalArgumentException(
          "'%s' cannot be the name of a %s: take lower-case letters, digits and dashes"
              .formatted(name, kind));
    }
  }

  /** Returns {@code namespace/name}. */
  @Override
  public String toString() {
    return namespace + "/" + name;
  }
}
