package io.rayauth.kubernetes;

import java.util.regex.Pattern;

/**
 * Names a RayCluster: its namespace and its name.
 *
 * @param namespace such as {@code default}
 * @param name {@code metadata.name} of the RayCluster
 */
public record RayClusterRef(String namespace, String name) {
  private static final Pattern LABEL = Pattern.compile("[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?");
  private static final Pattern DNS_1035 = Pattern.compile("[a-z]([-a-z0-9]*[a-z0-9])?");

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

  /** What is there may have any name that Kubernetes takes: KubeRay looks at it since 1.4 only. */
  static void checkName(String kind, String name) {
    if (name.length() > 253 || !SUBDOMAIN.matcher(name).matches()) {
      throw new IllegalArgumentException(
          "'%s' cannot be the name of a %s: take lower-case letters, digits and dashes"
              .formatted(name, kind));
    }
  }

  /**
   * What is to be made needs a name that KubeRay's operator takes: {@code ValidateRay…Metadata} of
   * its {@code controllers/ray/utils/validation.go}.
   */
  static void checkNewName(String kind, String name, int longest) {
    if (name.length() > longest || !DNS_1035.matcher(name).matches()) {
      throw new IllegalArgumentException(
          "KubeRay refuses '%s' as the name of a %s: take 1 to %d lower-case letters, digits and dashes, a letter first"
              .formatted(name, kind, longest));
    }
  }

  /** Returns {@code namespace/name}. */
  @Override
  public String toString() {
    return namespace + "/" + name;
  }
}
