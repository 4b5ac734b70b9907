package io.rayauth.kubernetes.internal.manifest;

import io.fabric8.kubernetes.api.model.APIResource;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.dsl.base.ResourceDefinitionContext;
import io.rayauth.error.RayInterruptedException;
import io.rayauth.kubernetes.RayKubernetesException;
import io.rayauth.kubernetes.RayKubernetesException.Reason;
import io.rayauth.kubernetes.internal.api.ApiServer;
import io.rayauth.kubernetes.internal.cluster.CustomResource;
import io.rayauth.kubernetes.internal.operator.ResourceDefinitions;
import io.rayauth.time.TimeSource;
import java.io.ByteArrayInputStream;
import java.lang.reflect.Type;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
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
  private static final Duration SERVED_WITHIN = Duration.ofMinutes(1);
  private static final Duration PAUSE = Duration.ofMillis(500);
  private static final Pattern PLACE = Pattern.compile("line (\\d+), column (\\d+)");

  private final KubernetesClient client;
  private final Applier applier;
  private final ResourceDefinitions definitions;
  private final String source;
  private final TimeSource time;
  private final Map<String, List<APIResource>> known = new HashMap<>();

  /**
   * Prepares to apply.
   *
   * @param source how the text is called in messages
   * @param time waits for custom resources to be served
   */
  public UserManifest(KubernetesClient client, String source, TimeSource time) {
    this.client = client;
    this.applier = new Applier(client);
    this.definitions = new ResourceDefinitions(client);
    this.source = source;
    this.time = time;
  }

  /**
   * Applies every object in the order of the text, but definitions of custom resources before all
   * else; what they define waits until the API server serves it.
   *
   * @param yaml the text
   * @param namespace of those objects that live in one and name none
   * @return every object, in the order in which it was applied
   * @throws IllegalArgumentException if the text is no YAML or holds something that is no object
   * @throws RayKubernetesException if an object is refused, or its kind not served in time; the
   *     message names those that were applied before it
   * @throws RayInterruptedException if the thread is interrupted; the message does so, too
   */
  public List<Applied> apply(String yaml, String namespace) {
    List<GenericKubernetesResource> objects = parse(yaml);
    List<GenericKubernetesResource> rest = new ArrayList<>(objects);
    rest.removeIf(UserManifest::isDefinition);
    List<GenericKubernetesResource> first =
        objects.stream().filter(UserManifest::isDefinition).toList();
    List<CustomResource> defining = first.stream().map(CustomResource::of).toList();
    for (GenericKubernetesResource object : objects) {
      if (find(object).isEmpty() && definitionOf(object, defining).isEmpty()) {
        throw new RayKubernetesException(
            Reason.CRD_MISSING,
            "%s holds a %s of %s, which the API server does not know; nothing was applied"
                .formatted(source, object.getKind(), object.getApiVersion()),
            null);
      }
    }
    List<Applied> applied = new ArrayList<>();
    try {
      for (GenericKubernetesResource object : first) {
        applied.add(apply(object, namespace));
      }
      Set<String> served = new HashSet<>();
      for (GenericKubernetesResource object : rest) {
        definitionOf(object, defining)
            .filter(by -> served.add(object.getApiVersion() + " " + object.getKind()))
            .ifPresent(by -> awaitServed(object, by.name()));
      }
      for (GenericKubernetesResource object : rest) {
        applied.add(apply(object, namespace));
      }
      return applied;
    } catch (RuntimeException e) {
      throw stoppedHalfway(objects.size(), applied, e);
    }
  }

  private Applied apply(GenericKubernetesResource object, String namespace) {
    APIResource resource = find(object).orElseThrow();
    if (resource.getNamespaced() && object.getMetadata().getNamespace() == null) {
      object.getMetadata().setNamespace(namespace);
    }
    ManifestObject sent = new ManifestObject(context(object, resource), object);
    GenericKubernetesResource before = applier.read(sent);
    return new Applied(sent, before, applier.apply(sent));
  }

  private RuntimeException stoppedHalfway(
      int objects, List<Applied> applied, RuntimeException failure) {
    if (objects == 1) {
      return failure;
    }
    return ApiServer.adding(
        failure,
        "; of the %d objects in %s these were applied before it: %s%s"
            .formatted(
                objects,
                source,
                applied.isEmpty() ? "none" : applied.stream().map(Applied::sent).toList(),
                ApiServer.isUnanswered(failure) ? "; the next one may have been, too" : ""));
  }

  private static boolean isDefinition(GenericKubernetesResource object) {
    return "CustomResourceDefinition".equals(object.getKind())
        && object.getApiVersion().startsWith("apiextensions.k8s.io/");
  }

  private static Optional<CustomResource> definitionOf(
      GenericKubernetesResource object, List<CustomResource> definitions) {
    return definitions.stream()
        .filter(definition ->
            definition.text("spec", "names", "kind").filter(object.getKind()::equals).isPresent())
        .filter(definition -> {
          String group = definition.text("spec", "group").orElse("");
          return definition.list("spec", "versions").stream()
              .anyMatch(
                  version -> object.getApiVersion().equals(group + "/" + version.get("name")));
        })
        .findFirst();
  }

  private void awaitServed(GenericKubernetesResource object, String definition) {
    long start = time.nanoTime();
    while (true) {
      known.remove(object.getApiVersion());
      if (find(object).isPresent() && definitions.isEstablished(definition)) {
        return;
      }
      if (time.nanoTime() - start >= SERVED_WITHIN.toNanos()) {
        throw new RayKubernetesException(
            Reason.NOT_READY,
            "after %d s the API server does not serve the %s of %s, although CustomResourceDefinition %s was applied: see its conditions"
                .formatted(
                    SERVED_WITHIN.toSeconds(),
                    object.getKind(),
                    object.getApiVersion(),
                    definition),
            null);
      }
      pause(object);
    }
  }

  private void pause(GenericKubernetesResource object) {
    try {
      time.sleep(PAUSE);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new RayInterruptedException(
          "interrupted while waiting for %s of %s to be served"
              .formatted(object.getKind(), object.getApiVersion()),
          e);
    }
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

  private Optional<APIResource> find(GenericKubernetesResource object) {
    return resources(object.getApiVersion()).stream()
        .filter(found -> object.getKind().equals(found.getKind()))
        .filter(found -> !found.getName().contains("/"))
        .findFirst();
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
