package io.rayauth.kubernetes.internal.operator;

import io.fabric8.kubernetes.api.model.ContainerStatus;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.GenericKubernetesResourceList;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.dsl.FilterWatchListDeletable;
import io.fabric8.kubernetes.client.dsl.Resource;
import io.fabric8.kubernetes.client.dsl.base.ResourceDefinitionContext;
import io.rayauth.kubernetes.RayKubernetesException;
import io.rayauth.kubernetes.internal.api.ApiServer;
import io.rayauth.kubernetes.internal.cluster.CustomResource;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Finds the Deployments, Leases and pods of KubeRay's operator. */
public final class OperatorObjects {
  /** Its name in the chart and in KubeRay's own manifests. */
  private static final String NAME = "kuberay-operator";

  private static final String NAME_LABEL = "app.kubernetes.io/name";
  private static final String COMPONENT_LABEL = "app.kubernetes.io/component";
  private static final String RELEASE = "meta.helm.sh/release-name";
  private static final ResourceDefinitionContext DEPLOYMENT =
      context("apps", "Deployment", "deployments");
  private static final ResourceDefinitionContext LEASE =
      context("coordination.k8s.io", "Lease", "leases");

  private final KubernetesClient client;

  /** Prepares to look. */
  public OperatorObjects(KubernetesClient client) {
    this.client = client;
  }

  private static ResourceDefinitionContext context(String group, String kind, String plural) {
    return new ResourceDefinitionContext.Builder()
        .withGroup(group)
        .withVersion("v1")
        .withKind(kind)
        .withPlural(plural)
        .withNamespaced(true)
        .build();
  }

  /**
   * Finds the operators' Deployments: those that the chart or KubeRay's manifests label so, and
   * those of that name.
   *
   * @param namespace where to look; null for everywhere
   */
  public List<DeploymentState> operators(@Nullable String namespace) {
    Map<String, DeploymentState> found = new LinkedHashMap<>();
    String doing =
        "listing the Deployments of "
            + (namespace == null ? "all namespaces" : "namespace " + namespace);
    Stream.concat(
            list(
                doing, in(namespace).withLabelSelector(NAME_LABEL + " in (" + NAME + ", kuberay)")),
            list(doing, in(namespace).withField("metadata.name", NAME)))
        .filter(OperatorObjects::isOperator)
        .map(OperatorObjects::state)
        .forEach(state -> found.put(state.namespace() + "/" + state.name(), state));
    return List.copyOf(found.values());
  }

  /** KubeRay's other programs have the label {@code kuberay}, too. */
  private static boolean isOperator(GenericKubernetesResource deployment) {
    Map<String, String> labels =
        Optional.ofNullable(deployment.getMetadata().getLabels()).orElse(Map.of());
    return NAME.equals(deployment.getMetadata().getName())
        || NAME.equals(labels.get(NAME_LABEL))
        || NAME.equals(labels.get(COMPONENT_LABEL));
  }

  /** Finds the Deployments of a Helm release. */
  public List<DeploymentState> ofRelease(String namespace, String release) {
    return list(
            "listing the Deployments of namespace " + namespace,
            in(namespace).withLabel("app.kubernetes.io/managed-by", "Helm"))
        .map(OperatorObjects::state)
        .filter(state -> state.helmRelease().filter(release::equals).isPresent())
        .toList();
  }

  /** Finds one Deployment. */
  public Optional<DeploymentState> find(String namespace, String name) {
    return Optional.ofNullable(
            ApiServer.ask(
                "reading Deployment %s/%s".formatted(namespace, name),
                () ->
                    client
                        .genericKubernetesResources(DEPLOYMENT)
                        .inNamespace(namespace)
                        .withName(name)
                        .get()))
        .map(OperatorObjects::state);
  }

  /** Finds the operator's Lease; empty also if the caller may not read it. */
  public Optional<LeaderLease> lease(String namespace, Instant now) {
    try {
      return Optional.ofNullable(
              ApiServer.ask(
                  "reading the operator's Lease",
                  () ->
                      client
                          .genericKubernetesResources(LEASE)
                          .inNamespace(namespace)
                          .withName(LeaderLease.NAME)
                          .get()))
          .map(lease -> LeaderLease.of(CustomResource.of(lease), now));
    } catch (RayKubernetesException e) {
      if (e.reason() == RayKubernetesException.Reason.FORBIDDEN) {
        return Optional.empty();
      }
      throw e;
    }
  }

  /** Tells what keeps a Deployment's pods from getting ready; empty if nothing is known. */
  public String trouble(DeploymentState deployment) {
    Map<String, String> labels =
        deployment.podLabels().entrySet().stream()
            .collect(
                Collectors.toMap(Map.Entry::getKey, entry -> String.valueOf(entry.getValue())));
    try {
      return ApiServer.ask(
              "listing pods",
              () ->
                  client
                      .pods()
                      .inNamespace(deployment.namespace())
                      .withLabels(labels)
                      .list()
                      .getItems())
          .stream()
          .filter(pod -> pod.getStatus() != null)
          .map(pod ->
              "pod %s is %s%s"
                  .formatted(
                      pod.getMetadata().getName(),
                      pod.getStatus().getPhase(),
                      pod.getStatus().getContainerStatuses().stream()
                          .map(OperatorObjects::waiting)
                          .collect(Collectors.joining())))
          .collect(Collectors.joining("; "));
    } catch (RayKubernetesException e) {
      return "its pods cannot be read: " + e.getMessage();
    }
  }

  private static String waiting(ContainerStatus container) {
    if (container.getState() == null || container.getState().getWaiting() == null) {
      return "";
    }
    String message = container.getState().getWaiting().getMessage();
    return " (%s%s)"
        .formatted(
            container.getState().getWaiting().getReason(), message == null ? "" : ": " + message);
  }

  private static DeploymentState state(GenericKubernetesResource deployment) {
    Map<String, String> annotations = deployment.getMetadata().getAnnotations();
    return new DeploymentState(
        CustomResource.of(deployment),
        Optional.ofNullable(annotations).map(found -> found.get(RELEASE)));
  }

  private static Stream<GenericKubernetesResource> list(
      String doing,
      FilterWatchListDeletable<
              GenericKubernetesResource,
              GenericKubernetesResourceList,
              Resource<GenericKubernetesResource>>
          selection) {
    return ApiServer.ask(doing, () -> selection.list().getItems()).stream();
  }

  private FilterWatchListDeletable<
          GenericKubernetesResource,
          GenericKubernetesResourceList,
          Resource<GenericKubernetesResource>>
      in(@Nullable String namespace) {
    var all = client.genericKubernetesResources(DEPLOYMENT);
    return namespace == null ? all.inAnyNamespace() : all.inNamespace(namespace);
  }
}
