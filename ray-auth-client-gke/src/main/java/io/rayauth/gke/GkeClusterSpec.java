package io.rayauth.gke;

import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Says how a new GKE cluster is to be: what {@code gcloud container clusters create} takes, as far
 * as KubeRay's guide uses it. All else is as gcloud has it by default.
 *
 * <p>Immutable and thread-safe.
 */
public final class GkeClusterSpec {
  private static final Pattern MACHINE_TYPE = Pattern.compile("[a-z][a-z0-9]*(-[a-z0-9]+)+");

  private final GkeClusterRef ref;
  private final int nodes;
  private final @Nullable String machineType;

  private GkeClusterSpec(GkeClusterRef ref, int nodes, @Nullable String machineType) {
    this.ref = ref;
    this.nodes = nodes;
    this.machineType = machineType;
  }

  /**
   * Begins a cluster.
   *
   * @param ref its project, its zone or region, its name
   * @return a cluster of three nodes ({@code --zone}, or {@code --region})
   */
  public static GkeClusterSpec of(GkeClusterRef ref) {
    return new GkeClusterSpec(ref, 3, null);
  }

  /**
   * Sets how many nodes there are: in a region, in each of its zones.
   *
   * @param nodes 1 or more ({@code --num-nodes})
   * @return a cluster like this one. <i>Default: 3.</i>
   * @throws IllegalArgumentException if it is less than 1
   */
  public GkeClusterSpec nodes(int nodes) {
    if (nodes < 1) {
      throw new IllegalArgumentException(
          "a cluster of %d nodes has no place for pods".formatted(nodes));
    }
    return new GkeClusterSpec(ref, nodes, machineType);
  }

  /**
   * Sets what each node is.
   *
   * @param machineType such as {@code e2-standard-4} ({@code --machine-type})
   * @return a cluster like this one. <i>Default: GKE's, {@code e2-medium}.</i>
   * @throws IllegalArgumentException if it cannot be a machine type
   */
  public GkeClusterSpec machineType(String machineType) {
    if (!MACHINE_TYPE.matcher(machineType).matches()) {
      throw new IllegalArgumentException(
          "'%s' cannot be a machine type, such as e2-standard-4".formatted(machineType));
    }
    return new GkeClusterSpec(ref, nodes, machineType);
  }

  /** Returns which cluster it is. */
  GkeClusterRef ref() {
    return ref;
  }

  int nodes() {
    return nodes;
  }

  @Nullable String machineType() {
    return machineType;
  }

  @Override
  public String toString() {
    return "%s, %d nodes, %s"
        .formatted(ref, nodes, machineType == null ? "GKE's own machine type" : machineType);
  }
}
