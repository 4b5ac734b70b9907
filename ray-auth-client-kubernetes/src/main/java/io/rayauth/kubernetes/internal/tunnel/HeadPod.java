package io.rayauth.kubernetes.internal.tunnel;

/**
 * Names one head pod; a pod that took over its name has another {@code uid}.
 *
 * @param namespace where it is
 * @param name {@code metadata.name}
 * @param uid {@code metadata.uid}
 */
record HeadPod(String namespace, String name, String uid) {
  @Override
  public String toString() {
    return namespace + "/" + name;
  }
}
