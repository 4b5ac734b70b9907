package io.rayauth.kubernetes.internal.connect;

import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.internal.SSLUtils;
import io.rayauth.RayEndpoint;
import io.rayauth.error.RayInterruptedException;
import io.rayauth.kubernetes.AuthScheme;
import io.rayauth.kubernetes.KubeconfigTokenProvider;
import io.rayauth.kubernetes.RayCluster;
import io.rayauth.kubernetes.RayKubernetesException;
import io.rayauth.kubernetes.RayKubernetesException.Reason;
import io.rayauth.kubernetes.Route;
import io.rayauth.kubernetes.internal.tunnel.Tunnel;
import io.rayauth.time.TimeSource;
import java.io.IOException;
import java.net.URI;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.util.Map;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;

/** Chooses a road to a cluster's dashboard and opens it. */
public final class RouteOpener {
  private static final Duration PAUSE = Duration.ofMillis(250);

  private final KubernetesClient client;
  private final Destination destination;
  private final Map<String, String> environment;
  private final @Nullable SSLContext tls;
  private final Duration patience;
  private final TimeSource time;

  /**
   * Creates an opener.
   *
   * @param environment tells whether this is a pod
   * @param tls what the caller wants to trust at the dashboard; null for the default
   * @param patience how long to wait for a head
   */
  public RouteOpener(
      KubernetesClient client,
      Destination destination,
      Map<String, String> environment,
      @Nullable SSLContext tls,
      Duration patience,
      TimeSource time) {
    this.client = client;
    this.destination = destination;
    this.environment = environment;
    this.tls = tls;
    this.patience = patience;
    this.time = time;
  }

  /**
   * Opens a road; asks the dashboard for nothing yet.
   *
   * @throws RayKubernetesException if it leads nowhere, or the caller has no right to go it
   */
  public OpenRoute open(Route wanted, RayCluster cluster) {
    return switch (wanted.kind()) {
      case AUTOMATIC ->
          isInCluster()
              ? inCluster(cluster, "this program runs in a pod of the same Kubernetes cluster")
              : portForward(cluster, "this program runs outside of the Kubernetes cluster");
      case IN_CLUSTER -> inCluster(cluster, "the caller wants it");
      case PORT_FORWARD -> portForward(cluster, "the caller wants it");
      case SERVICE_PROXY -> serviceProxy(cluster);
      case URL ->
          new OpenRoute(
              wanted,
              "the caller gave the address",
              RayEndpoint.of(wanted.url().orElseThrow()),
              tls,
              null,
              null);
    };
  }

  /** A pod may well talk to the API server of another Kubernetes cluster. */
  private boolean isInCluster() {
    String here = environment.get("KUBERNETES_SERVICE_HOST");
    String host = URI.create(client.getConfiguration().getMasterUrl()).getHost();
    return here != null
        && host != null
        && (host.equals(here)
            || host.equals("[" + here + "]")
            || host.equals("kubernetes")
            || host.startsWith("kubernetes.default"));
  }

  private OpenRoute inCluster(RayCluster cluster, String why) {
    String url =
        "http://%s.%s.svc:%d"
            .formatted(headService(cluster), cluster.ref().namespace(), cluster.dashboardPort());
    return new OpenRoute(
        Route.inCluster(), "by the head's Service: " + why, RayEndpoint.of(url), tls, null, null);
  }

  private OpenRoute portForward(RayCluster cluster, String why) {
    Tunnel tunnel =
        Tunnel.open(client, destination.cluster(), cluster.dashboardPort(), patience, time);
    try {
      return new OpenRoute(
          Route.portForward(),
          "by a port-forward to head pod %s: %s".formatted(tunnel.probe(), why),
          RayEndpoint.of("http://127.0.0.1:" + tunnel.port()),
          tls,
          null,
          tunnel);
    } catch (RuntimeException e) {
      tunnel.close();
      throw e;
    }
  }

  private OpenRoute serviceProxy(RayCluster cluster) {
    refuseProxyBehindProxy(cluster.declaredScheme());
    Config config = client.getConfiguration();
    String port =
        cluster.dashboardPortName().orElseGet(() -> String.valueOf(cluster.dashboardPort()));
    String url =
        "%s/api/v1/namespaces/%s/services/%s:%s/proxy"
            .formatted(
                config.getMasterUrl().replaceAll("/+$", ""),
                cluster.ref().namespace(),
                headService(cluster),
                port);
    try {
      return new OpenRoute(
          Route.serviceProxy(),
          "by the API server's service proxy: the caller wants it",
          RayEndpoint.of(url),
          SSLUtils.sslContext(config),
          OpenRoute.ifPresent(KubeconfigTokenProvider.of(client)),
          null);
    } catch (GeneralSecurityException | IOException e) {
      throw new RayKubernetesException(
          Reason.INVALID, "TLS to the API server cannot be set up: " + e.getMessage(), e);
    }
  }

  /**
   * Refuses what cannot work.
   *
   * @throws RayKubernetesException if kube-rbac-proxy is behind the API server's proxy
   */
  public void refuseProxyBehindProxy(AuthScheme scheme) {
    if (scheme == AuthScheme.KUBE_RBAC_PROXY) {
      throw new RayKubernetesException(
          Reason.INVALID,
          "%s cannot be reached by the API server's service proxy: its kube-rbac-proxy reads the token from Authorization, which the API server takes for itself; take Route.portForward()"
              .formatted(destination.name()),
          null);
    }
  }

  private String headService(RayCluster cluster) {
    if (destination.headService() != null) {
      return destination.headService();
    }
    long until = time.nanoTime() + patience.toNanos();
    RayCluster looked = cluster;
    while (looked.headServiceName().isEmpty()) {
      if (time.nanoTime() + PAUSE.toNanos() >= until) {
        throw new RayKubernetesException(
            Reason.NOT_READY,
            "%s has no head Service yet (status.head.serviceName); does the KubeRay operator run?"
                .formatted(destination.name()),
            null);
      }
      try {
        time.sleep(PAUSE);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new RayInterruptedException("interrupted while waiting for the head Service", e);
      }
      looked = destination.read(client);
    }
    return looked.headServiceName().orElseThrow();
  }
}
