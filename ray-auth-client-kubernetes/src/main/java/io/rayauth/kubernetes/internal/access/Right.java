package io.rayauth.kubernetes.internal.access;

import io.fabric8.kubernetes.api.model.authorization.v1.ResourceAttributes;
import io.fabric8.kubernetes.api.model.authorization.v1.ResourceAttributesBuilder;

/**
 * Is one thing that somebody may do: a verb on an object.
 *
 * @param verb such as {@code get}
 * @param group the API group, empty for the core
 * @param resource such as {@code rayclusters}
 * @param subresource empty for the object itself
 * @param namespace empty for what lives in none, or for all
 * @param name empty for all objects
 */
public record Right(
    String verb, String group, String resource, String subresource, String namespace, String name) {

  /** Is a verb that exists in no namespace, such as that of asking who a token belongs to. */
  public static Right clusterWide(String verb, String group, String resource) {
    return new Right(verb, group, resource, "", "", "");
  }

  ResourceAttributes attributes() {
    ResourceAttributesBuilder attributes =
        new ResourceAttributesBuilder().withVerb(verb).withGroup(group).withResource(resource);
    if (!subresource.isEmpty()) {
      attributes.withSubresource(subresource);
    }
    if (!namespace.isEmpty()) {
      attributes.withNamespace(namespace);
    }
    if (!name.isEmpty()) {
      attributes.withName(name);
    }
    return attributes.build();
  }

  /** Returns it as one says it: verb, resource, object. */
  @Override
  public String toString() {
    return verb
        + " "
        + resource
        + (subresource.isEmpty() ? "" : "/" + subresource)
        + (group.isEmpty() ? "" : "." + group)
        + (name.isEmpty() ? "" : " " + (namespace.isEmpty() ? "" : namespace + "/") + name);
  }
}
