package io.rayauth.kubernetes;

import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.rayauth.kubernetes.internal.cluster.CustomResource;
import io.rayauth.kubernetes.internal.cluster.DeclaredScheme;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * Tells what Kubernetes knew of a RayCluster at one moment: what was asked for, and what KubeRay's
 * operator has said about it since.
 *
 * <p>Immutable and thread-safe. Fields that the operator's version does not know are empty. Source:
 * {@code RayCluster} of KubeRay's {@code apis/ray/v1/raycluster_types.go}.
 */
public final class RayCluster {
  private static final int DASHBOARD_PORT = 8265;
  private static final String DASHBOARD = "dashboard";

  private final CustomResource resource;
  private final RayClusterRef ref;
  private final DeclaredScheme declared;
  private final Map<String, Condition> conditions;

  /** Reads what the API server answered. */
  RayCluster(GenericKubernetesResource answer) {
    this.resource = CustomResource.of(answer);
    this.ref = RayClusterRef.of(resource.namespace(), resource.name());
    this.declared = DeclaredScheme.of(resource);
    this.conditions =
        resource.list("status", "conditions").stream()
            .map(Condition::of)
            .collect(
                Collectors.toUnmodifiableMap(
                    Condition::type, condition -> condition, (first, second) -> second));
  }

  /**
   * Is one of the operator's statements about a cluster, such as {@code HeadPodReady}.
   *
   * @param type what it is about
   * @param status {@code True}, {@code False} or {@code Unknown}
   * @param reason one word; may be empty
   * @param message a sentence; may be empty
   */
  public record Condition(String type, String status, String reason, String message) {

    static Condition of(Map<String, Object> condition) {
      return new Condition(
          CustomResource.text(condition, "type").orElse(""),
          CustomResource.text(condition, "status").orElse(""),
          CustomResource.text(condition, "reason").orElse(""),
          CustomResource.text(condition, "message").orElse(""));
    }

    /**
     * Tells whether the statement holds.
     *
     * @return false if it does not, or if nobody knows
     */
    public boolean isTrue() {
      return status.equals("True");
    }
  }

  /**
   * Returns namespace and name.
   *
   * @return to ask for this cluster with
   */
  public RayClusterRef ref() {
    return ref;
  }

