package io.rayauth.kubernetes.internal.connect;

import io.fabric8.kubernetes.client.KubernetesClient;
import io.rayauth.kubernetes.RayCluster;
import io.rayauth.kubernetes.RayClusterRef;
import io.rayauth.kubernetes.RayClusters;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Is what somebody wants to be connected to: one cluster, or whichever serves for a RayService.
 *
 * @param name kind and name, for people
 * @param cluster which cluster that is now
 * @param headService the Service that always leads to its head; null to read each cluster's own
 */
public record Destination(
    String name, Supplier<RayClusterRef> cluster, @Nullable String headService) {

  /** Reads the cluster as it is now. */
  public RayCluster read(KubernetesClient client) {
    return RayClusters.using(client).get(cluster.get());
  }
}
