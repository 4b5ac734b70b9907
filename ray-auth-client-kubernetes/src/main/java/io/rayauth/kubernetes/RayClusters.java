package io.rayauth.kubernetes;

import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.GenericKubernetesResourceList;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.dsl.FilterWatchListDeletable;
import io.fabric8.kubernetes.client.dsl.Resource;
import io.rayauth.error.RayInterruptedException;
import io.rayauth.kubernetes.RayKubernetesException.Reason;
import io.rayauth.kubernetes.internal.api.ApiServer;
import io.rayauth.kubernetes.internal.cluster.RayResources;
import io.rayauth.time.TimeSource;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * Finds and deploys the Ray clusters of one Kubernetes cluster.
 *
 * <p>Thread-safe; every call blocks for as long as the Kubernetes client's own timeouts allow. The
 * client belongs to the caller, who closes it.
 */
public final class RayClusters {
  private final KubernetesClient client;
  private final TimeSource time;

  /** Takes the clock, for tests. */
  RayClusters(KubernetesClient client, TimeSource time) {
    this.client = client;
    this.time = time;
  }

  /**
   * Looks at the Kubernetes cluster that a client talks to.
   *
   * @param client stays open and belongs to the caller
   * @return a view that holds nothing else
   */
  public static RayClusters using(KubernetesClient client) {
    return new RayClusters(client, TimeSource.system());
  }

  /**
   * Finds a cluster. Needs the verb {@code get} on it.
   *
   * @param ref which
   * @return empty if there is none of that name
   * @throws RayKubernetesException if KubeRay's custom resources are not installed, if the caller
   *     may not read this one, or if the API server does not answer
   */
  public Optional<RayCluster> find(RayClusterRef ref) {
    GenericKubernetesResource found =
        ApiServer.ask("reading RayCluster " + ref, () -> resource(ref).get());
    if (found == null) {
      RayResources.checkInstalled(client, RayResources.RAY_CLUSTER);
      return Optional.empty();
    }
    return Optional.of(new RayCluster(found));
  }

  /**
   * Reads a cluster that must be there. Needs the verb {@code get} on it.
   *
   * @param ref which
   * @return the cluster
   * @throws RayKubernetesException if there is none of that name, and as {@link
   *     #find(RayClusterRef)} does
   */
  public RayCluster get(RayClusterRef ref) {
    return find(ref)
        .orElseThrow(() ->
            new RayKubernetesException(
                Reason.NOT_FOUND,
                "there is no RayCluster '%s' in namespace '%s'"
                    .formatted(ref.name(), ref.namespace()),
                null));
  }

  /**
   * Lists the clusters of a namespace. Needs the verb {@code list} there.
   *
   * @param namespace which; one that does not exist has none
   * @return in the API server's order, that is by name
   * @throws IllegalArgumentException if this cannot be a namespace
   * @throws RayKubernetesException if KubeRay's custom resources are not installed, if the caller
   *     may not list them, or if the API server does not answer
   */
  public List<RayCluster> list(String namespace) {
    RayClusterRef.checkNamespace(namespace);
    return list(
        "listing the RayClusters of namespace " + namespace,
        RayResources.rayClusters(client).inNamespace(namespace));
  }

  /**
   * Lists the clusters of a namespace that have certain labels. Needs the verb {@code list} there.
   *
   * @param namespace which; one that does not exist has none
   * @param labelSelector as for {@code kubectl -l}, such as {@code team=vision,stage!=test}
   * @return in the API server's order, that is by name
   * @throws IllegalArgumentException if this cannot be a namespace
   * @throws RayKubernetesException as {@link #list(String)} does, and if the API server cannot read
   *     the selector
   */
  public List<RayCluster> list(String namespace, String labelSelector) {
    RayClusterRef.checkNamespace(namespace);
    return list(
        "listing the RayClusters of namespace %s with labels %s"
            .formatted(namespace, labelSelector),
        RayResources.rayClusters(client).inNamespace(namespace).withLabelSelector(labelSelector));
  }

