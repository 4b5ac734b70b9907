package io.rayauth.kubernetes.internal.manifest;

import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.ManagedFieldsEntry;
import io.fabric8.kubernetes.api.model.ObjectMeta;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Tells what one object was before and after it was applied.
 *
 * @param sent what was sent
 * @param before what was there; null if there was nothing
 * @param after what the API server answered
 */
public record Applied(
    ManifestObject sent,
    @Nullable GenericKubernetesResource before,
    GenericKubernetesResource after) {

  /** Tells whether nothing that anybody asked for is another now. */
  public boolean isUnchanged() {
    return before != null
        && asked(before).equals(asked(after))
        && metadata(before).equals(metadata(after));
  }

  /** Returns the answer without the records of who manages which field. */
  public GenericKubernetesResource readable() {
    GenericKubernetesResource readable = after.toBuilder().build();
    readable.setMetadata(
        new ObjectMetaBuilder(after.getMetadata())
            .withManagedFields((List<ManagedFieldsEntry>) null)
            .build());
    return readable;
  }

  private static Map<String, Object> asked(GenericKubernetesResource object) {
    Map<String, Object> asked = new HashMap<>(object.getAdditionalProperties());
    asked.remove("status");
    return asked;
  }

  private static ObjectMeta metadata(GenericKubernetesResource object) {
    return new ObjectMetaBuilder(object.getMetadata())
        .withManagedFields((List<ManagedFieldsEntry>) null)
        .withResourceVersion(null)
        .withGeneration(null)
        .build();
  }
}
