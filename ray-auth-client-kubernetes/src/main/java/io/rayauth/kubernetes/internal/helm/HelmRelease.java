package io.rayauth.kubernetes.internal.helm;

/**
 * Tells what Helm knows of a release.
 *
 * @param name the release
 * @param chart name and version of the chart, such as {@code kuberay-operator-1.6.0}
 * @param status such as {@code deployed}
 * @param revision counts installations and upgrades
 */
public record HelmRelease(String name, String chart, String status, String revision) {

  /** Tells whether an earlier command is under way, or died under way. */
  public boolean isPending() {
    return status.startsWith("pending") || status.equals("uninstalling");
  }

  @Override
  public String toString() {
    return "release %s (%s, %s, revision %s)".formatted(name, chart, status, revision);
  }
}
