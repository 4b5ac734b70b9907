package io.rayauth.kubernetes.internal.tunnel;

import io.fabric8.kubernetes.client.Config;
import io.rayauth.kubernetes.internal.api.ApiServer;
import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.lang.System.Logger.Level;
import java.net.InetSocketAddress;
import java.net.Proxy;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import org.jspecify.annotations.Nullable;

/**
 * Opens connections to the API server that go on in another protocol than HTTP, as the user of a
 * Kubernetes client.
 */
final class ApiServerSockets implements AutoCloseable {
  private static final System.Logger LOG = System.getLogger(ApiServerSockets.class.getName());
  private static final Duration PATIENCE = Duration.ofSeconds(10);
  private static final int LONGEST_HEAD = 32 * 1024;
  private static final int LONGEST_REFUSAL = 4 * 1024;
  private static final int BUFFER = 8 * 1024;

  private final Config config;
  private final ClientSettings settings;
  private final SecureRandom random = new SecureRandom();
  private final Set<Socket> opening = ConcurrentHashMap.newKeySet();
  private volatile boolean closed;

  ApiServerSockets(Config config) {
    this.config = config;
    this.settings = ClientSettings.of(config);
  }

  /**
   * Is a connection that is HTTP no longer.
   *
   * @param plain the socket below TLS
   * @param in with what has arrived already
   * @param headers of the answer, by their names in lower case
   */
  record Upgraded(Socket plain, DataInputStream in, OutputStream out, Map<String, String> headers) {

    /** Checks what was agreed on; drops the connection if it is something else. */
    void require(String header, String value) throws IOException {
      if (!value.equals(headers.get(header))) {
        drop(plain);
        throw new IOException(
            "the API server answers with another %s than %s".formatted(header, value));
      }
    }
  }

  /** Returns a {@code Sec-WebSocket-Key}. */
  String newKey() {
    byte[] nonce = new byte[16];
    random.nextBytes(nonce);
    return Base64.getEncoder().encodeToString(nonce);
  }

  /**
   * Opens a connection; renews the credentials once if they are refused.
   *
   * @param path with its query
   * @param upgrade headers that say to what
   * @throws HandshakeRefusedException if the API server refuses
   * @throws IOException if there is no complete answer
   */
  Upgraded upgrade(String method, String path, Map<String, String> upgrade)
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
    for (Socket socket : opening) {
      drop(socket);
    }
  }

  static void drop(Socket socket) {
    try {
      socket.close();
    } catch (IOException e) {
      LOG.log(Level.DEBUG, "already closed", e);
    }
  }

  @SuppressWarnings(
      "AddressSelection") // the JVM's choice, as for the other calls to the API server
  private Upgraded upgradeOnce(String method, URI uri, Map<String, String> upgrade)
      throws IOException {
    Proxy proxy = settings.proxy();
    Socket plain = new Socket(proxy);
    opening.add(plain);
    boolean opened = false;
    try {
      if (closed) {
        throw new IOException("closed");
      }
      plain.setTcpNoDelay(true);
      plain.setKeepAlive(true);
      plain.setSoTimeout((int) PATIENCE.toMillis());
      boolean secure = uri.getScheme().equals("https");
      int port = uri.getPort() >= 0 ? uri.getPort() : secure ? 443 : 80;
      String host = uri.getHost().replaceAll("[\\[\\]]", "");
      plain.connect(
          proxy.equals(Proxy.NO_PROXY)
              ? new InetSocketAddress(host, port)
              : InetSocketAddress.createUnresolved(host, port),
          (int) PATIENCE.toMillis());
      Socket socket = secure ? overTls(plain, host, port) : plain;
      Upgraded upgraded = handshake(plain, socket, request(method, uri, upgrade));
      plain.setSoTimeout(0);
      opened = true;
      return upgraded;
    } finally {
      opening.remove(plain);
      if (!opened) {
        drop(plain);
      }
    }
  }

  private Socket overTls(Socket plain, String host, int port) throws IOException {
    SSLSocket socket = (SSLSocket) settings.tls().createSocket(plain, host, port, true);
    SSLParameters parameters = socket.getSSLParameters();
    if (!config.isDisableHostnameVerification()) {
      parameters.setEndpointIdentificationAlgorithm("HTTPS");
    }
    String serverName = settings.serverName();
    if (serverName != null) {
      parameters.setServerNames(List.of(new SNIHostName(serverName)));
    }
    socket.setSSLParameters(parameters);
    socket.startHandshake();
    return socket;
  }

  private String request(String method, URI uri, Map<String, String> upgrade) throws IOException {
    String query = uri.getRawQuery() == null ? "" : "?" + uri.getRawQuery();
    StringBuilder request = new StringBuilder(method).append(' ').append(uri.getRawPath());
    request.append(query).append(" HTTP/1.1\r\nHost: ").append(uri.getRawAuthority());
    request.append("\r\nConnection: Upgrade\r\n");
    upgrade.forEach((name, value) -> request.append(name + ": " + value + "\r\n"));
    for (Map.Entry<String, List<String>> header : settings.headers(uri).entrySet()) {
      for (String value : header.getValue()) {
        request.append(header.getKey()).append(": ");
        request.append(checked(header.getKey(), value)).append("\r\n");
      }
    }
    return request.append("\r\n").toString();
  }

  private static Upgraded handshake(Socket plain, Socket socket, String request)
      throws IOException {
    OutputStream out = socket.getOutputStream();
    out.write(request.getBytes(StandardCharsets.ISO_8859_1));
    DataInputStream in =
        new DataInputStream(new BufferedInputStream(socket.getInputStream(), BUFFER));
    List<String> head = head(in);
    Map<String, String> headers = new HashMap<>();
    for (String line : head) {
      int colon = line.indexOf(':');
      if (colon > 0) {
        headers.put(
            line.substring(0, colon).toLowerCase(Locale.ROOT), line.substring(colon + 1).strip());
      }
    }
    int status = status(head.get(0));
    if (status != 101) {
      throw new HandshakeRefusedException(status, words(in, headers.get("content-length")));
    }
    return new Upgraded(plain, in, out, headers);
  }

  private static String checked(String name, String value) throws IOException {
    if (value.indexOf('\r') >= 0 || value.indexOf('\n') >= 0) {
      throw new IOException("the header " + name + " has a line break in it");
    }
    return value;
  }

  private static List<String> head(InputStream in) throws IOException {
    StringBuilder head = new StringBuilder();
    while (head.indexOf("\r\n\r\n", head.length() - 4) < 0) {
      int next = in.read();
      if (next < 0 || head.length() > LONGEST_HEAD) {
        throw new EOFException("the API server closed the connection within its answer");
      }
      head.append((char) next);
    }
    return head.toString().lines().toList();
  }

  private static int status(String line) throws IOException {
    try {
      return Integer.parseInt(line.split(" ", 3)[1]);
    } catch (NumberFormatException | ArrayIndexOutOfBoundsException e) {
      throw new IOException("the answer is not HTTP", e);
    }
  }

  private static String words(InputStream in, @Nullable String length) throws IOException {
    if (length == null || !length.matches("\\d{1,9}")) {
      return "";
    }
    int bytes = Math.min(Integer.parseInt(length), LONGEST_REFUSAL);
    return ApiServer.message(new String(in.readNBytes(bytes), StandardCharsets.UTF_8));
  }
}
