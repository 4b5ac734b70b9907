package io.rayauth.kubernetes;

import java.util.regex.Pattern;

/**
 * Names a RayService: its namespace and its name.
 *
 * @param namespace such as {@code default}
 * @param name {@code metadata.name} of the RayService
 */
public record RayServiceRef(String namespace, String name) {
  private static final Pattern SUBDOMAIN = Pattern.compile("[a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?");

  /**
   * Creates a reference.
   *
   * @throws IllegalArgumentException if one of them cannot be a name in Kubernetes
   */
  public RayServiceRef {
    RayClusterRef.checkNamespace(namespace);
    if (!SUBDOMAIN.matcher(name).matches()) {
      throw new IllegalArgumentException(
          "'%s' cannot be the name of a RayService: take lower-case letters, digits and dashes"
              .formatted(name));
    }
  }

  /**
   * Names a RayService.
   *
   * @param namespace such as {@code default}
   * @param name {@code metadata.name} of the RayService
   * @return the reference
   * @throws IllegalArgumentException if one of them cannot be a name in Kubernetes
   */
  public static RayServiceRef of(String namespace, String name) {
    return new RayServiceRef(namespace, name);
  }

  /** Returns {@code namespace/name}. */
  @Override
  public String toString() {
    return namespace + "/" + name;
  }
}
