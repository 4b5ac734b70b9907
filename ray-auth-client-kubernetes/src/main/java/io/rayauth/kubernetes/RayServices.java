package io.rayauth.kubernetes;

import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.GenericKubernetesResourceList;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.dsl.FilterWatchListDeletable;
import io.fabric8.kubernetes.client.dsl.MixedOperation;
import io.fabric8.kubernetes.client.dsl.Resource;
import io.rayauth.kubernetes.RayKubernetesException.Reason;
import io.rayauth.kubernetes.internal.api.ApiServer;
import io.rayauth.kubernetes.internal.cluster.RayResources;
import java.util.List;
import java.util.Optional;

/**
 * Finds RayServices and the RayClusters that serve for them.
 *
 * <p>Thread-safe; every call blocks for as long as the Kubernetes client's own timeouts allow. The
 * client belongs to the caller, who closes it.
 */
public final class RayServices {
  private final KubernetesClient client;

  private RayServices(KubernetesClient client) {
    this.client = client;
  }

  /**
   * Looks at the Kubernetes cluster that a client talks to.
   *
   * @param client stays open and belongs to the caller
   * @return a view that holds nothing else
   */
  public static RayServices using(KubernetesClient client) {
    return new RayServices(client);
  }

  /**
   * Finds a RayService. Needs the verb {@code get} on it.
   *
   * @param ref which
   * @return empty if there is none of that name
   * @throws RayKubernetesException if KubeRay's custom resources are not installed, if the caller
   *     may not read this one, or if the API server does not answer
   */
  public Optional<RayService> find(RayServiceRef ref) {
    GenericKubernetesResource found =
        ApiServer.ask(
            "reading RayService " + ref,
            () -> rayServices().inNamespace(ref.namespace()).withName(ref.name()).get());
    if (found == null) {
      RayResources.checkInstalled(client, RayResources.RAY_SERVICE);
      return Optional.empty();
    }
    return Optional.of(new RayService(found));
  }

  /**
   * Finds the cluster that serves for a RayService now. Needs the verb {@code get} on the
   * RayService.
   *
   * @param ref which
   * @return the cluster to connect to; another one after an upgrade
   * @throws RayKubernetesException if there is no such RayService, if it has no active cluster yet
   *     ({@link Reason#NOT_READY}, with the operator's words), and as {@link #find(RayServiceRef)}
   *     does
   */
  public RayClusterRef activeCluster(RayServiceRef ref) {
    RayService service =
        find(ref)
            .orElseThrow(() ->
                new RayKubernetesException(
                    Reason.NOT_FOUND,
                    "there is no RayService '%s' in namespace '%s'"
                        .formatted(ref.name(), ref.namespace()),
                    null));
    return service
        .activeCluster()
        .orElseThrow(() ->
            new RayKubernetesException(
                Reason.NOT_READY,
                "RayService %s has no active cluster yet%s%s"
                    .formatted(
                        ref,
                        service
                            .pendingCluster()
                            .map(pending -> "; %s is being made".formatted(pending.name()))
                            .orElse(""),
                        service
                            .condition("Ready")
                            .map(ready -> " (%s: %s)".formatted(ready.reason(), ready.message()))
                            .orElse("")),
                null));
  }

  /**
   * Lists the RayServices of a namespace. Needs the verb {@code list} there.
   *
   * @param namespace which; one that does not exist has none
   * @return by name
   * @throws IllegalArgumentException if this cannot be a namespace
   * @throws RayKubernetesException as {@link #find(RayServiceRef)} does
   */
  public List<RayService> list(String namespace) {
    RayClusterRef.checkNamespace(namespace);
    return list(
        "listing the RayServices of namespace " + namespace, rayServices().inNamespace(namespace));
  }

  /**
   * Lists the RayServices of a namespace that have certain labels. Needs the verb {@code list}
   * there.
   *
   * @param namespace which; one that does not exist has none
   * @param labelSelector as for {@code kubectl -l}, such as {@code team=vision,stage!=test}
   * @return by name
   * @throws IllegalArgumentException if this cannot be a namespace
   * @throws RayKubernetesException as {@link #find(RayServiceRef)} does, and if the API server
   *     cannot read the selector
   */
  public List<RayService> list(String namespace, String labelSelector) {
    RayClusterRef.checkNamespace(namespace);
    return list(
        "listing the RayServices of namespace %s with labels %s"
            .formatted(namespace, labelSelector),
        rayServices().inNamespace(namespace).withLabelSelector(labelSelector));
  }

  private static List<RayService> list(
      String doing,
      FilterWatchListDeletable<
              GenericKubernetesResource,
              GenericKubernetesResourceList,
              Resource<GenericKubernetesResource>>
          selection) {
    return ApiServer.ask(
        doing, () -> selection.list().getItems().stream().map(RayService::new).toList());
  }

  private MixedOperation<
          GenericKubernetesResource,
          GenericKubernetesResourceList,
          Resource<GenericKubernetesResource>>
      rayServices() {
    return client.genericKubernetesResources(RayResources.RAY_SERVICE);
  }
}
