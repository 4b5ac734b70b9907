package io.rayauth.gke;

import com.google.api.services.container.model.Cluster;
import com.google.api.services.container.model.IPAllocationPolicy;
import com.google.api.services.container.model.NodeConfig;
import com.google.api.services.container.model.NodePool;
import com.google.api.services.container.model.Operation;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.rayauth.gke.GkeException.Reason;
import io.rayauth.gke.internal.api.ApiRoot;
import io.rayauth.gke.internal.api.ContainerApi;
import io.rayauth.kubernetes.RayClusterRef;
import io.rayauth.kubernetes.RayConnection;
import io.rayauth.time.TimeSource;
import java.net.URI;
import java.util.List;
import java.util.Optional;

/**
 * Finds, reaches, creates and deletes GKE clusters by GKE's own API, without gcloud and without a
 * kubeconfig.
 *
 * <p>{@link #kubernetesClient(GkeClusterRef)} and {@link #connect(GkeClusterRef, RayClusterRef)}
 * use the application default credentials; {@link #using(GoogleTokenProvider)} takes others.
 * Immutable and thread-safe; every call blocks for a few requests.
 */
public final class GkeClusters {
  /** What gcloud gives the nodes of a cluster ({@code --scopes=gke-default}). */
  private static final List<String> NODE_SCOPES =
      List.of(
          "https://www.googleapis.com/auth/devstorage.read_only",
          "https://www.googleapis.com/auth/logging.write",
          "https://www.googleapis.com/auth/monitoring",
          "https://www.googleapis.com/auth/service.management.readonly",
          "https://www.googleapis.com/auth/servicecontrol",
          "https://www.googleapis.com/auth/trace.append");

  private final ContainerApi api;
  private final TimeSource time;

  private GkeClusters(ContainerApi api, TimeSource time) {
    this.api = api;
    this.time = time;
  }

  /**
   * Makes a Kubernetes client for a GKE cluster, as the application default credentials: {@code
   * using(GoogleTokenProvider.applicationDefault()).get(ref).kubernetesClient()}.
   *
   * @param ref which cluster
   * @return a client to close; its tokens are renewed, and fetched anew if the API server refuses
   *     one
   * @throws io.rayauth.token.TokenUnavailableException if there are no usable Google credentials
   * @throws GkeException if the cluster is not there, cannot be reached yet, or may not be read
   */
  public static KubernetesClient kubernetesClient(GkeClusterRef ref) {
    return using(GoogleTokenProvider.applicationDefault()).get(ref).kubernetesClient();
  }

  /**
   * Connects to a Ray cluster on GKE, as the application default credentials: {@code
   * using(GoogleTokenProvider.applicationDefault()).get(gke).connect(ray)}.
   *
   * @param gke which GKE cluster
   * @param ray which Ray cluster on it
   * @return a connection to close; the Kubernetes client behind it is closed with it
   * @throws io.rayauth.token.TokenUnavailableException if there are no usable Google credentials
   * @throws GkeException if the cluster is not there, cannot be reached yet, or may not be read
   * @throws io.rayauth.kubernetes.RayKubernetesException as {@link
   *     GkeCluster#connect(RayClusterRef)} does
   */
  public static RayConnection connect(GkeClusterRef gke, RayClusterRef ray) {
    return using(GoogleTokenProvider.applicationDefault()).get(gke).connect(ray);
  }

  /**
   * Asks GKE's API as somebody.
   *
   * @param tokens who asks, and whom Kubernetes clients act as
   * @return a view that has asked nothing yet
   */
  public static GkeClusters using(GoogleTokenProvider tokens) {
    return new GkeClusters(
        new ContainerApi(tokens.account(), ApiRoot.OF_UNIVERSE),
        tokens.account().surroundings().time());
  }

  /**
   * Asks GKE's API at another address, such as that of a Private Service Connect endpoint.
   *
   * @param address an https address, or plain http on loopback for tests
   * @return a view like this one. <i>Default: {@code https://container.googleapis.com}, or that of
   *     the universe that the credentials belong to.</i>
   * @throws IllegalArgumentException if the token could be read on its way there
   */
  public GkeClusters apiAddress(URI address) {
    return new GkeClusters(new ContainerApi(api.account(), ApiRoot.at(address)), time);
  }

  /**
   * Reads a cluster. Needs {@code container.clusters.get}, which the role {@code
   * roles/container.clusterViewer} has.
   *
   * @param ref which
   * @return what it is now
   * @throws GkeException if it is not there, with the place where a cluster of that name is; if a
   *     permission is missing, with its name; or if the project has not switched on GKE's API
   * @throws io.rayauth.token.TokenUnavailableException if there are no usable Google credentials
   */
  public GkeCluster get(GkeClusterRef ref) {
    return new GkeCluster(api.account(), ref, api.cluster(ref));
  }

