package io.rayauth.kubernetes;

import io.fabric8.kubernetes.client.KubernetesClient;
import io.rayauth.JobClient;
import io.rayauth.RayEndpoint;
import io.rayauth.kubernetes.RayKubernetesException.Reason;
import io.rayauth.kubernetes.internal.connect.Credentials;
import io.rayauth.kubernetes.internal.connect.Destination;
import io.rayauth.kubernetes.internal.connect.Detected;
import io.rayauth.kubernetes.internal.connect.OpenRoute;
import io.rayauth.kubernetes.internal.connect.RouteOpener;
import io.rayauth.kubernetes.internal.connect.SchemeDetector;
import io.rayauth.time.TimeSource;
import io.rayauth.token.TokenProvider;
import io.rayauth.token.TokenUnavailableException;
import java.lang.System.Logger.Level;
import java.net.URI;
import java.time.Duration;
import java.util.Map;
import java.util.function.Consumer;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;

/**
 * Is a way to one Ray cluster, with the right token, that stays open until it is closed.
 *
 * <p>Made by {@link RayClusters#connect(RayClusterRef)}, {@link
 * RayClusters#connecting(RayClusterRef)} and their overloads for a RayService. Thread-safe. It goes
 * on when the head pod is replaced, the API server restarts, or the cluster is made anew with
 * another token; if the cluster comes back with another {@link AuthScheme}, calls fail and say so.
 */
public final class RayConnection implements AutoCloseable {
  private static final System.Logger LOG = System.getLogger(RayConnection.class.getName());

  private final Destination destination;
  private final JobClient jobs;
  private final OpenRoute route;
  private final Detected detected;
  private final @Nullable KubernetesClient ownClient;

  private RayConnection(
      Destination destination,
      JobClient jobs,
      OpenRoute route,
      Detected detected,
      @Nullable KubernetesClient ownClient) {
    this.destination = destination;
    this.jobs = jobs;
    this.route = route;
    this.detected = detected;
    this.ownClient = ownClient;
  }

  /**
   * Returns the client for the cluster's jobs.
   *
   * @return always the same one; it is closed together with this connection
   */
  public JobClient jobs() {
    return jobs;
  }

  /**
   * Returns where the dashboard is reached.
   *
   * @return such as {@code http://127.0.0.1:41234}; of no use once this connection is closed
   */
  public RayEndpoint endpoint() {
    return route.endpoint();
  }

  /**
   * Returns who checks the callers.
   *
   * @return as it was found when the connection was made
   */
  public AuthScheme authScheme() {
    return detected.scheme();
  }

  /**
   * Says how {@link #authScheme()} was found out.
   *
   * @return such as {@code the dashboard says that it wants a token, and spec.authOptions.mode is
   *     token}
   */
  public String schemeReason() {
    return detected.reason();
  }

  /**
   * Returns by which road the cluster is reached.
   *
   * @return never {@link Route#automatic()}
   */
  public Route route() {
    return route.route();
  }

  /**
   * Says why that road was taken.
   *
   * @return such as {@code by a port-forward to head pod default/trainer-head-x2x9p: this program
   *     runs outside of the Kubernetes cluster}
   */
  public String routeReason() {
    return route.reason();
  }

  /**
   * Cancels what is under way, ends the threads and frees the port; does nothing the second time.
   * The Kubernetes client stays open, unless it was {@linkplain Builder#closesClient() given away}.
   */
  @Override
  public void close() {
    try {
      jobs.close();
    } finally {
      try {
        route.close();
      } finally {
        if (ownClient != null) {
          ownClient.close();
        }
      }
    }
  }

  @Override
  public String toString() {
    return "RayConnection[%s, %s, %s]"
        .formatted(destination.name(), detected.scheme(), route.endpoint());
  }

  /** Configures a connection. Not thread-safe. Nothing is sent before {@link #connect()}. */
  public static final class Builder {
    private final KubernetesClient client;
    private final Destination destination;
    private Route route = Route.automatic();
    private @Nullable TokenProvider tokens;
    private @Nullable SSLContext sslContext;
    private Consumer<JobClient.Builder> configuration = client -> {};
    private Duration headTimeout = Duration.ofSeconds(30);
    private TimeSource time = TimeSource.system();
    private Map<String, String> environment = System.getenv();
    private boolean clientIsOwn;

    Builder(KubernetesClient client, Destination destination) {
      this.client = client;
      this.destination = destination;
    }

    /**
     * Sets where the cluster's token comes from. Default: for {@link AuthScheme#KUBE_RBAC_PROXY}
     * and {@link AuthScheme#KUBERNETES_TOKEN} that of the Kubernetes client's own user, for {@link
     * AuthScheme#RAY_TOKEN} that of the cluster's Secret. {@link AuthScheme#OPEN} clusters get
     * none, not even this one.
     *
     * @param tokenProvider is asked once, and again when its token gets old or is refused
     * @return this builder
     */
    public Builder tokenProvider(TokenProvider tokenProvider) {
      this.tokens = tokenProvider;
      return this;
    }

    /**
     * Sets the road. Default: {@link Route#automatic()}.
     *
     * @param route the road
     * @return this builder
     */
    public Builder route(Route route) {
      this.route = route;
      return this;
    }

