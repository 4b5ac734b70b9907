package io.rayauth.kubernetes.internal.tunnel;

import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.http.HttpClient;
import io.fabric8.kubernetes.client.http.HttpRequest;
import io.fabric8.kubernetes.client.http.Interceptor;
import io.fabric8.kubernetes.client.http.StandardHttpClientBuilder;
import io.fabric8.kubernetes.client.http.StandardHttpRequest;
import io.fabric8.kubernetes.client.http.WebSocketUpgradeResponse;
import io.fabric8.kubernetes.client.utils.HttpClientUtils;
import io.rayauth.token.AccessToken;
import io.rayauth.token.RefusableTokenProvider;
import java.net.InetSocketAddress;
import java.net.Proxy;
import java.net.URI;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import javax.net.ssl.SSLSocketFactory;
import org.jspecify.annotations.Nullable;

/**
 * Collects what fabric8 makes of a configuration, for a connection that is not fabric8's: trust and
 * client certificate, proxy, and the headers that say who the caller is. Builds no client.
 */
final class ClientSettings
    extends StandardHttpClientBuilder<HttpClient, HttpClient.Factory, ClientSettings> {
  private static final int REFRESH_SECONDS = 60;
  private static final String AUTHORIZATION = "Authorization";
  private static final String BEARER = "Bearer ";

  private final Config config;

  private ClientSettings(HttpClient.Factory factory, Config config) {
    super(factory);
    this.config = config;
  }

  static ClientSettings of(Config config) {
    HttpClient.Factory factory = HttpClientUtils.getHttpClientFactory();
    ClientSettings settings = new ClientSettings(factory, config);
    HttpClientUtils.applyCommonConfiguration(config, settings, factory);
    return settings;
  }

  @Override
  public HttpClient build() {
    throw new UnsupportedOperationException();
  }

  @Override
  protected ClientSettings newInstance(HttpClient.Factory factory) {
    return new ClientSettings(factory, config);
  }

  SSLSocketFactory tls() {
    return sslContext.getSocketFactory();
  }

  @Nullable String serverName() {
    return tlsServerName;
  }

  Proxy proxy() {
    InetSocketAddress address = proxyAddress;
    if (address == null || proxyType == HttpClient.ProxyType.DIRECT) {
      return Proxy.NO_PROXY;
    }
    return new Proxy(
        proxyType == HttpClient.ProxyType.HTTP ? Proxy.Type.HTTP : Proxy.Type.SOCKS, address);
  }

  /** Returns the headers of a request, {@code Authorization} among them. */
  Map<String, List<String>> headers(URI uri) {
    return prepared(uri).build().headers();
  }

  /** Tells whether there are other credentials after a refusal with status 401. */
  boolean refresh(URI uri) throws InterruptedException {
    StandardHttpRequest.Builder request = prepared(uri);
    WebSocketUpgradeResponse refusal = new WebSocketUpgradeResponse(request.build(), 401, Map.of());
    dropRefusedToken(refusal.request());
    boolean changed = false;
    for (Interceptor interceptor : interceptors.values()) {
      try {
        changed |=
            Boolean.TRUE.equals(
                interceptor
                    .afterFailure((HttpRequest.Builder) request, refusal, this::tag)
                    .get(REFRESH_SECONDS, TimeUnit.SECONDS));
      } catch (ExecutionException | TimeoutException e) {
        return false;
      }
    }
    return changed;
  }

  /** fabric8 asks its provider again, and does not tell it why. */
  private void dropRefusedToken(HttpRequest request) {
    String sent = request.header(AUTHORIZATION);
    if (sent != null
        && sent.startsWith(BEARER)
        && config.getOauthTokenProvider() instanceof RefusableTokenProvider refusable) {
      refusable.reject(AccessToken.of(sent.substring(BEARER.length())));
    }
  }

  private StandardHttpRequest.Builder prepared(URI uri) {
    StandardHttpRequest.Builder request = new StandardHttpRequest.Builder();
    request.uri(uri);
    for (Interceptor interceptor : interceptors.values()) {
      interceptor.before(request, request.build(), this::tag);
    }
    return request;
  }

  private <T> @Nullable T tag(Class<T> type) {
    return type.cast(tags.get(type));
  }
}
