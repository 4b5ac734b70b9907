package io.rayauth.kubernetes;

import java.util.Set;

/**
 * Lets a pod onto nodes that keep others away with a taint. Source: {@code tolerations} of a pod in
 * Kubernetes' core API.
 *
 * @param key of the taint, such as {@code nvidia.com/gpu}
 * @param value of the taint; empty tolerates every value
 * @param effect {@code NoSchedule}, {@code PreferNoSchedule} or {@code NoExecute}; empty tolerates
 *     each
 */
public record Toleration(String key, String value, String effect) {
  private static final Set<String> EFFECTS =
      Set.of("", "NoSchedule", "PreferNoSchedule", "NoExecute");

  /**
   * Creates a toleration.
   *
   * @throws IllegalArgumentException if the key is blank or the effect is another than the three
   */
  public Toleration {
    if (key.isBlank()) {
      throw new IllegalArgumentException(
          "the key of a toleration is blank, and would tolerate every taint");
    }
    if (!EFFECTS.contains(effect)) {
      throw new IllegalArgumentException(
          "'%s' is no effect of a taint: take NoSchedule, PreferNoSchedule or NoExecute"
              .formatted(effect));
    }
  }

  /**
   * Tolerates a taint whatever its value and effect.
   *
   * @param key of the taint
   * @return the toleration
   * @throws IllegalArgumentException if the key is blank
   */
  public static Toleration of(String key) {
    return new Toleration(key, "", "");
  }
}
