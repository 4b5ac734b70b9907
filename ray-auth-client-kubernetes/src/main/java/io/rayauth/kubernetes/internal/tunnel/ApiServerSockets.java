package io.rayauth.kubernetes.internal.tunnel;

import io.fabric8.kubernetes.client.Config;
import io.rayauth.internal.websocket.HandshakeRefusedException;
import io.rayauth.internal.websocket.HttpUpgrade;
import io.rayauth.internal.websocket.Upgraded;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SSLParameters;

/**
 * Opens connections to the API server that go on in another protocol than HTTP, as the user of a
 * Kubernetes client.
 */
final class ApiServerSockets implements AutoCloseable {
  private static final Duration PATIENCE = Duration.ofSeconds(10);

  private final Config config;
  private final ClientSettings settings;
  private final Set<HttpUpgrade> opening = ConcurrentHashMap.newKeySet();
  private volatile boolean closed;

  ApiServerSockets(Config config) {
    this.config = config;
    this.settings = ClientSettings.of(config);
  }

  /**
   * Opens a connection; renews the credentials once if they are refused.
   *
   * @param path with its query
   * @param upgrade headers that say to what
   * @throws HandshakeRefusedException if the API server refuses
   * @throws IOException if there is no complete answer
   */
  Upgraded upgrade(String method, String path, Map<String, List<String>> upgrade)
      throws IOException, InterruptedException {
    URI uri = URI.create(config.getMasterUrl().replaceAll("/+$", "") + path);
    try {
      return upgradeOnce(method, uri, upgrade);
    } catch (HandshakeRefusedException refused) {
      if (refused.status() == 401 && settings.refresh(uri)) {
        return upgradeOnce(method, uri, upgrade);
      }
      throw refused;
    }
  }

  /** Breaks off the handshakes under way, and all later ones. */
  @Override
  public void close() {
    closed = true;
    opening.forEach(HttpUpgrade::close);
  }

  private Upgraded upgradeOnce(String method, URI uri, Map<String, List<String>> upgrade)
      throws IOException {
    Map<String, List<String>> headers = new HashMap<>(settings.headers(uri));
    headers.putAll(upgrade);
    HttpUpgrade connection = new HttpUpgrade(uri, settings.proxy(), settings::tls, tlsParameters());
    opening.add(connection);
    try {
      if (closed) {
        connection.close();
      }
      return connection.open(method, headers, PATIENCE);
    } finally {
      opening.remove(connection);
    }
  }

  private SSLParameters tlsParameters() {
    SSLParameters parameters =
        config.isDisableHostnameVerification() ? new SSLParameters() : HttpUpgrade.checkingNames();
    String serverName = settings.serverName();
    if (serverName != null) {
      parameters.setServerNames(List.of(new SNIHostName(serverName)));
    }
    return parameters;
  }
}
