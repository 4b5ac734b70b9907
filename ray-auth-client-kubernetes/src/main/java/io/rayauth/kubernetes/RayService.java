package io.rayauth.kubernetes;

import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.rayauth.kubernetes.RayCluster.Condition;
import io.rayauth.kubernetes.internal.cluster.CustomResource;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * Tells what Kubernetes knew of a RayService at one moment.
 *
 * <p>A RayService has another RayCluster, and with it another token, after every upgrade: ask for
 * {@link #activeCluster()} each time instead of keeping it.
 *
 * <p>Immutable and thread-safe. Source: {@code RayService} of KubeRay's {@code
 * apis/ray/v1/rayservice_types.go}.
 */
public final class RayService {
  private final CustomResource resource;
  private final RayServiceRef ref;
  private final Map<String, Condition> conditions;

  /** Reads what the API server answered. */
  RayService(GenericKubernetesResource answer) {
    this.resource = CustomResource.of(answer);
    this.ref = RayServiceRef.of(resource.namespace(), resource.name());
    this.conditions =
        resource.list("status", "conditions").stream()
            .map(Condition::of)
            .collect(
                Collectors.toUnmodifiableMap(
                    Condition::type, condition -> condition, (first, second) -> second));
  }

  /**
   * Returns namespace and name.
   *
   * @return to ask for this RayService with
   */
  public RayServiceRef ref() {
    return ref;
  }

  /**
   * Returns the labels.
   *
   * @return an unmodifiable map
   */
  public Map<String, String> labels() {
    return resource.labels();
  }

  /**
   * Returns the cluster that serves now.
   *
   * @return {@code status.activeServiceStatus.rayClusterName}; empty until the first one is ready
   */
  public Optional<RayClusterRef> activeCluster() {
    return cluster("activeServiceStatus");
  }

  /**
   * Returns the cluster that is to take over.
   *
   * @return {@code status.pendingServiceStatus.rayClusterName}; empty outside an upgrade
   */
  public Optional<RayClusterRef> pendingCluster() {
    return cluster("pendingServiceStatus");
  }

  private Optional<RayClusterRef> cluster(String which) {
    return resource
        .text("status", which, "rayClusterName")
        .map(name -> RayClusterRef.of(ref.namespace(), name));
  }

  /**
   * Returns the Service in front of the active cluster's head, which the operator moves at an
   * upgrade.
   *
   * @return {@code <name>-head-svc}; it exists from the first active cluster on
   */
  public String headServiceName() {
    return headServiceName(ref);
  }

  static String headServiceName(RayServiceRef ref) {
    return ref.name() + "-head-svc";
  }

  /**
   * Returns the Service in front of the Serve applications, which no scheme of authentication
   * covers.
   *
   * @return {@code <name>-serve-svc}
   */
  public String serveServiceName() {
    return ref.name() + "-serve-svc";
  }

  /**
   * Returns how many pods serve.
   *
   * @return {@code status.numServeEndpoints}; 0 if the operator has not said
   */
  public int serveEndpoints() {
    return (int)
        Math.min(resource.whole("status", "numServeEndpoints").orElse(0), Integer.MAX_VALUE);
  }

  /**
   * Returns all of the operator's statements.
   *
   * @return by type; empty before KubeRay 1.3
   */
  public Map<String, Condition> conditions() {
    return conditions;
  }

  /**
   * Returns one of the operator's statements.
   *
   * @param type {@code Ready}, {@code UpgradeInProgress}, {@code RollbackInProgress}, {@code
   *     Suspending} or {@code Suspended}
   * @return empty if the operator made none of that type
   */
  public Optional<Condition> condition(String type) {
    return Optional.ofNullable(conditions.get(type));
  }

  /** Returns name and active cluster. */
  @Override
  public String toString() {
    return "RayService[%s, %s]"
        .formatted(ref, activeCluster().map(RayClusterRef::toString).orElse("no active cluster"));
  }
}
