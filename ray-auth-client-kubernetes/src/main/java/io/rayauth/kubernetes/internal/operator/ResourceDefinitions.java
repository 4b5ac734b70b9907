package io.rayauth.kubernetes.internal.operator;

import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.dsl.Resource;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import io.fabric8.kubernetes.client.dsl.base.ResourceDefinitionContext;
import io.rayauth.kubernetes.internal.api.ApiServer;
import io.rayauth.kubernetes.internal.cluster.CustomResource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Reads and applies the definitions of custom resources.
 *
 * <p>Applies on the server's side only: KubeRay's definitions are larger than the 256 KiB of
 * annotations in which {@code kubectl apply} keeps what it sent last. Takes fields over from
 * whoever had them, Helm or kubectl, because an upgrade of the operator is just that.
 */
public final class ResourceDefinitions {
  private static final String KIND = "CustomResourceDefinition";
  private static final Pattern DOCUMENT = Pattern.compile("(?m)^---(?=\\s|$).*$");
  private static final ResourceDefinitionContext DEFINITION =
      new ResourceDefinitionContext.Builder()
          .withGroup("apiextensions.k8s.io")
          .withVersion("v1")
          .withKind(KIND)
          .withPlural("customresourcedefinitions")
          .withNamespaced(false)
          .build();

  private final KubernetesClient client;

  /** Prepares to read and apply. */
  public ResourceDefinitions(KubernetesClient client) {
    this.client = client;
  }

  /** Reads a definition by its name, such as {@code rayclusters.ray.io}. */
  public Optional<CustomResource> find(String name) {
    return Optional.ofNullable(
            ApiServer.ask("reading CustomResourceDefinition " + name, () -> named(name).get()))
        .map(CustomResource::of);
  }

  /**
   * Applies those documents of a text that are definitions.
   *
   * @param yaml several documents, other kinds among them
   * @return their names
   */
  public List<String> apply(String yaml) {
    List<String> names = new ArrayList<>();
    for (String document : DOCUMENT.split(yaml, -1)) {
      if (document.contains(KIND)) {
        GenericKubernetesResource definition =
            client
                .getKubernetesSerialization()
                .unmarshal(document, GenericKubernetesResource.class);
        if (KIND.equals(definition.getKind())) {
          names.add(apply(definition));
        }
      }
    }
    return names;
  }

  private String apply(GenericKubernetesResource definition) {
    String name = definition.getMetadata().getName();
    definition.getAdditionalProperties().remove("status"); // controller-gen once wrote one
    ApiServer.ask(
        "applying CustomResourceDefinition " + name,
        () ->
            named(name)
                .patch(
                    new PatchContext.Builder()
                        .withPatchType(PatchType.SERVER_SIDE_APPLY)
                        .withFieldManager("ray-auth-client")
                        .withForce(true)
                        .build(),
                    definition));
    return name;
  }

  /** Tells whether the API server serves a definition's resources already. */
  public boolean isEstablished(String name) {
    return find(name)
        .filter(definition ->
            definition.list("status", "conditions").stream()
                .anyMatch(condition ->
                    "Established".equals(condition.get("type"))
                        && "True".equals(condition.get("status"))))
        .isPresent();
  }

  private Resource<GenericKubernetesResource> named(String name) {
    return client.genericKubernetesResources(DEFINITION).withName(name);
  }
}
