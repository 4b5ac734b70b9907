package io.rayauth.kubernetes.internal.token;

import io.fabric8.kubernetes.api.model.AuthInfo;
import io.fabric8.kubernetes.api.model.Cluster;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * Is the user of a context, as it stood in the files when they were read.
 *
 * @param context the name of the context
 * @param name the name of the user
 * @param info what it has to prove itself with
 * @param file where it stands; relative paths in it start there
 * @param cluster the cluster of the context, null if it is nowhere described
 * @param clusterFile where the cluster stands
 */
record KubeconfigUser(
    String context,
    String name,
    AuthInfo info,
    Path file,
    @Nullable Cluster cluster,
    Path clusterFile) {

  /** Finds a path that the user's entry names. */
  Path beside(String path) {
    return file.toAbsolutePath().resolveSibling(path).normalize();
  }

  /** Shows where it stands and nothing of what it has. */
  @Override
  public String toString() {
    return "user '" + name + "' of context '" + context + "' in " + file;
  }
}
