package io.rayauth.kubernetes.internal.tunnel;

import io.fabric8.kubernetes.api.model.ContainerStatus;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodCondition;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.rayauth.kubernetes.RayClusterRef;
import io.rayauth.kubernetes.RayKubernetesException;
import io.rayauth.kubernetes.RayKubernetesException.Reason;
import io.rayauth.kubernetes.internal.api.ApiServer;
import io.rayauth.kubernetes.internal.cluster.CustomResource;
import io.rayauth.kubernetes.internal.cluster.RayResources;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Looks for the pod that is a cluster's head now: the newest one that carries KubeRay's labels, is
 * ready and is not being deleted. Who may not list pods is led by {@code status.head.podName}.
 */
final class HeadPodFinder {
  private final KubernetesClient client;
  private final RayClusterRef ref;

  private HeadPodFinder(KubernetesClient client, RayClusterRef ref) {
    this.client = client;
    this.ref = ref;
  }

  /**
   * Says what was found.
   *
   * @param pod the head pod; null if there is none that can be used
   * @param why why there is none; empty if there is one
   */
  record Found(@Nullable HeadPod pod, String why) {
    private static Found of(Pod pod) {
      return new Found(
          new HeadPod(
              pod.getMetadata().getNamespace(),
              pod.getMetadata().getName(),
              Objects.requireNonNullElse(pod.getMetadata().getUid(), "")),
          "");
    }

    private static Found none(String why) {
      return new Found(null, why);
    }
  }

  /**
   * Looks once.
   *
   * @param cluster which cluster it is now
   * @throws RayKubernetesException if waiting is in vain: a right is missing, or the cluster is
   *     suspended
   */
  static Found find(KubernetesClient client, Supplier<RayClusterRef> cluster) {
    RayClusterRef ref;
    try {
      ref = cluster.get();
    } catch (RayKubernetesException unknown) {
      return switch (unknown.reason()) {
        case NOT_READY, UNREACHABLE -> Found.none(String.valueOf(unknown.getMessage()));
        default -> throw unknown;
      };
    }
    return new HeadPodFinder(client, ref).find();
  }

  private Found find() {
    List<Pod> pods;
    try {
      pods =
          ApiServer.ask(
              "listing the head pods of RayCluster " + ref,
              () ->
                  client
                      .pods()
                      .inNamespace(ref.namespace())
                      .withLabel("ray.io/cluster", ref.name())
                      .withLabel("ray.io/node-type", "head")
                      .list()
                      .getItems());
    } catch (RayKubernetesException refused) {
      return switch (refused.reason()) {
        case FORBIDDEN -> findByStatus(refused);
        case UNREACHABLE -> Found.none(String.valueOf(refused.getMessage()));
        default -> throw refused;
      };
    }
    Comparator<Pod> age = Comparator.comparing(HeadPodFinder::createdAt);
    Optional<Pod> newest = pods.stream().max(age);
    if (newest.isEmpty()) {
      return Found.none(whyNoPod());
    }
    return pods.stream()
        .filter(HeadPodFinder::isReady)
        .max(age)
        .map(Found::of)
        .orElseGet(() -> Found.none("head pod " + described(newest.get())));
  }

  private Found findByStatus(RayKubernetesException mayNotList) {
    Optional<String> name = cluster().flatMap(c -> c.text("status", "head", "podName"));
    if (name.isEmpty()) {
      throw mayNotList;
    }
    try {
      Pod pod =
          ApiServer.ask(
              "reading head pod " + ref.namespace() + "/" + name.get(),
              () -> client.pods().inNamespace(ref.namespace()).withName(name.get()).get());
      if (pod == null) {
        return Found.none(
            "head pod %s/%s is gone, and KubeRay has not named another one yet"
                .formatted(ref.namespace(), name.get()));
      }
      return isReady(pod) ? Found.of(pod) : Found.none("head pod " + described(pod));
    } catch (RayKubernetesException refused) {
      return switch (refused.reason()) {
        case FORBIDDEN -> new Found(new HeadPod(ref.namespace(), name.get(), ""), "");
        case UNREACHABLE -> Found.none(String.valueOf(refused.getMessage()));
        default -> throw refused;
      };
    }
  }

  private String whyNoPod() {
    Optional<CustomResource> cluster;
    try {
      cluster = cluster();
    } catch (RayKubernetesException unreadable) {
      return "RayCluster " + ref + " has no head pod";
    }
    if (cluster.isEmpty()) {
      return "there is no RayCluster " + ref;
    }
    if (cluster.get().isTrue("spec", "suspend")) {
      throw new RayKubernetesException(
          Reason.NOT_READY,
          "RayCluster %s is suspended and has no pods; set spec.suspend to false".formatted(ref),
          null);
    }
    return cluster
        .get()
        .text("spec", "managedBy")
        .filter(manager -> !manager.equals("ray.io/kuberay-operator"))
        .map(manager ->
            "RayCluster %s has no head pod here; it is managed by %s, which may run it in another Kubernetes cluster"
                .formatted(ref, manager))
        .orElse("RayCluster " + ref + " has no head pod; does the KubeRay operator run?");
  }

  private Optional<CustomResource> cluster() {
    return Optional.ofNullable(
            ApiServer.ask(
                "reading RayCluster " + ref,
                () ->
                    RayResources.rayClusters(client)
                        .inNamespace(ref.namespace())
                        .withName(ref.name())
                        .get()))
        .map(CustomResource::of);
  }

  private static String createdAt(Pod pod) {
    return Objects.requireNonNullElse(pod.getMetadata().getCreationTimestamp(), "");
  }

  private static boolean isReady(Pod pod) {
    return pod.getMetadata().getDeletionTimestamp() == null
        && conditions(pod).anyMatch(c -> isOf(c, "Ready") && "True".equals(c.getStatus()));
  }

  private static String described(Pod pod) {
    String name = pod.getMetadata().getNamespace() + "/" + pod.getMetadata().getName();
    if (pod.getMetadata().getDeletionTimestamp() != null) {
      return name + " is being deleted, and there is no new one yet";
    }
    String phase = pod.getStatus() == null ? null : pod.getStatus().getPhase();
    String state = name + " is " + Objects.requireNonNullElse(phase, "Pending");
    Optional<String> waiting =
        containers(pod)
            .filter(c -> c.getState() != null && c.getState().getWaiting() != null)
            .map(c ->
                "container '%s' waits: %s"
                    .formatted(c.getName(), c.getState().getWaiting().getReason()))
            .findFirst();
    return state
        + waiting
            .or(() ->
                conditions(pod)
                    .filter(c -> isOf(c, "PodScheduled") || isOf(c, "Ready"))
                    .filter(c -> !"True".equals(c.getStatus()) && c.getMessage() != null)
                    .map(PodCondition::getMessage)
                    .findFirst())
            .map(reason -> " and not ready: " + reason)
            .orElse(" and not ready");
  }

  private static Stream<PodCondition> conditions(Pod pod) {
    return pod.getStatus() == null ? Stream.of() : pod.getStatus().getConditions().stream();
  }

  private static Stream<ContainerStatus> containers(Pod pod) {
    return pod.getStatus() == null ? Stream.of() : pod.getStatus().getContainerStatuses().stream();
  }

  private static boolean isOf(PodCondition condition, String type) {
    return type.equals(condition.getType());
  }
}
