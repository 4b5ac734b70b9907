package io.rayauth.kubernetes;

import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.GenericKubernetesResourceList;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.dsl.FilterWatchListDeletable;
import io.fabric8.kubernetes.client.dsl.Resource;
import io.rayauth.error.RayInterruptedException;
import io.rayauth.kubernetes.AppliedObject.Outcome;
import io.rayauth.kubernetes.RayKubernetesException.Reason;
import io.rayauth.kubernetes.internal.api.ApiServer;
import io.rayauth.kubernetes.internal.cluster.RayResources;
import io.rayauth.kubernetes.internal.connect.Destination;
import io.rayauth.kubernetes.internal.manifest.Applied;
import io.rayauth.kubernetes.internal.manifest.Deployment;
import io.rayauth.kubernetes.internal.manifest.Removal;
import io.rayauth.kubernetes.internal.manifest.UserManifest;
import io.rayauth.time.TimeSource;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * Finds, deploys and reaches the Ray clusters of one Kubernetes cluster.
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
   * Deploys a cluster with all that its scheme of authentication needs, or changes one that this
   * call has deployed before into what is described now. Returns when the API server has
   * everything; {@link #awaitReady(RayClusterRef, Duration)} waits for the pods.
   *
   * <p>Every object is checked by the API server before the first is applied. If it fails
   * nevertheless, or the thread is interrupted, the objects that this call has made are deleted
   * again, unless the RayCluster was there before and has been changed already, because it needs
   * them now. The message says what was taken back, what was changed and stays, and what could not
   * be taken back. Doing it again changes nothing. Fields that somebody else manages are not taken
   * from them. With autoscaling the number of workers stays as the autoscaler has set it.
   *
   * <p>KubeRay does not replace running pods when the description changes, so another scheme or
   * image comes into force when they are deleted or the cluster is suspended for a while. What this
   * call had made for the former scheme, or for a ServiceAccount that is another now, is deleted
   * once the new form is stored. Pods that still run in the former one have no right to ask
   * Kubernetes about callers from then on, and let nobody in until they are replaced.
   *
   * <p>Needs the verbs {@code get}, {@code create} and {@code patch} on RayClusters; for {@link
   * RayClusterSpec.Builder#kubeRbacProxy()} and {@link RayClusterSpec.Builder#kubernetesToken()} on
   * ConfigMaps or RoleBindings, ServiceAccounts, ClusterRoles and ClusterRoleBindings as well, and
   * the rights that those grant; to take something back or to change the scheme, {@code delete} on
   * what goes.
   *
   * @param spec what to deploy
   * @return the cluster as it is stored, not yet started
   * @throws RayKubernetesException if KubeRay is not installed ({@link Reason#CRD_MISSING}) or too
   *     old for the scheme ({@link Reason#INVALID}), the namespace or a Secret is missing, an
   *     object of that name is there that was not deployed by this call or is managed by somebody
   *     else ({@link Reason#CONFLICT}), or the caller lacks a right ({@link Reason#FORBIDDEN})
   * @throws RayInterruptedException if the thread is interrupted meanwhile
   */
  public RayCluster deploy(RayClusterSpec spec) {
    return new RayCluster(new Deployment(client, spec).apply());
  }

  /**
   * Lets the API server check a deployment and changes nothing. Needs the rights of {@link
   * #deploy(RayClusterSpec)}.
   *
   * @param spec what would be deployed
   * @return every object as it would be, in the order of the deployment
   * @throws RayKubernetesException as {@link #deploy(RayClusterSpec)} does
   * @throws RayInterruptedException if the thread is interrupted meanwhile
   */
  public List<AppliedObject> dryRun(RayClusterSpec spec) {
    return report(new Deployment(client, spec).check());
  }

  /**
   * Deletes a cluster, and the ClusterRoles and the ClusterRoleBinding that {@link
   * #deploy(RayClusterSpec)} has made for it. Its pods, its Service and everything else that
   * belongs to it are taken away by Kubernetes a little later. An object that somebody else has put
   * in the place of one of them, even between two requests of this call, stays. Needs the verbs
   * {@code get} and {@code delete} on what is deleted.
   *
   * @param ref which
   * @return false if there was none
   * @throws RayKubernetesException if KubeRay's custom resources are not installed, if the caller
   *     lacks a right, if the cluster is made anew meanwhile ({@link Reason#CONFLICT}), or if the
   *     API server does not answer; after the cluster itself was deleted, the same call deletes the
   *     rest
   */
  public boolean delete(RayClusterRef ref) {
    return new Removal(client, ref).delete();
  }

  /**
   * Deletes a cluster like {@link #delete(RayClusterRef)} and waits until it and its pods are gone.
   *
   * @param ref which
   * @param timeout how long to wait
   * @return false if there was none
   * @throws RayKubernetesException as {@link #delete(RayClusterRef)} does, and if it is still there
   *     when the time is over; the message names the finalizers that hold it
   * @throws RayInterruptedException if the thread is interrupted meanwhile
   */
  public boolean deleteAndWait(RayClusterRef ref, Duration timeout) {
    return new Removal(client, ref).deleteAndWait(time, timeout);
  }

  /**
   * Applies a manifest of one's own, unchanged, as {@code kubectl apply --server-side -f} does, but
   * definitions of custom resources before all else: objects of the kinds that they define wait for
   * up to a minute until the API server serves them.
   *
   * @param manifest a file of YAML with any number of documents
   * @param namespace of those objects that live in a namespace and name none
   * @return every object, in the order in which it was applied
   * @throws IllegalArgumentException if the file is no YAML, holds no object, or one without
   *     apiVersion, kind or name; nothing was applied then
   * @throws RayKubernetesException if the file cannot be read ({@link Reason#INVALID}), if the API
   *     server does not know a kind, in which case nothing was applied, refuses an object, or does
   *     not serve a new kind in time ({@link Reason#NOT_READY}); the message names those that were
   *     applied before it
   * @throws RayInterruptedException if the thread is interrupted meanwhile; the message names those
   *     that were applied before
   */
  public List<AppliedObject> apply(Path manifest, String namespace) {
    String yaml;
    try {
      yaml = Files.readString(manifest);
    } catch (IOException e) {
      throw new RayKubernetesException(
          Reason.INVALID, "manifest %s cannot be read: %s".formatted(manifest, e), e);
    }
    return apply(manifest.toString(), yaml, namespace);
  }

  /**
   * Applies a manifest of one's own, unchanged, as {@code kubectl apply --server-side -f -} does.
   *
   * @param yaml the text, with any number of documents
   * @param namespace of those objects that live in a namespace and name none
   * @return every object, in the order in which it was applied
   * @throws IllegalArgumentException as {@link #apply(Path, String)} does
   * @throws RayKubernetesException as {@link #apply(Path, String)} does
   * @throws RayInterruptedException if the thread is interrupted meanwhile
   */
  public List<AppliedObject> apply(String yaml, String namespace) {
    return apply("the manifest", yaml, namespace);
  }

  /**
   * Applies a manifest of one's own like {@link #apply(Path, String)}, such as a resource of a jar.
   *
   * @param manifest YAML in UTF-8 with any number of documents, read to its end; the caller closes
   *     it
   * @param namespace of those objects that live in a namespace and name none
   * @return every object, in the order in which it was applied
   * @throws IllegalArgumentException as {@link #apply(Path, String)} does
   * @throws RayKubernetesException as {@link #apply(Path, String)} does
   * @throws RayInterruptedException if the thread is interrupted meanwhile
   */
  public List<AppliedObject> apply(InputStream manifest, String namespace) {
    String yaml;
    try {
      yaml = new String(manifest.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new RayKubernetesException(Reason.INVALID, "the manifest cannot be read: " + e, e);
    }
    return apply(yaml, namespace);
  }

  /**
   * Applies a manifest like {@link #apply(Path, String)}, with the namespace of the Kubernetes
   * client for those objects that name none, or {@code default} if it has none either.
   *
   * @param manifest a file of YAML with any number of documents
   * @return every object, in the order in which it was applied
   * @throws IllegalArgumentException as {@link #apply(Path, String)} does
   * @throws RayKubernetesException as {@link #apply(Path, String)} does
   * @throws RayInterruptedException if the thread is interrupted meanwhile
   */
  public List<AppliedObject> apply(Path manifest) {
    return apply(manifest, namespaceOfTheClient());
  }

  /**
   * Applies a manifest like {@link #apply(String, String)}, with the namespace of the Kubernetes
   * client for those objects that name none, or {@code default} if it has none either.
   *
   * @param yaml the text, with any number of documents
   * @return every object, in the order in which it was applied
   * @throws IllegalArgumentException as {@link #apply(Path, String)} does
   * @throws RayKubernetesException as {@link #apply(Path, String)} does
   * @throws RayInterruptedException if the thread is interrupted meanwhile
   */
  public List<AppliedObject> apply(String yaml) {
    return apply(yaml, namespaceOfTheClient());
  }

  /**
   * Applies a manifest like {@link #apply(InputStream, String)}, with the namespace of the
   * Kubernetes client for those objects that name none, or {@code default} if it has none either.
   *
   * @param manifest YAML in UTF-8 with any number of documents, read to its end; the caller closes
   *     it
   * @return every object, in the order in which it was applied
   * @throws IllegalArgumentException as {@link #apply(Path, String)} does
   * @throws RayKubernetesException as {@link #apply(Path, String)} does
   * @throws RayInterruptedException if the thread is interrupted meanwhile
   */
  public List<AppliedObject> apply(InputStream manifest) {
    return apply(manifest, namespaceOfTheClient());
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
    return new RayConnection.Builder(client, new Destination("RayCluster " + ref, () -> ref, null));
  }

  /**
   * Connects to the cluster that serves for a RayService, in whichever way fits: see {@link
   * #connecting(RayServiceRef)}.
   *
   * @param ref which
   * @return a connection to close
   * @throws RayKubernetesException as {@link RayConnection.Builder#connect()} and {@link
   *     RayServices#activeCluster(RayServiceRef)} do
   */
  public RayConnection connect(RayServiceRef ref) {
    return connecting(ref).connect();
  }

  /**
   * Begins to connect to the cluster that serves for a RayService. After an upgrade, once the head
   * of the cluster before is gone, the connection goes on with the next one and its token; the jobs
   * of the former have ended with it. Needs the verb {@code get} on the RayService too.
   *
   * @param ref which
   * @return a builder that has asked nothing yet
   */
  public RayConnection.Builder connecting(RayServiceRef ref) {
    RayServices services = RayServices.using(client);
    return new RayConnection.Builder(
        client,
        new Destination(
            "RayService " + ref,
            () -> services.activeCluster(ref),
            RayService.headServiceName(ref)));
  }

  private String namespaceOfTheClient() {
    String namespace = client.getNamespace();
    return namespace == null ? "default" : namespace;
  }

  private List<AppliedObject> apply(String source, String yaml, String namespace) {
    RayClusterRef.checkNamespace(namespace);
    return report(new UserManifest(client, source, time).apply(yaml, namespace));
  }

  private List<AppliedObject> report(List<Applied> objects) {
    return objects.stream().map(this::report).toList();
  }

  private AppliedObject report(Applied object) {
    Outcome outcome =
        object.before() == null
            ? Outcome.CREATED
            : object.isUnchanged() ? Outcome.UNCHANGED : Outcome.CHANGED;
    return new AppliedObject(
        object.after().getApiVersion(),
        object.after().getKind(),
        object.sent().namespace(),
        object.sent().name(),
        outcome,
        client.getKubernetesSerialization().asYaml(object.readable()));
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
