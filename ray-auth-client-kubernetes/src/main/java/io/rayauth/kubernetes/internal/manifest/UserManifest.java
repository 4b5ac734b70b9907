package io.rayauth.kubernetes.internal.manifest;

import io.fabric8.kubernetes.api.model.APIResource;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.dsl.base.ResourceDefinitionContext;
import io.rayauth.error.RayException;
import io.rayauth.kubernetes.RayKubernetesException;
import io.rayauth.kubernetes.RayKubernetesException.Reason;
import io.rayauth.kubernetes.internal.api.ApiServer;
import java.io.ByteArrayInputStream;
import java.lang.reflect.Type;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.type.TypeReference;

/**
 * Applies a user's own YAML as it is; the language is YAML 1.2, in which {@code yes} and {@code on}
 * are text.
 *
 * <p>Reads every document as a tree, not as the Kubernetes client's class for its kind, because
 * those classes leave out what is empty, and in Kubernetes an empty list can mean something.
 */
public final class UserManifest {
  private static final Pattern PLACE = Pattern.compile("line (\\d+), column (\\d+)");

  private final KubernetesClient client;
  private final Applier applier;
  private final String source;
  private final Map<String, List<APIResource>> known = new HashMap<>();

  /**
   * Prepares to apply.
   *
   * @param source how the text is called in messages
   */
  public UserManifest(KubernetesClient client, String source) {
    this.client = client;
    this.applier = new Applier(client);
    this.source = source;
  }

  /**
   * Applies every object in the order of the text.
   *
   * @param yaml the text
   * @param namespace of those objects that live in one and name none
   * @throws IllegalArgumentException if the text is no YAML or holds something that is no object
   * @throws RayKubernetesException if an object is refused; the message names those that were
   *     applied before it
   */
  public List<Applied> apply(String yaml, String namespace) {
    List<ManifestObject> objects = new ArrayList<>();
    for (GenericKubernetesResource object : parse(yaml)) {
      objects.add(known(object, namespace));
    }
    List<Applied> applied = new ArrayList<>();
    for (ManifestObject object : objects) {
      try {
        GenericKubernetesResource before = applier.read(object);
        applied.add(new Applied(object, before, applier.apply(object)));
      } catch (RayKubernetesException e) {
        throw stoppedHalfway(objects, applied, e);
      }
    }
    return applied;
  }

  private RayException stoppedHalfway(
      List<ManifestObject> objects, List<Applied> applied, RayKubernetesException failure) {
    if (objects.size() == 1) {
      return failure;
    }
    return new RayKubernetesException(
        failure.reason(),
        "%s; of the %d objects in %s these were applied before it: %s"
            .formatted(
                failure.getMessage(),
                objects.size(),
                source,
                applied.isEmpty() ? "none" : applied.stream().map(Applied::sent).toList()),
        failure);
  }

  private List<GenericKubernetesResource> parse(String text) {
    // The parser would take a text with a brace in front for strict JSON.
    String yaml = text.stripLeading().startsWith("{") ? "--- " + text.stripLeading() : text;
    Object parsed;
    try {
      parsed =
          client
              .getKubernetesSerialization()
              .unmarshal(
                  new ByteArrayInputStream(yaml.getBytes(StandardCharsets.UTF_8)), new Tree());
    } catch (RuntimeException e) {
      // The parser's own message quotes the text, which may hold a Secret.
      Matcher place = PLACE.matcher(String.valueOf(e.getMessage()));
      throw new IllegalArgumentException(
          "%s is no YAML%s"
              .formatted(
                  source,
                  place.find()
                      ? ": see line " + place.group(1) + ", column " + place.group(2)
                      : ""));
    }
    List<GenericKubernetesResource> objects = new ArrayList<>();
    collect(parsed, objects);
    if (objects.isEmpty()) {
      throw new IllegalArgumentException(source + " holds no object");
    }
    for (int i = 0; i < objects.size(); i++) {
      check(objects.get(i), i + 1);
    }
    return objects;
  }

  private void collect(@Nullable Object parsed, List<GenericKubernetesResource> objects) {
    if (parsed instanceof List<?> documents) {
      documents.forEach(document -> collect(document, objects));
    } else if (parsed instanceof GenericKubernetesResource object) {
      if (object.getAdditionalProperties().get("items") instanceof List<?> items
          && String.valueOf(object.getKind()).endsWith("List")) {
        items.forEach(item ->
            objects.add(
                client
                    .getKubernetesSerialization()
                    .convertValue(item, GenericKubernetesResource.class)));
      } else {
        objects.add(object);
      }
    } else if (parsed != null) {
      throw new IllegalArgumentException(source + " holds a document that is no object");
    }
  }

  private void check(GenericKubernetesResource object, int number) {
    String missing =
        object.getApiVersion() == null
            ? "apiVersion"
            : object.getKind() == null
                ? "kind"
                : object.getMetadata() == null || object.getMetadata().getName() == null
                    ? "metadata.name"
                    : null;
    if (missing != null) {
      throw new IllegalArgumentException(
          "object %d in %s has no %s".formatted(number, source, missing));
    }
  }

  private ManifestObject known(GenericKubernetesResource object, String namespace) {
    APIResource resource =
        resources(object.getApiVersion()).stream()
            .filter(found -> object.getKind().equals(found.getKind()))
            .filter(found -> !found.getName().contains("/"))
            .findFirst()
            .orElseThrow(() ->
                new RayKubernetesException(
                    Reason.CRD_MISSING,
                    "%s holds a %s of %s, which the API server does not know; nothing was applied"
                        .formatted(source, object.getKind(), object.getApiVersion()),
                    null));
    if (resource.getNamespaced() && object.getMetadata().getNamespace() == null) {
      object.getMetadata().setNamespace(namespace);
    }
    return new ManifestObject(context(object, resource), object);
  }

  private List<APIResource> resources(String apiVersion) {
    return known.computeIfAbsent(
        apiVersion,
        version ->
            Optional.ofNullable(
                    ApiServer.ask(
                        "asking the API server for the resources of " + version,
                        () -> client.getApiResources(version)))
                .map(answer -> answer.getResources())
                .orElse(List.of()));
  }

  private static ResourceDefinitionContext context(
      GenericKubernetesResource object, APIResource resource) {
    String apiVersion = object.getApiVersion();
    int slash = apiVersion.indexOf('/');
    ResourceDefinitionContext.Builder context =
        new ResourceDefinitionContext.Builder()
            .withVersion(apiVersion.substring(slash + 1))
            .withKind(object.getKind())
            .withPlural(resource.getName())
            .withNamespaced(resource.getNamespaced());
    if (slash > 0) {
      context.withGroup(apiVersion.substring(0, slash));
    }
    return context.build();
  }

  /** Asks the parser for trees where it would take a class for the kind; several come as a list. */
  private static final class Tree extends TypeReference<Object> {
    @Override
    public Type getType() {
      return GenericKubernetesResource.class;
    }
  }
}
