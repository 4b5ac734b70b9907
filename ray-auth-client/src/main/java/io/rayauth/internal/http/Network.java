package io.rayauth.internal.http;

import io.rayauth.internal.websocket.HttpUpgrade;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Proxy;
import java.net.ProxySelector;
import java.net.SocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.util.List;
import java.util.Locale;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;

/**
 * Holds how to get to the endpoint: TLS and proxies.
 *
 * @param tls null for the JVM's default
 * @param proxy null for the JVM's default
 * @param noProxy hosts, or suffixes that begin with a dot, that are reached directly
 */
public record Network(
    @Nullable SSLContext tls, @Nullable InetSocketAddress proxy, List<String> noProxy) {

  void configure(HttpClient.Builder client) {
    if (tls != null) {
      client.sslContext(tls);
    }
    if (proxy != null) {
      client.proxy(new OneProxy(proxy, noProxy));
    }
  }

  /** Prepares a connection that goes the same way as the requests of a client. */
  static HttpUpgrade upgrade(HttpClient client, URI target) throws IOException {
    ProxySelector selector = client.proxy().orElse(ProxySelector.getDefault());
    List<Proxy> ways = selector == null ? List.of() : selector.select(target);
    boolean proxied = !ways.isEmpty() && ways.get(0).type() == Proxy.Type.HTTP;
    return new HttpUpgrade(
        target,
        proxied ? ways.get(0) : Proxy.NO_PROXY,
        client.sslContext()::getSocketFactory,
        HttpUpgrade.checkingNames());
  }

  /** Sends everything through one proxy, some hosts excepted. */
  private static final class OneProxy extends ProxySelector {
    private final Proxy proxy;
    private final List<String> noProxy;

    OneProxy(InetSocketAddress address, List<String> noProxy) {
      this.proxy = new Proxy(Proxy.Type.HTTP, address);
      this.noProxy = noProxy;
    }

    @Override
    public List<Proxy> select(URI target) {
      String host = plain(target.getHost());
      boolean direct =
          noProxy.stream()
              .map(OneProxy::plain)
              .anyMatch(rule -> rule.startsWith(".") ? host.endsWith(rule) : host.equals(rule));
      return List.of(direct ? Proxy.NO_PROXY : proxy);
    }

    /** In an address IPv6 has brackets, elsewhere mostly not. */
    private static String plain(String host) {
      return host.toLowerCase(Locale.ROOT).replaceAll("[\\[\\]]", "");
    }

    @Override
    public void connectFailed(URI target, SocketAddress address, IOException failure) {
      // Nothing to learn from it: there is one proxy, and the failure reaches the caller.
    }
  }
}
