package io.rayauth.kubernetes.internal.operator;

import io.rayauth.kubernetes.internal.cluster.CustomResource;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** Reads a Deployment. */
public final class DeploymentState {
  private static final Pattern VERSION_TAG =
      Pattern.compile(":v?(\\d+\\.\\d+\\.\\d+[^@/]*)(@.*)?$");
  private static final String WATCH_NAMESPACE = "--?watch-namespace";

  private final CustomResource deployment;
  private final Optional<String> helmRelease;

  DeploymentState(CustomResource deployment, Optional<String> helmRelease) {
    this.deployment = deployment;
    this.helmRelease = helmRelease;
  }

  /** Returns the namespace. */
  public String namespace() {
    return deployment.namespace();
  }

  /** Returns the name. */
  public String name() {
    return deployment.name();
  }

  /** Returns the release that Helm's annotation names. */
  public Optional<String> helmRelease() {
    return helmRelease;
  }

  /** Returns the image of the first container. */
  public Optional<String> image() {
    return containers().findFirst().flatMap(container -> CustomResource.text(container, "image"));
  }

  /** Returns the image's tag if it is a version. */
  public Optional<String> version() {
    return image().map(VERSION_TAG::matcher).filter(Matcher::find).map(found -> found.group(1));
  }

  /** Returns what the operator's argument {@code --watch-namespace} says. */
  public List<String> watchedNamespaces() {
    List<String> arguments =
        containers()
            .flatMap(container -> Stream.of("command", "args").map(container::get))
            .filter(List.class::isInstance)
            .flatMap(list -> ((List<?>) list).stream())
            .map(String::valueOf)
            .toList();
    for (int i = 0; i < arguments.size(); i++) {
      String[] parts = arguments.get(i).split("=", 2);
      if (parts[0].matches(WATCH_NAMESPACE)) {
        String value =
            parts.length == 2 ? parts[1] : i + 1 < arguments.size() ? arguments.get(i + 1) : "";
        return Arrays.stream(value.split(",")).filter(name -> !name.isBlank()).toList();
      }
    }
    return List.of();
  }

  private Stream<Map<String, Object>> containers() {
    return deployment.list("spec", "template", "spec", "containers").stream();
  }

  /** Returns the labels that its pods carry. */
  Map<String, Object> podLabels() {
    return deployment.map("spec", "selector", "matchLabels");
  }

  /** Returns how many pods are wanted. */
  public int wanted() {
    return count("spec", "replicas", 1);
  }

  /** Returns how many pods are ready. */
  public int ready() {
    return count("status", "readyReplicas", 0);
  }

  /** Tells whether all wanted pods are there, new and ready. */
  public boolean isRolledOut() {
    return deployment.whole("status", "observedGeneration").orElse(0) >= deployment.generation()
        && count("status", "updatedReplicas", 0) >= wanted()
        && count("status", "availableReplicas", 0) >= wanted();
  }

  /** Returns how far the pods are, as part of a sentence. */
  public String inWords() {
    return "%s: %d of %d pods ready"
        .formatted(name(), Math.min(ready(), count("status", "updatedReplicas", 0)), wanted());
  }

  private int count(String part, String field, int otherwise) {
    return (int) Math.min(deployment.whole(part, field).orElse(otherwise), Integer.MAX_VALUE);
  }
}
