package io.rayauth.kubernetes.internal.connect;

import io.fabric8.kubernetes.client.KubernetesClient;
import io.rayauth.JobClient;
import io.rayauth.kubernetes.AuthScheme;
import io.rayauth.kubernetes.KubeconfigTokenProvider;
import io.rayauth.kubernetes.RayCluster;
import io.rayauth.kubernetes.RayKubernetesException;
import io.rayauth.kubernetes.RayKubernetesException.Reason;
import io.rayauth.kubernetes.Route;
import io.rayauth.token.TokenProvider;
import io.rayauth.token.TokenUnavailableException;
import org.jspecify.annotations.Nullable;

/**
 * Chooses the token for a scheme: none for an open cluster, else the caller's own, else that of the
 * kubeconfig's user where Kubernetes is asked, else that of the cluster's Secret; and the header it
 * travels in.
 */
public final class Credentials {
  private final KubernetesClient client;
  private final Destination destination;
  private final RayCluster cluster;
  private final SchemeDetector detector;
  private final @Nullable TokenProvider callers;

  /**
   * Creates a choice.
   *
   * @param callers the caller's own provider; null for none
   */
  public Credentials(
      KubernetesClient client,
      Destination destination,
      RayCluster cluster,
      SchemeDetector detector,
      @Nullable TokenProvider callers) {
    this.client = client;
    this.destination = destination;
    this.cluster = cluster;
    this.detector = detector;
    this.callers = callers;
  }

  /**
   * Gives a client its tokens.
   *
   * @throws io.rayauth.error.RayException if there is none to be had; the message says which Secret
   *     or user was asked
   */
  public void applyTo(JobClient.Builder jobs, AuthScheme scheme) {
    SchemeWatch watch = new SchemeWatch(client, destination, scheme, detector);
    TokenProvider own = forDoor(scheme);
    TokenProvider first = own == null ? null : watch.around(own);
    if (first == null) {
      jobs.explaining(watch::explain);
    }
    OpenRoute route = detector.route();
    if (route.route().kind() == Route.Kind.SERVICE_PROXY) {
      if (route.apiServerTokens() != null) {
        jobs.tokenProvider(route.apiServerTokens());
      }
      if (first != null) {
        jobs.rayTokenProvider(first);
      }
      return;
    }
    if (first != null) {
      jobs.tokenProvider(first);
    }
    TokenProvider second = behindProxy(scheme);
    if (second != null) {
      jobs.rayTokenProvider(second);
    }
  }

  private @Nullable TokenProvider forDoor(AuthScheme scheme) {
    if (scheme == AuthScheme.OPEN) {
      return null; // whoever runs code on the head could read it
    }
    if (callers != null) {
      return callers;
    }
    if (scheme == AuthScheme.RAY_TOKEN) {
      return checked(new SecretToken(client, destination));
    }
    requireDeclared(scheme);
    return kubeconfigUser(scheme);
  }

  /**
   * Whoever runs code on the head can answer in a proxy's words, and must not get the token by
   * which this program talks to Kubernetes.
   */
  private void requireDeclared(AuthScheme scheme) {
    if (cluster.declaredScheme() != scheme) {
      throw new RayKubernetesException(
          Reason.CONFLICT,
          "RayCluster %s declares %s and its dashboard behaves as %s, so the token of the kubeconfig's user was not sent there; give the connection a tokenProvider(…)"
              .formatted(cluster.ref(), cluster.declaredScheme(), scheme),
          null);
    }
  }

  /**
   * Ray may check a token of its own behind the proxy. The proxy keeps the first one to itself, and
   * so does this.
   */
  private @Nullable TokenProvider behindProxy(AuthScheme scheme) {
    return scheme == AuthScheme.KUBE_RBAC_PROXY && cluster.secretName().isPresent()
        ? checked(new SecretToken(client, destination))
        : null;
  }

  private TokenProvider kubeconfigUser(AuthScheme scheme) {
    TokenProvider user = KubeconfigTokenProvider.of(client);
    try {
      return checked(user);
    } catch (TokenUnavailableException e) {
      throw TokenUnavailableException.broken(
          "RayCluster %s (%s) wants a Kubernetes token, and %s; give the connection a tokenProvider(…), such as ServiceAccountTokenProvider"
              .formatted(cluster.ref(), scheme, e.getMessage()),
          e);
    }
  }

  /** Asks once, so that what is missing is said when the connection is made. */
  private static TokenProvider checked(TokenProvider provider) {
    provider.token();
    return provider;
  }
}
