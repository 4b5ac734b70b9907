package io.rayauth.kubernetes;

import io.rayauth.RayEndpoint;
import java.net.URI;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Says by which road a dashboard is reached. Immutable.
 *
 * <p>{@link #automatic()} suits almost everybody: the DNS name of the head's Service inside the
 * Kubernetes cluster, a port-forward outside of it.
 */
public final class Route {
  private static final Route AUTOMATIC = new Route(Kind.AUTOMATIC, null);
  private static final Route IN_CLUSTER = new Route(Kind.IN_CLUSTER, null);
  private static final Route PORT_FORWARD = new Route(Kind.PORT_FORWARD, null);
  private static final Route SERVICE_PROXY = new Route(Kind.SERVICE_PROXY, null);

  /** Names the roads. */
  public enum Kind {
    /** Whichever fits to where the program runs. */
    AUTOMATIC,
    /** The DNS name of the head's Service, which only pods can resolve. */
    IN_CLUSTER,
    /** A port of loopback that is forwarded to the head pod through the Kubernetes API. */
    PORT_FORWARD,
    /** {@code services/…/proxy} of the Kubernetes API. */
    SERVICE_PROXY,
    /** An address that the caller gave. */
    URL
  }

  private final Kind kind;
  private final @Nullable RayEndpoint endpoint;

  private Route(Kind kind, @Nullable RayEndpoint endpoint) {
    this.kind = kind;
    this.endpoint = endpoint;
  }

  /**
   * Takes {@link #inCluster()} in a pod of the very Kubernetes cluster that the client talks to,
   * else {@link #portForward()}.
   *
   * @return the route
   */
  public static Route automatic() {
    return AUTOMATIC;
  }

  /**
   * Takes {@code http://<head service>.<namespace>.svc:<port>}. The Service is usually headless, so
   * its name leads to another address once the head pod is replaced: mind {@code
   * networkaddress.cache.ttl} of the JVM (30 seconds by default).
   *
   * @return the route
   */
  public static Route inCluster() {
    return IN_CLUSTER;
  }

  /**
   * Forwards a free port of loopback, in this process, to whichever pod is the head at the moment;
   * heals by itself. Needs the verb {@code create} on {@code pods/portforward} (and {@code get}
   * where only WebSockets get through), and {@code list} on {@code pods} or {@code get} on the
   * RayCluster and its head pod.
   *
   * @return the route
   */
  public static Route portForward() {
    return PORT_FORWARD;
  }

  /**
   * Takes {@code services/…/proxy} of the API server: nothing to listen on, but every byte goes
   * through the API server, which providers may limit. It takes the {@code Authorization} header
   * for itself, so Ray's token travels in {@code X-Ray-Authorization}, and a cluster behind
   * kube-rbac-proxy cannot be reached. Needs the verbs {@code get}, {@code create}, {@code update}
   * and {@code delete} on {@code services/proxy}, for reading, submitting, uploading and deleting.
   *
   * @return the route
   */
  public static Route serviceProxy() {
    return SERVICE_PROXY;
  }

  /**
   * Takes an address, such as that of an Ingress.
   *
   * @param url such as {@code https://host/ray/team-a/trainer}
   * @return the route
   * @throws IllegalArgumentException if it is not an absolute http or https address without user,
   *     query and fragment
   */
  public static Route to(String url) {
    return new Route(Kind.URL, RayEndpoint.of(url));
  }

  /**
   * Returns which road this is.
   *
   * @return the kind
   */
  public Kind kind() {
    return kind;
  }

  /**
   * Returns the address of {@link #to(String)}.
   *
   * @return empty for all other routes
   */
  public Optional<URI> url() {
    return Optional.ofNullable(endpoint).map(RayEndpoint::url);
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof Route that
        && kind == that.kind
        && Objects.equals(endpoint, that.endpoint);
  }

  @Override
  public int hashCode() {
    return Objects.hash(kind, endpoint);
  }

  @Override
  public String toString() {
    return endpoint == null ? kind.toString() : kind + " " + endpoint;
  }
}
