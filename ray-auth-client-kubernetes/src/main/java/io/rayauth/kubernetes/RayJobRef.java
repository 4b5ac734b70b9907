package io.rayauth.kubernetes;

/**
 * Names a RayJob: its namespace and its name.
 *
 * @param namespace such as {@code default}
 * @param name {@code metadata.name} of the RayJob
 */
public record RayJobRef(String namespace, String name) {
  /**
   * Creates a reference.
   *
   * @throws IllegalArgumentException if one of them cannot be a name in Kubernetes
   */
  public RayJobRef {
    RayClusterRef.checkNamespace(namespace);
    RayClusterRef.checkName("RayJob", name);
  }

  /**
   * Names a RayJob.
   *
   * @param namespace such as {@code default}
   * @param name {@code metadata.name} of the RayJob
   * @return the reference
   * @throws IllegalArgumentException if one of them cannot be a name in Kubernetes
   */
  public static RayJobRef of(String namespace, String name) {
    return new RayJobRef(namespace, name);
  }

  /** Returns {@code namespace/name}. */
  @Override
  public String toString() {
    return namespace + "/" + name;
  }
}
