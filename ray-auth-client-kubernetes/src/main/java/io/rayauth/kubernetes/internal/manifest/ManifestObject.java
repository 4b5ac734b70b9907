package io.rayauth.kubernetes.internal.manifest;

import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.ObjectMeta;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.fabric8.kubernetes.api.model.OwnerReference;
import io.fabric8.kubernetes.client.dsl.base.ResourceDefinitionContext;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Is one object to be sent to the API server.
 *
 * @param kind how the API server knows objects of this kind
 * @param object what it is to be
 */
public record ManifestObject(ResourceDefinitionContext kind, GenericKubernetesResource object) {

  /** Makes an object of a kind. */
  static ManifestObject of(
      ResourceDefinitionContext kind, ObjectMeta metadata, Map<String, Object> content) {
    GenericKubernetesResource object = new GenericKubernetesResource();
    object.setApiVersion(
        kind.getGroup() == null || kind.getGroup().isEmpty()
            ? kind.getVersion()
            : kind.getGroup() + "/" + kind.getVersion());
    object.setKind(kind.getKind());
    object.setMetadata(metadata);
    content.forEach(object::setAdditionalProperty);
    return new ManifestObject(kind, object);
  }

  /** Returns the namespace; null for an object of the whole Kubernetes cluster. */
  public @Nullable String namespace() {
    return object.getMetadata().getNamespace();
  }

  /** Returns the name. */
  public String name() {
    return object.getMetadata().getName();
  }

  /** Lets the object go when another goes; objects of the whole cluster cannot have an owner. */
  ManifestObject ownedBy(OwnerReference owner) {
    if (!kind.isNamespaceScoped()) {
      return this;
    }
    GenericKubernetesResource owned = object.toBuilder().build();
    owned.setMetadata(
        new ObjectMetaBuilder(object.getMetadata()).withOwnerReferences(owner).build());
    return new ManifestObject(kind, owned);
  }

  /** Returns kind, namespace and name. */
  @Override
  public String toString() {
    String namespace = namespace();
    return kind.getKind() + " " + (namespace == null ? "" : namespace + "/") + name();
  }
}
