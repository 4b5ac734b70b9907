package io.rayauth.kubernetes.internal.api;

import io.fabric8.kubernetes.api.model.DeleteOptionsBuilder;
import io.fabric8.kubernetes.api.model.DeletionPropagation;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.ObjectMeta;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.dsl.base.ResourceDefinitionContext;
import io.rayauth.kubernetes.RayKubernetesException;

/**
 * Deletes an object by its UID, so that another one that has taken its name meanwhile stays: {@code
 * preconditions.uid} of Kubernetes' DeleteOptions, which the client's own calls cannot say.
 */
public final class Deletion {
  private Deletion() {}

  /**
   * Deletes an object; one that is not there any more is deleted already.
   *
   * @param kind how the API server knows objects of this kind
   * @param object as it was read or answered
   * @return false if another object has that name now, which stays
   * @throws RayKubernetesException if the API server refuses or does not answer
   */
  public static boolean delete(
      KubernetesClient client,
      ResourceDefinitionContext kind,
      HasMetadata object,
      DeletionPropagation how) {
    ObjectMeta metadata = object.getMetadata();
    String namespace = metadata.getNamespace() == null ? "" : metadata.getNamespace() + "/";
    try {
      ApiServer.ask(
          "deleting %s %s%s".formatted(kind.getKind(), namespace, metadata.getName()),
          () ->
              client.raw(
                  path(kind, metadata),
                  "DELETE",
                  new DeleteOptionsBuilder()
                      .withNewPreconditions()
                      .withUid(metadata.getUid())
                      .endPreconditions()
                      .withPropagationPolicy(how.toString())
                      .build()));
      return true;
    } catch (RayKubernetesException e) {
      return switch (e.reason()) {
        case NOT_FOUND, CRD_MISSING -> true;
        case CONFLICT -> false;
        default -> throw e;
      };
    }
  }

  private static String path(ResourceDefinitionContext kind, ObjectMeta metadata) {
    String group = kind.getGroup() == null ? "" : kind.getGroup();
    return (group.isEmpty() ? "/api/" : "/apis/" + group + "/")
        + kind.getVersion()
        + (kind.isNamespaceScoped() ? "/namespaces/" + metadata.getNamespace() : "")
        + "/"
        + kind.getPlural()
        + "/"
        + metadata.getName();
  }
}
