package io.rayauth.kubernetes.internal.connect;

import io.rayauth.RayEndpoint;
import io.rayauth.kubernetes.Route;
import io.rayauth.kubernetes.internal.tunnel.Tunnel;
import io.rayauth.token.AccessToken;
import io.rayauth.token.TokenProvider;
import io.rayauth.token.TokenUnavailableException;
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

  OpenRoute overTls(SSLContext trusting) {
    return new OpenRoute(
        route,
        reason + "; its listener speaks TLS",
        RayEndpoint.of(endpoint.url().toString().replaceFirst("^http:", "https:")),
        trusting,
        apiServerTokens,
        tunnel);
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

  @Override
  public void close() {
    if (tunnel != null) {
      tunnel.close();
    }
  }
}