    /**
     * Sets how TLS to the dashboard is checked, where it has any. Default: the JVM's own; at the
     * end of a port-forward any certificate, because Kubernetes itself leads to the pod. Plays no
     * part in TLS to the API server, which is the Kubernetes client's.
     *
     * @param sslContext the context
     * @return this builder
     */
    public Builder sslContext(SSLContext sslContext) {
      this.sslContext = sslContext;
      return this;
    }

    /**
     * Configures the client for jobs beyond what this connection gives it, which is address, tokens
     * and trust. Default: as {@link JobClient.Builder} does.
     *
     * @param configuration such as {@code jobs -> jobs.requestTimeout(Duration.ofMinutes(2))};
     *     called by {@link #connect()}, perhaps more than once
     * @return this builder
     */
    public Builder jobClient(Consumer<JobClient.Builder> configuration) {
      this.configuration = configuration;
      return this;
    }

    /**
     * Sets how long a head pod that is not ready, or a dashboard that does not answer yet, is
     * waited for: by {@link #connect()} in all, and later whenever the head pod has been replaced.
     * Default: 30 seconds.
     *
     * @param headTimeout more than zero
     * @return this builder
     * @throws IllegalArgumentException if it is zero or negative
     */
    public Builder headTimeout(Duration headTimeout) {
      if (headTimeout.isZero() || headTimeout.isNegative()) {
        throw new IllegalArgumentException(
            "the time to wait for a head is " + headTimeout + "; give more than zero");
      }
      this.headTimeout = headTimeout;
      return this;
    }

    /**
     * Gives the Kubernetes client away: it is closed together with the connection, or by {@link
     * #connect()} itself if that fails. Default: the client stays the caller's to close.
     *
     * @return this builder
     */
    public Builder closesClient() {
      this.clientIsOwn = true;
      return this;
    }

    /**
     * Sets the clock, for tests. Default: {@link TimeSource#system()}.
     *
     * @param time the clock
     * @return this builder
     */
    public Builder time(TimeSource time) {
      this.time = time;
      return this;
    }

    Builder environment(Map<String, String> environment) {
      this.environment = Map.copyOf(environment);
      return this;
    }

    /**
     * Connects: reads the RayCluster, opens the road, asks the dashboard who checks callers there
     * and gets a first token. Blocks for as long as a head is waited for. Logs a warning if the
     * cluster is open to everybody.
     *
     * @return a connection to close
     * @throws RayKubernetesException if there is no such cluster, it is suspended, its head does
     *     not get ready in time, or a right is missing; the message names it
     * @throws TokenUnavailableException if the cluster wants a token and there is none to be had
     * @throws IllegalArgumentException if the address of {@link Route#to(String)} is plain http to
     *     another host and {@link #jobClient(Consumer)} did not allow that
     */
    public RayConnection connect() {
      try {
        return open();
      } catch (RuntimeException e) {
        if (clientIsOwn) {
          client.close();
        }
        throw e;
      }
    }

    private RayConnection open() {
      RayCluster cluster = destination.read(client);
      long until = time.nanoTime() + headTimeout.toNanos();
      if (cluster.suspended()) {
        throw new RayKubernetesException(
            Reason.NOT_READY,
            "RayCluster %s is suspended and has no pods; set spec.suspend to false"
                .formatted(cluster.ref()),
            null);
      }
      RouteOpener opener =
          new RouteOpener(client, destination, environment, sslContext, headTimeout, time);
      OpenRoute opened = opener.open(route, cluster);
      try {
        configured(opened).endpoint(); // a token may be sent before there is a client to refuse it
        SchemeDetector detector = new SchemeDetector(opened, headTimeout, time);
        Detected detected = detector.detect(cluster, until);
        OpenRoute road = detector.route();
        if (road.route().kind() == Route.Kind.SERVICE_PROXY) {
          opener.refuseProxyBehindProxy(detected.scheme());
        }
        JobClient.Builder jobs = configured(road);
        new Credentials(client, destination, cluster, detector, tokens)
            .applyTo(jobs, detected.scheme());
        warnIfOpen(cluster, detected, road);
        return new RayConnection(
            destination, jobs.build(), road, detected, clientIsOwn ? client : null);
      } catch (RuntimeException e) {
        opened.close();
        throw e;
      }
    }

    private JobClient.Builder configured(OpenRoute opened) {
      JobClient.Builder jobs = JobClient.builder(opened.endpoint().url()).time(time);
      if (opened.tls() != null) {
        jobs.sslContext(opened.tls());
      }
      jobs.explaining(opened::explain);
      configuration.accept(jobs);
      return jobs;
    }

    private void warnIfOpen(RayCluster cluster, Detected detected, OpenRoute opened) {
      URI url = opened.endpoint().url();
      boolean justThisMachine =
          opened.route().kind() == Route.Kind.URL
              && (url.getHost().startsWith("127.") || url.getHost().equals("localhost"));
      if (detected.scheme() == AuthScheme.OPEN && !justThisMachine) {
        LOG.log(
            Level.WARNING,
            "RayCluster {0} is open: whoever reaches its head may run any code on it ({1}). Set spec.authOptions.mode to token, with Ray 2.52 or later",
            cluster.ref(),
            detected.reason());
      }
    }
  }
}
