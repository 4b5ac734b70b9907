package io.rayauth.kubernetes;

import io.rayauth.kubernetes.internal.operator.DeploymentState;
import io.rayauth.kubernetes.internal.operator.LeaderLease;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Tells what Kubernetes knew of one KubeRay operator at one moment. Several may run side by side if
 * each looks after namespaces of its own.
 *
 * <p>Immutable and thread-safe.
 */
public final class OperatorDeployment {
  private final DeploymentState state;
  private final @Nullable LeaderLease lease;

  OperatorDeployment(DeploymentState state, @Nullable LeaderLease lease) {
    this.state = state;
    this.lease = lease;
  }

  /**
   * Returns the namespace.
   *
   * @return of the Deployment
   */
  public String namespace() {
    return state.namespace();
  }

  /**
   * Returns the name.
   *
   * @return of the Deployment
   */
  public String name() {
    return state.name();
  }

  /**
   * Returns the image.
   *
   * @return of the first container; empty if there is none
   */
  public Optional<String> image() {
    return state.image();
  }

  /**
   * Returns the version of KubeRay, as far as it can be told: the image's tag without its {@code
   * v}.
   *
   * @return such as {@code 1.6.0}; empty if the tag is no version, such as {@code nightly} or a
   *     digest
   */
  public Optional<String> version() {
    return state.version();
  }

  /**
   * Returns the Helm release that this belongs to.
   *
   * @return empty if it was not installed by Helm
   */
  public Optional<String> helmRelease() {
    return state.helmRelease();
  }

  /**
   * Returns the namespaces whose Ray clusters it looks after.
   *
   * @return empty for all of them, or if a configuration file says it
   */
  public List<String> watchedNamespaces() {
    return state.watchedNamespaces();
  }

  /**
   * Returns how many pods are wanted.
   *
   * @return {@code spec.replicas}
   */
  public int wantedPods() {
    return state.wanted();
  }

  /**
   * Returns how many pods of the wanted kind are ready.
   *
   * @return 0 or more
   */
  public int readyPods() {
    return state.ready();
  }

  /**
   * Tells whether all wanted pods are ready.
   *
   * @return false while a change is rolled out, and if no pod is wanted
   */
  public boolean isReady() {
    return state.wanted() > 0 && state.isRolledOut();
  }

  /**
   * Returns who leads among the operator's pods.
   *
   * @return the holder of the Lease {@code ray-operator-leader}; empty if leader election is
   *     switched off, if the caller may not read Leases, or if the holder has not renewed it in
   *     time
   */
  public Optional<String> leader() {
    return Optional.ofNullable(lease).filter(LeaderLease::isHeld).map(LeaderLease::holder);
  }

  @Override
  public String toString() {
    return "%s/%s (%s, %d of %d pods ready)"
        .formatted(namespace(), name(), image().orElse("no image"), readyPods(), wantedPods());
  }
}
