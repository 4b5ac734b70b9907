package io.rayauth.kubernetes.internal.cluster;

import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.ObjectMeta;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * Reads a custom resource: a field that is absent, empty or of another type than expected counts as
 * not there, so that an object of an older or newer operator can be read as far as it goes.
 *
 * <p>Immutable: holds a copy.
 */
public final class CustomResource {
  private final ObjectMeta metadata;
  private final Map<String, Object> content;

  private CustomResource(ObjectMeta metadata, Map<String, Object> content) {
    this.metadata = metadata;
    this.content = content;
  }

  /** Copies what the API server answered. */
  public static CustomResource of(GenericKubernetesResource resource) {
    return new CustomResource(
        resource.getMetadata().toBuilder().build(), copy(resource.getAdditionalProperties()));
  }

  private static Map<String, Object> copy(Map<?, ?> map) {
    Map<String, Object> copy = new LinkedHashMap<>();
    map.forEach((key, value) -> copy.put(String.valueOf(key), copyOf(value)));
    return Collections.unmodifiableMap(copy);
  }

  private static @Nullable Object copyOf(@Nullable Object value) {
    if (value instanceof Map<?, ?> map) {
      return copy(map);
    }
    if (value instanceof List<?> list) {
      return list.stream().map(CustomResource::copyOf).toList();
    }
    return value;
  }

  /** Returns {@code metadata.namespace}; empty if the API server left it out. */
  public String namespace() {
    return orEmpty(metadata.getNamespace());
  }

  /** Returns {@code metadata.name}. */
  public String name() {
    return orEmpty(metadata.getName());
  }

  /** Returns {@code metadata.uid}. */
  public String uid() {
    return orEmpty(metadata.getUid());
  }

  /** Returns {@code metadata.generation}; 0 if the API server left it out. */
  public long generation() {
    return metadata.getGeneration() == null ? 0 : metadata.getGeneration();
  }

  /** Returns {@code metadata.resourceVersion}; another one for each change of any kind. */
  public String resourceVersion() {
    return orEmpty(metadata.getResourceVersion());
  }

  /** Returns when somebody last changed anything but the status, to the second. */
  public Optional<Instant> changedAt() {
    return metadata.getManagedFields().stream()
        .filter(entry -> orEmpty(entry.getSubresource()).isEmpty())
        .flatMap(entry -> time(entry.getTime()).stream())
        .max(Instant::compareTo);
  }

  /** Returns {@code metadata.labels}. */
  public Map<String, String> labels() {
    return metadata.getLabels() == null
        ? Map.of()
        : Collections.unmodifiableMap(new LinkedHashMap<>(metadata.getLabels()));
  }

  /** Returns {@code metadata.creationTimestamp}. */
  public Optional<Instant> createdAt() {
    return time(metadata.getCreationTimestamp());
  }

  /** Tells whether somebody has deleted it and it only waits for its finalizers. */
  public boolean isBeingDeleted() {
    return metadata.getDeletionTimestamp() != null;
  }

  /** Returns the text at a path; numbers and booleans are no text. */
  public Optional<String> text(String... path) {
    return text(content, path);
  }

  /** Returns the text at a path below a map. */
  public static Optional<String> text(Map<String, Object> from, String... path) {
    return at(from, path) instanceof String text && !text.isEmpty()
        ? Optional.of(text)
        : Optional.empty();
  }

  /** Returns the whole number at a path. */
  public OptionalLong whole(String... path) {
    return whole(content, path);
  }

  /** Returns the whole number at a path below a map. */
  public static OptionalLong whole(Map<String, Object> from, String... path) {
    return at(from, path) instanceof Number number
        ? OptionalLong.of(number.longValue())
        : OptionalLong.empty();
  }

  /** Tells whether the value at a path is true. */
  public boolean isTrue(String... path) {
    return Boolean.TRUE.equals(at(content, path));
  }

  /** Tells whether there is anything at a path, be it an empty object. */
  public boolean has(String... path) {
    return at(content, path) != null;
  }

  /** Returns the object at a path; empty if there is none. */
  public Map<String, Object> map(String... path) {
    return asMap(at(content, path));
  }

  /** Returns the objects in the list at a path. */
  public List<Map<String, Object>> list(String... path) {
    return list(content, path);
  }

  /** Returns the objects in the list at a path below a map. */
  public static List<Map<String, Object>> list(Map<String, Object> from, String... path) {
    return at(from, path) instanceof List<?> list
        ? list.stream().filter(Map.class::isInstance).map(CustomResource::asMap).toList()
        : List.of();
  }

  /** Reads a time as Kubernetes writes it. */
  public static Optional<Instant> time(@Nullable String text) {
    if (text == null || text.isEmpty()) {
      return Optional.empty();
    }
    try {
      return Optional.of(OffsetDateTime.parse(text).toInstant());
    } catch (DateTimeException e) {
      return Optional.empty();
    }
  }

  private static @Nullable Object at(Map<String, Object> from, String... path) {
    Object value = from;
    for (String key : path) {
      if (!(value instanceof Map<?, ?> map)) {
        return null;
      }
      value = map.get(key);
    }
    return value;
  }

  @SuppressWarnings("unchecked") // copies are made of maps with text keys only
  private static Map<String, Object> asMap(@Nullable Object value) {
    return value instanceof Map<?, ?> map ? (Map<String, Object>) map : Map.of();
  }

  private static String orEmpty(@Nullable String text) {
    return text == null ? "" : text;
  }
}
