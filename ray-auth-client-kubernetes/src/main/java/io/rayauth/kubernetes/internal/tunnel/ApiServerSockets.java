package io.rayauth.kubernetes.internal.tunnel;

import io.fabric8.kubernetes.client.Config;
import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.Proxy;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import org.jspecify.annotations.Nullable;

/** Opens WebSockets to the API server (RFC 6455), as the user of a Kubernetes client. */
final class ApiServerSockets implements AutoCloseable {
  private static final Duration PATIENCE = Duration.ofSeconds(10);
  private static final int LONGEST_HEAD = 32 * 1024;
  private static final int LONGEST_REFUSAL = 4 * 1024;
  private static final String KEY_SUFFIX = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
  private static final Pattern MESSAGE =
      Pattern.compile("\"message\"\\s*:\\s*\"((?:[^\"\\\\]|\\\\.)*)\"");

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
   * Opens a WebSocket; renews the credentials once if they are refused.
   *
   * @param path with its query
   * @throws HandshakeRefusedException if the API server refuses
   * @throws IOException if there is no complete answer
   */
  WebSocketConnection open(String path, String subprotocol)
      throws IOException, InterruptedException {
    URI uri = URI.create(config.getMasterUrl().replaceAll("/+$", "") + path);
    try {
      return openOnce(uri, subprotocol);
    } catch (HandshakeRefusedException refused) {
      if (refused.status() == 401 && settings.refresh(uri)) {
        return openOnce(uri, subprotocol);
      }
      throw refused;
    }
  }

  /** Breaks off the handshakes under way, and all later ones. */
  @Override
  public void close() {
    closed = true;
    for (Socket socket : opening) {
      WebSocketConnection.drop(socket);
    }
  }

  @SuppressWarnings(
      "AddressSelection") // the JVM's choice, as for the other calls to the API server
  private WebSocketConnection openOnce(URI uri, String subprotocol) throws IOException {
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
      WebSocketConnection connection = handshake(plain, socket, uri, subprotocol);
      plain.setSoTimeout(0);
      opened = true;
      return connection;
    } finally {
      opening.remove(plain);
      if (!opened) {
        WebSocketConnection.drop(plain);
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

  private WebSocketConnection handshake(Socket plain, Socket socket, URI uri, String subprotocol)
      throws IOException {
    byte[] nonce = new byte[16];
    random.nextBytes(nonce);
    String key = Base64.getEncoder().encodeToString(nonce);
    StringBuilder request =
        new StringBuilder("GET ").append(uri.getRawPath()).append('?').append(uri.getRawQuery());
    request.append(" HTTP/1.1\r\nHost: ").append(uri.getRawAuthority());
    request.append("\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13");
    request.append("\r\nSec-WebSocket-Key: ").append(key);
    request.append("\r\nSec-WebSocket-Protocol: ").append(subprotocol).append("\r\n");
    for (Map.Entry<String, List<String>> header : settings.headers(uri).entrySet()) {
      for (String value : header.getValue()) {
        request.append(header.getKey()).append(": ");
        request.append(checked(header.getKey(), value)).append("\r\n");
      }
    }
    socket
        .getOutputStream()
        .write(request.append("\r\n").toString().getBytes(StandardCharsets.ISO_8859_1));
    InputStream in = new BufferedInputStream(socket.getInputStream(), 64 * 1024);
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
    if (!accept(key).equals(headers.get("sec-websocket-accept"))
        || !subprotocol.equals(headers.get("sec-websocket-protocol"))) {
      throw new IOException("the API server accepted another protocol than " + subprotocol);
    }
    return new WebSocketConnection(plain, in, socket.getOutputStream(), random);
  }

  private static String checked(String name, String value) throws IOException {
    if (value.indexOf('\r') >= 0 || value.indexOf('\n') >= 0) {
      throw new IOException("the header " + name + " has a line break in it");
    }
    return value;
  }

  private static List<String> head(InputStream in) throws IOException {
    StringBuilder head = new StringBuilder();
    while (!head.toString().endsWith("\r\n\r\n")) {
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

  /** Returns what the API server says, out of its {@code Status} where it sent one. */
  private static String words(InputStream in, @Nullable String length) throws IOException {
    if (length == null || !length.matches("\\d{1,9}")) {
      return "";
    }
    int bytes = Math.min(Integer.parseInt(length), LONGEST_REFUSAL);
    String text = new String(in.readNBytes(bytes), StandardCharsets.UTF_8).strip();
    Matcher message = MESSAGE.matcher(text);
    return message.find() ? message.group(1).replace("\\\"", "\"") : text;
  }

  private static String accept(String key) {
    try {
      return Base64.getEncoder()
          .encodeToString(
              MessageDigest.getInstance("SHA-1")
                  .digest((key + KEY_SUFFIX).getBytes(StandardCharsets.US_ASCII)));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }
}
