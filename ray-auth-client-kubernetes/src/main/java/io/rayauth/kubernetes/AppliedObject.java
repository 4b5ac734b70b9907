package io.rayauth.kubernetes;

import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Tells what became of one object that was sent to the API server, or what would have become of it
 * in a dry run.
 *
 * <p>Immutable and thread-safe.
 */
public final class AppliedObject {
  private final String apiVersion;
  private final String kind;
  private final @Nullable String namespace;
  private final String name;
  private final Outcome outcome;
  private final String yaml;

  /** Names what became of an object. */
  public enum Outcome {
    /** It was not there before. */
    CREATED,
    /** It was there and is now another. */
    CHANGED,
    /** It was there just so. */
    UNCHANGED
  }

  AppliedObject(
      String apiVersion,
      String kind,
      @Nullable String namespace,
      String name,
      Outcome outcome,
      String yaml) {
    this.apiVersion = apiVersion;
    this.kind = kind;
    this.namespace = namespace;
    this.name = name;
    this.outcome = outcome;
    this.yaml = yaml;
  }

  /**
   * Returns group and version.
   *
   * @return such as {@code ray.io/v1}
   */
  public String apiVersion() {
    return apiVersion;
  }

  /**
   * Returns the kind.
   *
   * @return such as {@code RayCluster}
   */
  public String kind() {
    return kind;
  }

  /**
   * Returns the namespace.
   *
   * @return empty for an object of the whole Kubernetes cluster
   */
  public Optional<String> namespace() {
    return Optional.ofNullable(namespace);
  }

  /**
   * Returns the name.
   *
   * @return {@code metadata.name}
   */
  public String name() {
    return name;
  }

  /**
   * Returns what became of it.
   *
   * @return the outcome
   */
  public Outcome outcome() {
    return outcome;
  }

  /**
   * Returns the object as the API server answered it, with its defaults and without the records of
   * who manages which field.
   *
   * @return YAML; that of a Secret holds its data
   */
  public String yaml() {
    return yaml;
  }

  /** Returns kind, namespace, name and outcome, and nothing of the content. */
  @Override
  public String toString() {
    return "%s %s%s: %s".formatted(kind, namespace == null ? "" : namespace + "/", name, outcome);
  }
}
