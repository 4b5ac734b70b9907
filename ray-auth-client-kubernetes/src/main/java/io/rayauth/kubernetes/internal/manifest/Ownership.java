package io.rayauth.kubernetes.internal.manifest;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.rayauth.kubernetes.RayClusterRef;
import java.util.LinkedHashMap;
import java.util.Map;

/** Marks what this library has deployed, so that it never changes or deletes what others have. */
public final class Ownership {
  /** Says who made an object; the label that Kubernetes recommends for it. */
  static final String MANAGED_BY = "app.kubernetes.io/managed-by";

  /** Names this library, as the value of {@link #MANAGED_BY} and as the manager of fields. */
  static final String US = "ray-auth-client";

  private static final String NAMESPACE = "rayauth.io/namespace";
  private static final String CLUSTER = "rayauth.io/cluster";

  private Ownership() {}

  /** Returns the labels of everything that is deployed for a cluster. */
  static Map<String, String> labels(RayClusterRef ref) {
    Map<String, String> labels = new LinkedHashMap<>();
    labels.put(MANAGED_BY, US);
    labels.put(NAMESPACE, ref.namespace());
    labels.put(CLUSTER, ref.name());
    return labels;
  }

  /** Tells whether an object was deployed by this library for a cluster. */
  public static boolean isOurs(HasMetadata object, RayClusterRef ref) {
    return object.getMetadata().getLabels() != null
        && isOurs(object.getMetadata().getLabels(), ref);
  }

  /** Tells whether an object with these labels was deployed by this library for a cluster. */
  public static boolean isOurs(Map<String, String> labels, RayClusterRef ref) {
    return labels.entrySet().containsAll(labels(ref).entrySet());
  }
}