  /**
   * Lists the clusters of a project in all zones and regions. Needs {@code
   * container.clusters.list}, which the role {@code roles/container.clusterViewer} has. Logs a
   * warning if GKE could not look everywhere.
   *
   * @param project the project's id or number
   * @return the clusters in GKE's order
   * @throws GkeException as {@link #get(GkeClusterRef)} does
   * @throws io.rayauth.token.TokenUnavailableException if there are no usable Google credentials
   * @throws IllegalArgumentException if it cannot be a project
   */
  public List<GkeCluster> list(String project) {
    GkeClusterRef.checkProject(project);
    return api.clusters(project).stream()
        .map(cluster ->
            new GkeCluster(
                api.account(),
                GkeClusterRef.of(project, cluster.getLocation(), cluster.getName()),
                cluster))
        .toList();
  }

  /**
   * Begins to create a cluster, and does not wait: {@code create(spec).await(…)} does. Safe to
   * repeat: a cluster that is there already, or is being created, and is like this one is taken for
   * it. Needs {@code container.clusters.create}, which the role {@code
   * roles/container.clusterAdmin} has, and {@code iam.serviceAccounts.actAs} on the ServiceAccount
   * of the nodes.
   *
   * <p>Clusters cost money from then on until they are deleted.
   *
   * @param spec how it is to be
   * @return what GKE does for it
   * @throws GkeException if a cluster of that name is there and differs, or is being deleted; and
   *     as {@link #get(GkeClusterRef)} does
   * @throws io.rayauth.token.TokenUnavailableException if there are no usable Google credentials
   */
  public GkeOperation create(GkeClusterSpec spec) {
    GkeClusterRef ref = spec.ref();
    String doing = "creating GKE cluster " + ref;
    return api.create(ref, cluster(spec))
        .map(begun -> GkeOperation.running(api, time, ref, doing, begun))
        .orElseGet(() -> joined(spec, doing));
  }

  private GkeOperation joined(GkeClusterSpec spec, String doing) {
    GkeCluster there = get(spec.ref());
    there
        .differenceFrom(spec)
        .ifPresent(difference -> {
          throw conflict(spec.ref(), "is there already, with " + difference);
        });
    return switch (there.status()) {
      case STOPPING -> throw conflict(spec.ref(), "is being deleted; wait until it is gone");
      case ERROR -> throw conflict(spec.ref(), "is there already and broken; delete it first");
      case PROVISIONING ->
          api.running(spec.ref(), "CREATE_CLUSTER")
              .map(begun -> GkeOperation.running(api, time, spec.ref(), doing, begun))
              .orElseGet(() -> GkeOperation.nothing(api, time, spec.ref(), doing));
      default -> GkeOperation.nothing(api, time, spec.ref(), doing);
    };
  }

  private static GkeException conflict(GkeClusterRef ref, String what) {
    return new GkeException(Reason.CONFLICT, "GKE cluster %s %s".formatted(ref, what), null);
  }

  /**
   * Begins to delete a cluster with everything on it, and does not wait: {@code
   * delete(ref).await(…)} does. Safe to repeat: a cluster that is gone, or is being deleted, is
   * fine. Needs {@code container.clusters.delete}, which the role {@code
   * roles/container.clusterAdmin} has.
   *
   * @param ref which
   * @return what GKE does for it
   * @throws GkeException if there is none in that place but one of the same name elsewhere; if
   *     something else is being done to it; and as {@link #get(GkeClusterRef)} does
   * @throws io.rayauth.token.TokenUnavailableException if there are no usable Google credentials
   */
  public GkeOperation delete(GkeClusterRef ref) {
    String doing = "deleting GKE cluster " + ref;
    Optional<Operation> begun = begunDeletion(ref);
    if (begun.isPresent()) {
      return GkeOperation.running(api, time, ref, doing, begun.get());
    }
    String elsewhere = api.locations(ref);
    if (!elsewhere.isEmpty()) {
      throw new GkeException(
          Reason.NOT_FOUND,
          "there is no GKE cluster '%s' in %s of project %s to delete; it is in %s"
              .formatted(ref.name(), ref.location(), ref.project(), elsewhere),
          null);
    }
    return GkeOperation.nothing(api, time, ref, doing);
  }

  private Optional<Operation> begunDeletion(GkeClusterRef ref) {
    try {
      return api.delete(ref);
    } catch (GkeException e) {
      if (e.reason() != Reason.CONFLICT) {
        throw e;
      }
      return Optional.of(api.running(ref, "DELETE_CLUSTER").orElseThrow(() -> e));
    }
  }

  private static Cluster cluster(GkeClusterSpec spec) {
    NodeConfig config = new NodeConfig().setOauthScopes(NODE_SCOPES);
    if (spec.machineType() != null) {
      config.setMachineType(spec.machineType());
    }
    return new Cluster()
        .setName(spec.ref().name())
        .setIpAllocationPolicy(new IPAllocationPolicy().setUseIpAliases(true))
        .setNodePools(
            List.of(
                new NodePool()
                    .setName("default-pool")
                    .setInitialNodeCount(spec.nodes())
                    .setConfig(config)));
  }

  @Override
  public String toString() {
    return "GKE clusters, as " + api.account();
  }
}
