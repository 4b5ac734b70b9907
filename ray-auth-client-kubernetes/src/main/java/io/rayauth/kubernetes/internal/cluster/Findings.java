package io.rayauth.kubernetes.internal.cluster;

import io.fabric8.kubernetes.api.model.ContainerState;
import io.fabric8.kubernetes.api.model.ContainerStatus;
import io.fabric8.kubernetes.api.model.Event;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodCondition;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.rayauth.kubernetes.RayClusterRef;
import io.rayauth.kubernetes.RayKubernetesException;
import io.rayauth.kubernetes.internal.api.ApiServer;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Looks beside a RayCluster for the reason why it does not get ready: in its events and its pods.
 *
 * <p>Needs {@code list} on events and pods. Who lacks it gets told so in place of the finding,
 * because the search for a reason must not hide what was searched for.
 */
public final class Findings {
  private static final Set<String> REFUSALS =
      Set.of("InvalidRayClusterSpec", "InvalidRayClusterMetadata", "InvalidRayClusterStatus");

  private final KubernetesClient client;
  private final RayClusterRef ref;

  /** Looks beside one cluster. */
  public Findings(KubernetesClient client, RayClusterRef ref) {
    this.client = client;
    this.ref = ref;
  }

  /**
   * Returns what the operator found wrong with the object as it is now. The operator says so in an
   * event only, and one event may have been about an earlier version of the object, so it must bear
   * this version or be younger than the last change.
   */
  public Optional<String> refusedBecause(CustomResource cluster) {
    try {
      return warnings(cluster).stream()
          .filter(event -> REFUSALS.contains(event.getReason()) && isAbout(event, cluster))
          .map(Findings::words)
          .findFirst();
    } catch (RayKubernetesException e) {
      return Optional.empty(); // without the right to see events the wait goes on to its end
    }
  }

  /** Returns the last warning about the cluster, whatever it is about. */
  public Optional<String> lastWarning(CustomResource cluster) {
    try {
      return warnings(cluster).stream().map(Findings::words).findFirst();
    } catch (RayKubernetesException e) {
      return Optional.of("its events could not be seen: " + e.getMessage());
    }
  }

  private static boolean isAbout(Event event, CustomResource cluster) {
    if (cluster.resourceVersion().equals(event.getInvolvedObject().getResourceVersion())) {
      return true;
    }
    Optional<Instant> changed = cluster.changedAt();
    return changed.isPresent() && lastSeen(event).isAfter(changed.get());
  }

  /** Returns the warnings about this very object, the youngest first. */
  private List<Event> warnings(CustomResource cluster) {
    return ApiServer.ask(
        "looking for events about RayCluster " + ref,
        () ->
            client
                .v1()
                .events()
                .inNamespace(ref.namespace())
                .withField("involvedObject.uid", cluster.uid())
                .list()
                .getItems()
                .stream()
                .filter(event -> "Warning".equals(event.getType()))
                .filter(event -> cluster.uid().equals(event.getInvolvedObject().getUid()))
                .sorted(Comparator.comparing(Findings::lastSeen).reversed())
                .toList());
  }

  private static Instant lastSeen(Event event) {
    return CustomResource.time(event.getLastTimestamp())
        .or(() ->
            event.getEventTime() == null
                ? Optional.empty()
                : CustomResource.time(event.getEventTime().getTime()))
        .orElse(Instant.EPOCH);
  }

  private static String words(Event event) {
    return "%s: %s".formatted(event.getReason(), event.getMessage());
  }

  /** Tells whether the head pod itself says that it is ready, for operators before KubeRay 1.3. */
  public boolean headPodIsReady() {
    return pods("head").stream().anyMatch(Findings::isReady);
  }

  /** Says what is wrong with the head pod. */
  public String headPod() {
    try {
      List<Pod> pods = pods("head");
      return pods.isEmpty()
          ? "there is no head pod"
          : "head pod " + words(pods.get(pods.size() - 1));
    } catch (RayKubernetesException e) {
      return "its pods could not be seen: " + e.getMessage();
    }
  }

  /** Says what is wrong with the first worker pod that is not ready. */
  public Optional<String> workerPods() {
    try {
      return pods("worker").stream()
          .filter(pod -> !isReady(pod))
          .findFirst()
          .map(pod -> "worker pod " + words(pod));
    } catch (RayKubernetesException e) {
      return Optional.of("its pods could not be seen: " + e.getMessage());
    }
  }

  private List<Pod> pods(String nodeType) {
    return ApiServer.ask(
        "looking for the %s pods of RayCluster %s".formatted(nodeType, ref),
        () ->
            client
                .pods()
                .inNamespace(ref.namespace())
                .withLabel("ray.io/cluster", ref.name())
                .withLabel("ray.io/node-type", nodeType)
                .list()
                .getItems()
                .stream()
                .sorted(
                    Comparator.comparing(
                        pod -> String.valueOf(pod.getMetadata().getCreationTimestamp())))
                .toList());
  }

  private static boolean isReady(Pod pod) {
    return condition(pod, "Ready").filter(found -> "True".equals(found.getStatus())).isPresent();
  }

  private static Optional<PodCondition> condition(Pod pod, String type) {
    return pod.getStatus() == null
        ? Optional.empty()
        : pod.getStatus().getConditions().stream()
            .filter(condition -> type.equals(condition.getType()))
            .findFirst();
  }

  private static String words(Pod pod) {
    String name = pod.getMetadata().getName();
    if (pod.getMetadata().getDeletionTimestamp() != null) {
      return name + " is being deleted";
    }
    Optional<PodCondition> unscheduled =
        condition(pod, "PodScheduled").filter(found -> "False".equals(found.getStatus()));
    if (unscheduled.isPresent()) {
      return "%s has found no node: %s".formatted(name, unscheduled.get().getMessage());
    }
    return containers(pod)
        .flatMap(status -> trouble(status).stream())
        .findFirst()
        .map(trouble -> name + ": " + trouble)
        .orElseGet(() ->
            "%s is in phase %s and not ready"
                .formatted(name, pod.getStatus() == null ? "?" : pod.getStatus().getPhase()));
  }

  private static Stream<ContainerStatus> containers(Pod pod) {
    return pod.getStatus() == null
        ? Stream.empty()
        : Stream.concat(
            pod.getStatus().getInitContainerStatuses().stream(),
            pod.getStatus().getContainerStatuses().stream());
  }

  private static Optional<String> trouble(ContainerStatus container) {
    ContainerState state = container.getState();
    if (state == null || Boolean.TRUE.equals(container.getReady())) {
      return Optional.empty();
    }
    String name = "container '" + container.getName() + "' ";
    if (state.getWaiting() != null) {
      return Optional.of(
          name
              + "waits: "
              + reason(state.getWaiting().getReason(), state.getWaiting().getMessage()));
    }
    if (state.getTerminated() != null && state.getTerminated().getExitCode() != 0) {
      return Optional.of(
          name
              + "ended with exit code %d: ".formatted(state.getTerminated().getExitCode())
              + reason(state.getTerminated().getReason(), state.getTerminated().getMessage()));
    }
    return state.getRunning() == null
        ? Optional.empty()
        : Optional.of(name + "runs and does not pass its readiness probe");
  }

  private static String reason(@Nullable String word, @Nullable String sentence) {
    if (sentence == null || sentence.isBlank()) {
      return word == null ? "no reason given" : word;
    }
    return word == null ? sentence : word + " (" + sentence + ")";
  }
}
