package io.rayauth.kubernetes.internal.cluster;

import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Tells tokens of Ray that are no secret: those that stand in samples, such as KubeRay's {@code
 * ray-cluster.auth.secret-ref.yaml} and {@code ray-cluster.auth-manual.yaml}, and those that can be
 * guessed. Whoever has the token may run any program on the cluster.
 */
public final class WeakToken {
  /** KubeRay's own have 44. */
  private static final int SHORTEST = 16;

  private static final Pattern SAMPLE =
      Pattern.compile(
          "raycluster_secret|example|placeholder|change[-_ ]?(me|it)|replace[-_ ]?(me|this)|your[-_ ]|^<.*>$|^(.)\\3*$",
          Pattern.CASE_INSENSITIVE);

  private WeakToken() {}

  /**
   * Says what is wrong with a token, and nothing of its text.
   *
   * @return completes "the token …"; empty if nothing seems wrong
   */
  public static Optional<String> why(String token) {
    if (token.isBlank()) {
      return Optional.of("is blank");
    }
    String stripped = token.strip();
    if (SAMPLE.matcher(stripped).find()) {
      return Optional.of("is that of a sample, which everybody knows");
    }
    return stripped.length() < SHORTEST
        ? Optional.of("has less than %d characters and can be guessed".formatted(SHORTEST))
        : Optional.empty();
  }
}
