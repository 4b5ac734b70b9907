package io.rayauth.kubernetes;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * Says how much of a machine a Ray pod gets; requested and limited alike, because Ray plans with
 * what it sees at its start.
 *
 * <p>Immutable and thread-safe.
 */
public final class NodeResources {
  private static final Pattern QUANTITY =
      Pattern.compile(
          "(?:[0-9]{1,18}(?:\\.[0-9]{0,9})?|\\.[0-9]{1,9})(?:[KMGTPE]i|[mkMGTPE]|[eE][+-]?[0-9]{1,2})?");

  private final Map<String, String> quantities;

  private NodeResources(Map<String, String> quantities) {
    this.quantities = Collections.unmodifiableMap(quantities);
  }

  /**
   * Asks for CPU and memory.
   *
   * @param cpu as Kubernetes writes it, such as {@code 2} or {@code 500m}
   * @param memory as Kubernetes writes it, such as {@code 4Gi}
   * @return the resources
   * @throws IllegalArgumentException if one of them is not a positive quantity
   */
  public static NodeResources of(String cpu, String memory) {
    return new NodeResources(new LinkedHashMap<>()).with("cpu", cpu).with("memory", memory);
  }

  /**
   * Asks for NVIDIA GPUs as well.
   *
   * @param count how many
   * @return other resources, with {@code nvidia.com/gpu}
   * @throws IllegalArgumentException if the count is not positive
   */
  public NodeResources gpus(int count) {
    return with("nvidia.com/gpu", Integer.toString(count));
  }

  /**
   * Asks for one more resource, or another amount of one.
   *
   * @param resource its name, such as {@code google.com/tpu} or {@code ephemeral-storage}
   * @param quantity as Kubernetes writes it, such as {@code 4} or {@code 20Gi}
   * @return other resources, with this one
   * @throws IllegalArgumentException if the name is blank or the quantity is not positive
   */
  public NodeResources with(String resource, String quantity) {
    if (resource.isBlank()) {
      throw new IllegalArgumentException("the name of a resource is blank");
    }
    if (!QUANTITY.matcher(quantity).matches()
        || quantity.split("[eEa-zA-Z]", 2)[0].matches("[0.]*")) {
      throw new IllegalArgumentException(
          "'%s' is no amount of %s: take a positive number such as 2, 500m or 4Gi"
              .formatted(quantity, resource));
    }
    Map<String, String> all = new LinkedHashMap<>(quantities);
    all.put(resource, quantity);
    return new NodeResources(all);
  }

  /**
   * Returns all amounts.
   *
   * @return an unmodifiable map from the resource's name to its quantity
   */
  public Map<String, String> quantities() {
    return quantities;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof NodeResources that && quantities.equals(that.quantities);
  }

  @Override
  public int hashCode() {
    return quantities.hashCode();
  }

  /** Returns the amounts, such as {@code NodeResources{cpu=2, memory=4Gi}}. */
  @Override
  public String toString() {
    return "NodeResources" + quantities;
  }
}
