package io.rayauth.kubernetes.internal.connect;

import io.fabric8.kubernetes.client.internal.SSLUtils;
import io.rayauth.RayEndpoint;
import io.rayauth.error.RayException;
import io.rayauth.error.RayTransportException;
import io.rayauth.kubernetes.RayKubernetesException;
import io.rayauth.kubernetes.RayKubernetesException.Reason;
import io.rayauth.kubernetes.Route;
import io.rayauth.kubernetes.internal.tunnel.Tunnel;
import io.rayauth.token.AccessToken;
import io.rayauth.token.TokenProvider;
import io.rayauth.token.TokenUnavailableException;
import java.io.IOException;
import java.security.GeneralSecurityException;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;

/**
 * Is a road that can be gone now.
 *
 * @param route which one, never {@link Route#automatic()}
 * @param reason a sentence that says why this one
 * @param endpoint where it begins
 * @param tls for https; null for the JVM's own
 * @param apiServerTokens whom the API server knows the caller by, if the road leads through it and
 *     the caller has a token; else null
 * @param tunnel what has to be closed; null if there is nothing
 */
public record OpenRoute(
    Route route,
    String reason,
    RayEndpoint endpoint,
    @Nullable SSLContext tls,
    @Nullable TokenProvider apiServerTokens,
    @Nullable Tunnel tunnel)
    implements AutoCloseable {

  boolean isOverTls() {
    return endpoint.url().getScheme().equals("https");
  }

  OpenRoute overTls() {
    return new OpenRoute(
        route,
        reason + "; its listener speaks TLS",
        RayEndpoint.of(endpoint.url().toString().replaceFirst("^http:", "https:")),
        trusting(),
        apiServerTokens,
        tunnel);
  }

  /**
   * A port-forward ends where Kubernetes says the head pod is, so the certificate behind it, which
   * names no loopback address and is often made up at the start, would prove nothing more.
   */
  private SSLContext trusting() {
    try {
      if (tls != null) {
        return tls;
      }
      return route.kind() == Route.Kind.PORT_FORWARD
          ? SSLUtils.sslContext(null, SSLUtils.trustManagers(null, null, true, null, null))
          : SSLContext.getDefault();
    } catch (GeneralSecurityException | IOException e) {
      throw new RayKubernetesException(Reason.OTHER, "TLS cannot be set up: " + e, e);
    }
  }

  DashboardProbe probe() {
    return new DashboardProbe(endpoint.url(), tls);
  }

  @Nullable AccessToken apiServerToken() {
    return apiServerTokens == null ? null : apiServerTokens.token();
  }

  /** Keeps a provider only if there is a token: a client certificate does without. */
  static @Nullable TokenProvider ifPresent(TokenProvider provider) {
    try {
      provider.token();
      return provider;
    } catch (TokenUnavailableException e) {
      if (e.isAbsent()) {
        return null;
      }
      throw e;
    }
  }

  /** Adds to a failure what the port-forward knows of it, which a cut connection does not tell. */
  public RayException explain(RayException failure) {
    if (!(failure instanceof RayTransportException lost) || trouble().isEmpty()) {
      return failure;
    }
    String message = failure.getMessage() + trouble();
    return lost.mayHaveBeenSent()
        ? RayTransportException.answerLost(message, failure, lost.attempts())
        : RayTransportException.notSent(message, failure, lost.attempts());
  }

  /** Returns what broke the port-forward last, in brackets; empty if it works. */
  String trouble() {
    return tunnel == null ? "" : tunnel.lastFailure().map(" (%s)"::formatted).orElse("");
  }

  @Override
  public void close() {
    if (tunnel != null) {
      tunnel.close();
    }
  }
}
