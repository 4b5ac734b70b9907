package io.rayauth.kubernetes;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Tells what of KubeRay was there at one moment: the operators, and the versions of the custom
 * resources.
 *
 * <p>Immutable and thread-safe.
 */
public final class OperatorStatus {
  /** The version this library speaks. */
  private static final String SPOKEN = "v1";

  private static final String RAY_CLUSTERS = "rayclusters.ray.io";

  private final List<OperatorDeployment> operators;
  private final Map<String, ResourceVersions> resources;

  OperatorStatus(List<OperatorDeployment> operators, Map<String, ResourceVersions> resources) {
    this.operators = List.copyOf(operators);
    this.resources = Map.copyOf(resources);
  }

  /**
   * Tells in which versions a custom resource is there.
   *
   * @param established whether the API server serves it already
   * @param served the versions that can be asked for, such as {@code v1}
   * @param stored the versions in which objects may lie in the API server's store; an old one here
   *     keeps that version from being dropped
   */
  public record ResourceVersions(boolean established, List<String> served, List<String> stored) {}

  /**
   * Returns the operators.
   *
   * @return by namespace and name; empty if none runs as a Deployment, though one may run elsewhere
   */
  public List<OperatorDeployment> operators() {
    return operators;
  }

  /**
   * Returns the custom resources of KubeRay that are installed.
   *
   * @return by the name of their definition, such as {@code rayclusters.ray.io}
   */
  public Map<String, ResourceVersions> resources() {
    return resources;
  }

  /**
   * Tells whether anything of KubeRay is there.
   *
   * @return true if there is an operator or a custom resource
   */
  public boolean isInstalled() {
    return !operators.isEmpty() || !resources.isEmpty();
  }

  /**
   * Tells whether a RayCluster that is deployed now would be looked after: the custom resource is
   * served and every operator is ready.
   *
   * @return true if {@link #problems()} is empty
   */
  public boolean isHealthy() {
    return problems().isEmpty();
  }

  /**
   * Tells what is wrong.
   *
   * @return a sentence for each; empty if all is well
   */
  public List<String> problems() {
    List<String> problems = new ArrayList<>();
    ResourceVersions clusters = resources.get(RAY_CLUSTERS);
    if (clusters == null) {
      problems.add("the API server does not know " + RAY_CLUSTERS + ": install KubeRay");
    } else if (!clusters.established() || !clusters.served().contains(SPOKEN)) {
      problems.add(
          "the API server serves %s in %s, not in %s: upgrade KubeRay"
              .formatted(
                  RAY_CLUSTERS,
                  clusters.established() ? clusters.served() : "no version yet",
                  SPOKEN));
    }
    if (operators.isEmpty()) {
      problems.add("no Deployment of the KubeRay operator was found");
    }
    for (OperatorDeployment operator : operators) {
      if (!operator.isReady()) {
        problems.add("operator %s is not ready".formatted(operator));
      }
    }
    return List.copyOf(problems);
  }

  @Override
  public String toString() {
    return isHealthy()
        ? "OperatorStatus[healthy: %s]".formatted(operators)
        : "OperatorStatus[%s]".formatted(String.join("; ", problems()));
  }
}