  /**
   * Lists the clusters of all namespaces. Needs the verb {@code list} in all of them.
   *
   * @return by namespace, then by name
   * @throws RayKubernetesException as {@link #list(String)} does
   */
  public List<RayCluster> listInAllNamespaces() {
    return list(
        "listing the RayClusters of all namespaces",
        RayResources.rayClusters(client).inAnyNamespace());
  }

  /**
   * Watches the clusters of a namespace. Needs the verbs {@code list} and {@code watch} there.
   * Returns when the clusters that are already there have been listed; each of them is reported as
   * added.
   *
   * @param namespace which
   * @param consumer is told of every event
   * @return the running watch, which the caller closes
   * @throws IllegalArgumentException if this cannot be a namespace
   * @throws RayKubernetesException as {@link #list(String)} does
   * @throws RayInterruptedException if the thread is interrupted meanwhile
   */
  public RayClusterWatch watch(String namespace, Consumer<? super RayClusterEvent> consumer) {
    RayClusterRef.checkNamespace(namespace);
    return RayClusterWatch.start(
        "watching the RayClusters of namespace " + namespace,
        RayResources.rayClusters(client).inNamespace(namespace),
        consumer);
  }

  /**
   * Watches one cluster, which may not be there yet. Needs the verbs {@code list} and {@code watch}
   * on it.
   *
   * @param ref which
   * @param consumer is told of every event
   * @return the running watch, which the caller closes
   * @throws RayKubernetesException as {@link #list(String)} does
   * @throws RayInterruptedException if the thread is interrupted meanwhile
   */
  public RayClusterWatch watch(RayClusterRef ref, Consumer<? super RayClusterEvent> consumer) {
    return RayClusterWatch.start("watching RayCluster " + ref, resource(ref), consumer);
  }

  /**
   * Waits until a cluster can take jobs as far as Kubernetes can tell: the operator has looked at
   * its last change, it is not suspended, its head pod is ready and, where workers are wanted, all
   * pods have been ready once. The dashboard may need a moment longer, because since Ray 2.53 a
   * head pod gets ready without it. Looks once a second. Needs the verb {@code get} on the cluster;
   * {@code list} on pods and events lets it say why it takes so long.
   *
   * @param ref which
   * @param timeout how long to wait; zero or less looks once
   * @return the cluster, ready
   * @throws RayKubernetesException if it is not ready in time ({@link Reason#NOT_READY}, with what
   *     the head pod says of itself), cannot get ready because it is suspended, was refused by the
   *     operator ({@link Reason#INVALID}), is looked after by nobody for a minute ({@link
   *     Reason#OPERATOR_MISSING}), or is not there; {@link Reason#UNREACHABLE} only when the time
   *     is over
   * @throws RayInterruptedException if the thread is interrupted meanwhile
   */
  public RayCluster awaitReady(RayClusterRef ref, Duration timeout) {
    return new ReadyWait(this, client, time, ref, timeout).await();
  }

  /**
   * Connects to a cluster, in whichever way fits: see {@link #connecting(RayClusterRef)} for what
   * can be chosen.
   *
   * @param ref which
   * @return a connection to close
   * @throws RayKubernetesException as {@link RayConnection.Builder#connect()} does
   */
  public RayConnection connect(RayClusterRef ref) {
    return connecting(ref).connect();
  }

  /**
   * Begins to connect to a cluster.
   *
   * @param ref which
   * @return a builder that has asked nothing yet
   */
  public RayConnection.Builder connecting(RayClusterRef ref) {
    return new RayConnection.Builder(client, ref);
  }

  private static List<RayCluster> list(
      String doing,
      FilterWatchListDeletable<
              GenericKubernetesResource,
              GenericKubernetesResourceList,
              Resource<GenericKubernetesResource>>
          selection) {
    return ApiServer.ask(
        doing, () -> selection.list().getItems().stream().map(RayCluster::new).toList());
  }

  private Resource<GenericKubernetesResource> resource(RayClusterRef ref) {
    return RayResources.rayClusters(client).inNamespace(ref.namespace()).withName(ref.name());
  }
}
