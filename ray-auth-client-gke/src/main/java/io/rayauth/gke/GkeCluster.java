package io.rayauth.gke;

import com.google.api.services.container.model.Cluster;
import com.google.api.services.container.model.NodePool;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.rayauth.gke.GkeException.Reason;
import io.rayauth.gke.internal.identity.GoogleAccount;
import io.rayauth.gke.internal.kube.KubernetesClients;
import io.rayauth.kubernetes.RayClusterRef;
import io.rayauth.kubernetes.RayClusters;
import io.rayauth.kubernetes.RayConnection;
import io.rayauth.kubernetes.RayKubernetesException;
import java.net.URI;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Is a GKE cluster as it was when it was read, and the way to its API server.
 *
 * <p>Immutable and thread-safe.
 */
public final class GkeCluster {
  private final GoogleAccount account;
  private final GkeClusterRef ref;
  private final Cluster cluster;
  private final Endpoints endpoints;

  GkeCluster(GoogleAccount account, GkeClusterRef ref, Cluster cluster) {
    this.account = account;
    this.ref = ref;
    this.cluster = cluster;
    this.endpoints = Endpoints.of(cluster);
  }

  /** Names what a cluster is doing. */
  public enum Status {
    /** It is being created. */
    PROVISIONING,
    /** It can be used. */
    RUNNING,
    /** It can be used, and something is being done to it, such as an upgrade. */
    RECONCILING,
    /** It is being deleted. */
    STOPPING,
    /** It is broken and may not work at all. */
    ERROR,
    /** It needs somebody to look after it. */
    DEGRADED,
    /** Something that GKE did not have when this was written. */
    UNKNOWN
  }

  /**
   * Returns which cluster this is.
   *
   * @return its name
   */
  public GkeClusterRef ref() {
    return ref;
  }

  /**
   * Returns what it is doing.
   *
   * @return the status
   */
  public Status status() {
    for (Status status : Status.values()) {
      if (status.name().equals(cluster.getStatus())) {
        return status;
      }
    }
    return Status.UNKNOWN;
  }

  /**
   * Returns the version of its API server.
   *
   * @return such as {@code 1.33.5-gke.1162000}; empty while it is being created
   */
  public Optional<String> version() {
    return Optional.ofNullable(cluster.getCurrentMasterVersion());
  }

  /**
   * Returns the doors that its API server has.
   *
   * @return an address for each; empty while it is being created
   */
  public Map<GkeEndpoint, URI> endpoints() {
    return endpoints.addresses();
  }

  /**
   * Returns the door that {@link #kubernetesClient()} goes through: the public one if any network
   * may use it, else the one by DNS if it is open to traffic from outside, else the public one,
   * else the private one.
   *
   * @return empty while it has none
   */
  public Optional<GkeEndpoint> endpoint() {
    return endpoints.chosen();
  }

  /**
   * Says why that door is taken.
   *
   * @return such as {@code by PUBLIC https://203.0.113.7: every network may use it}
   */
  public String endpointReason() {
    return endpoints.reason();
  }

  /**
   * Makes a Kubernetes client that goes through {@link #endpoint()}.
   *
   * @return a client to close; its tokens are renewed, and fetched anew if the API server refuses
   *     one
   * @throws GkeException if the cluster has no door yet
   */
  public KubernetesClient kubernetesClient() {
    return kubernetesClient(
        endpoint()
            .orElseThrow(() ->
                new GkeException(
                    Reason.NOT_READY,
                    "GKE cluster %s has no endpoint yet, its status is %s"
                        .formatted(ref, cluster.getStatus()),
                    null)));
  }

  /**
   * Makes a Kubernetes client that goes through one of the doors.
   *
   * @param endpoint which
   * @return a client to close; its tokens are renewed, and fetched anew if the API server refuses
   *     one
   * @throws GkeException if the cluster has no such door
   */
  public KubernetesClient kubernetesClient(GkeEndpoint endpoint) {
    URI address = endpoints().get(endpoint);
    if (address == null) {
      throw new GkeException(
          Reason.NOT_READY,
          "GKE cluster %s has no %s endpoint; it has %s".formatted(ref, endpoint, endpoints()),
          null);
    }
    return KubernetesClients.of(account, address, authority(endpoint));
  }

  /** Google's certificate at the DNS endpoint is one that everybody trusts. */
  private @Nullable String authority(GkeEndpoint endpoint) {
    return endpoint == GkeEndpoint.DNS || cluster.getMasterAuth() == null
        ? null
        : cluster.getMasterAuth().getClusterCaCertificate();
  }

  /**
   * Connects to a Ray cluster, with a Kubernetes client of its own. For more choices give that of
   * {@link #kubernetesClient()} to {@link RayClusters#using(KubernetesClient)}, and let the
   * connection {@linkplain RayConnection.Builder#closesClient() close it}.
   *
   * @param ray which
   * @return a connection to close; the Kubernetes client behind it is closed with it
   * @throws GkeException if the cluster has no door yet
   * @throws RayKubernetesException as {@link RayConnection.Builder#connect()} does; where
   *     Kubernetes RBAC refuses, the message has a Role and a RoleBinding that would let this
   *     account in
   * @throws io.rayauth.token.TokenUnavailableException if Google gives no token any more
   */
  public RayConnection connect(RayClusterRef ray) {
    try {
      return RayClusters.using(kubernetesClient()).connecting(ray).closesClient().connect();
    } catch (RayKubernetesException e) {
      throw AccessHint.added(e, this, account, ray);
    }
  }

  /** Says in what a cluster differs from what it is to be; empty if in nothing. */
  Optional<String> differenceFrom(GkeClusterSpec spec) {
    NodePool pool =
        cluster.getNodePools() == null || cluster.getNodePools().isEmpty()
            ? new NodePool()
            : cluster.getNodePools().get(0);
    Integer nodes = pool.getInitialNodeCount();
    String machineType = pool.getConfig() == null ? null : pool.getConfig().getMachineType();
    boolean same =
        (nodes == null || nodes == spec.nodes())
            && (spec.machineType() == null || spec.machineType().equals(machineType));
    return same
        ? Optional.empty()
        : Optional.of(
            "%s nodes of type %s instead of %d of type %s"
                .formatted(
                    nodes,
                    machineType,
                    spec.nodes(),
                    Objects.requireNonNullElse(spec.machineType(), machineType)));
  }

  @Override
  public String toString() {
    return "GkeCluster[%s, %s, %s]".formatted(ref, cluster.getStatus(), endpointReason());
  }
}