  /**
   * Returns the identity of this very object; a cluster that was deleted and made again under the
   * same name has another.
   *
   * @return {@code metadata.uid}
   */
  public String uid() {
    return resource.uid();
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
   * Returns when the cluster was made.
   *
   * @return empty only for an object that was never stored, as in a dry run
   */
  public Optional<Instant> createdAt() {
    return resource.createdAt();
  }

  /**
   * Tells whether the cluster was deleted and is on its way out.
   *
   * @return true as long as it waits for its finalizers
   */
  public boolean isBeingDeleted() {
    return resource.isBeingDeleted();
  }

  /**
   * Returns the version of Ray that was declared; the image may hold another.
   *
   * @return {@code spec.rayVersion}
   */
  public Optional<String> rayVersion() {
    return resource.text("spec", "rayVersion");
  }

  /**
   * Returns who is to check the callers of the dashboard, as far as the object says it.
   *
   * <p>What counts is what the operator really puts into the pods: {@code authOptions: {}} leaves a
   * cluster open although a Secret is made for it. The pods may also be older than the object. Only
   * the dashboard itself knows for certain.
   *
   * @return the scheme of the first door; see {@link #secretName()} for a second one
   */
  public AuthScheme declaredScheme() {
    return declared.scheme();
  }

  /**
   * Returns the fields that made {@link #declaredScheme()} what it is.
   *
   * @return part of a sentence, such as {@code spec.authOptions.mode is token}
   */
  public String declaredSchemeReason() {
    return declared.why();
  }

  /**
   * Returns the Secret that holds Ray's own token: that of {@code authOptions.secretName}, the one
   * the operator makes (named like the cluster, or like its last 50 characters), or the one that
   * the head container's {@code RAY_AUTH_TOKEN} refers to.
   *
   * @return empty if Ray itself asks for no token, or for one that is in no Secret; present
   *     together with {@link AuthScheme#KUBE_RBAC_PROXY} if Ray checks a token behind the proxy
   */
  public Optional<String> secretName() {
    return Optional.ofNullable(declared.secretName());
  }

  /**
   * Returns the key under which the token stands in the Secret.
   *
   * @return {@code auth_token}, unless the head container refers to another
   */
  public String secretKey() {
    return declared.secretKey();
  }

  /**
   * Returns how often the specification has been changed.
   *
   * @return {@code metadata.generation}
   */
  public long generation() {
    return resource.generation();
  }

  /**
   * Returns up to which change the operator has looked.
   *
   * @return {@code status.observedGeneration}; 0 if the operator has not looked yet
   */
  public long observedGeneration() {
    return resource.whole("status", "observedGeneration").orElse(0);
  }

  /**
   * Tells whether the operator has said anything at all.
   *
   * @return false for a cluster that no operator looks after, or has not looked at yet
   */
  public boolean hasStatus() {
    return !resource.map("status").isEmpty();
  }

  /**
   * Tells whether the cluster is switched off or being switched off: no pods, but the object, the
   * Service and the Secret stay.
   *
   * @return true from the moment when {@code spec.suspend} is set until pods may start again
   */
  public boolean suspended() {
    return suspendRequested() || isTrue("RayClusterSuspending") || isTrue("RayClusterSuspended");
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
   * @param type such as {@code HeadPodReady} or {@code RayClusterProvisioned}
   * @return empty if the operator made none of that type
   */
  public Optional<Condition> condition(String type) {
    return Optional.ofNullable(conditions.get(type));
  }

  /**
   * Says why the cluster cannot take jobs yet, as far as it is known without asking for its pods:
   * what {@link RayClusters#awaitReady(RayClusterRef, Duration)} would wait for.
   *
   * @return part of a sentence, such as {@code its head pod is not ready (ContainersNotReady)};
   *     empty if nothing is known to be missing
   */
  public Optional<String> notReadyBecause() {
    Readiness readiness = Readiness.of(this);
    return switch (readiness.stage()) {
      case READY, ASK_THE_HEAD_POD -> Optional.empty();
      default -> Optional.of(readiness.why());
    };
  }

  /** Tells whether somebody wants it to be switched off. */
  boolean suspendRequested() {
    return resource.isTrue("spec", "suspend");
  }

  /** Returns what was read, for those who need more of it than is public. */
  CustomResource resource() {
    return resource;
  }

  private boolean isTrue(String type) {
    return condition(type).filter(Condition::isTrue).isPresent();
  }

  /**
   * Returns the operator's one-word summary. {@code ready} is sticky: it stays when the pods have
   * died, so rather ask {@link #condition(String)}.
   *
   * @return {@code status.state}
   */
  public Optional<String> state() {
    return resource.text("status", "state");
  }

  /**
   * Returns the operator's explanation of the state.
   *
   * @return {@code status.reason}
   */
  public Optional<String> stateReason() {
    return resource.text("status", "reason");
  }

  /**
   * Returns the Service in front of the head pod.
   *
   * @return {@code status.head.serviceName}; empty until the operator has made it
   */
  public Optional<String> headServiceName() {
    return resource.text("status", "head", "serviceName");
  }

  /**
   * Returns the pod that holds the head now.
   *
   * @return {@code status.head.podName}; empty before KubeRay 1.2 or while there is none
   */
  public Optional<String> headPodName() {
    return resource.text("status", "head", "podName");
  }

  /**
   * Returns the ServiceAccount that the head pod runs as.
   *
   * @return empty for the namespace's default
   */
  public Optional<String> headServiceAccount() {
    return resource.text("spec", "headGroupSpec", "template", "spec", "serviceAccountName");
  }

  /**
   * Returns the image of the head's Ray container.
   *
   * @return empty if the object has none, and then no pod can start
   */
  public Optional<String> image() {
    return headContainer().flatMap(container -> CustomResource.text(container, "image"));
  }

  /**
   * Returns the port of the head pod and of its Service where the dashboard, or the proxy in front
   * of it, listens: the one named {@code dashboard}, or 8265, which the operator's Service has when
   * the pod names none.
   *
   * @return a port number
   */
  public int dashboardPort() {
    return headPorts().stream()
        .filter(port -> DASHBOARD.equals(port.get("name")))
        .flatMapToLong(port -> CustomResource.whole(port, "containerPort").stream())
        .mapToInt(Math::toIntExact)
        .findFirst()
        .orElse(DASHBOARD_PORT);
  }

  /**
   * Returns the name of that port in the head's Service.
   *
   * @return {@code dashboard}, or what the operator calls a port without that name; empty if the
   *     Service has no such port because the head container lists others only
   */
  public Optional<String> dashboardPortName() {
    List<Map<String, Object>> ports = headPorts();
    if (ports.isEmpty() || ports.stream().anyMatch(port -> DASHBOARD.equals(port.get("name")))) {
      return Optional.of(DASHBOARD);
    }
    return ports.stream()
        .filter(port -> CustomResource.whole(port, "containerPort").orElse(0) == DASHBOARD_PORT)
        .map(port -> CustomResource.text(port, "name").orElse(DASHBOARD_PORT + "-port"))
        .findFirst();
  }

  /**
   * Tells whether the dashboard's port speaks TLS, as far as the object says it: the proxy in front
   * of it was given {@code --secure-listen-address}. Ray itself serves plain HTTP only.
   *
   * @return false without such a proxy
   */
  public boolean dashboardUsesTls() {
    return declared.tls();
  }

  private Optional<Map<String, Object>> headContainer() {
    return resource.list("spec", "headGroupSpec", "template", "spec", "containers").stream()
        .findFirst();
  }

  private List<Map<String, Object>> headPorts() {
    return headContainer()
        .map(container -> CustomResource.list(container, "ports"))
        .orElse(List.of());
  }

  /**
   * Returns how many worker pods are wanted now, over all groups.
   *
   * @return the sum of {@code replicas × numOfHosts} in the specification
   */
  public int wantedWorkers() {
    long workers =
        resource.list("spec", "workerGroupSpecs").stream()
            .filter(group -> !Boolean.TRUE.equals(group.get("suspend")))
            .mapToLong(group ->
                CustomResource.whole(group, "replicas").orElse(0)
                    * CustomResource.whole(group, "numOfHosts").orElse(1))
            .sum();
    return (int) Math.min(workers, Integer.MAX_VALUE);
  }

  /**
   * Returns how many worker pods are ready.
   *
   * @return {@code status.readyWorkerReplicas}; 0 if the operator has not said
   */
  public int readyWorkers() {
    return count("readyWorkerReplicas");
  }

  /**
   * Returns how many worker pods run, ready or not.
   *
   * @return {@code status.availableWorkerReplicas}; 0 if the operator has not said
   */
  public int availableWorkers() {
    return count("availableWorkerReplicas");
  }

  /**
   * Returns how many worker pods the operator tries to run.
   *
   * @return {@code status.desiredWorkerReplicas}; 0 if the operator has not said
   */
  public int desiredWorkers() {
    return count("desiredWorkerReplicas");
  }

  private int count(String field) {
    return Math.toIntExact(Math.min(resource.whole("status", field).orElse(0), Integer.MAX_VALUE));
  }

  /**
   * Tells whether Ray's autoscaler decides on the number of workers.
   *
   * @return {@code spec.enableInTreeAutoscaling}
   */
  public boolean autoscaling() {
    return resource.isTrue("spec", "enableInTreeAutoscaling");
  }

  /**
   * Returns who makes the pods, where that was said.
   *
   * @return {@code spec.managedBy}; {@code kueue.x-k8s.io/multikueue} means that the pods live in
   *     another Kubernetes cluster
   */
  public Optional<String> managedBy() {
    return resource.text("spec", "managedBy");
  }

  /** Returns name, scheme and state, and nothing of the specification: it may hold secrets. */
  @Override
  public String toString() {
    return "RayCluster[%s, %s, %s]".formatted(ref, declared.scheme(), state().orElse("no state"));
  }
}
