package io.rayauth.kubernetes;

/**
 * Names a RayService: its namespace and its name.
 *
 * @param namespace such as {@code default}
 * @param name {@code metadata.name} of the RayService
 */
public record RayServiceRef(String namespace, String name) {
  /**
   * Creates a reference.
   *
   * @throws IllegalArgumentException if one of them cannot be a name in Kubernetes
   */
  public RayServiceRef {
    RayClusterRef.checkNamespace(namespace);
    RayClusterRef.checkName("RayService", name);
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
