package io.rayauth.internal.websocket;

import io.rayauth.time.TimeSource;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.lang.System.Logger.Level;
import java.net.InetSocketAddress;
import java.net.Proxy;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.net.http.HttpHeaders;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.SSLSocketFactory;

/**
 * Opens one connection that goes on in another protocol than HTTP/1.1 (RFC 9110, section 7.8). An
 * interrupt of the thread that opens it, or reads from it later, closes it, unless it goes through
 * a SOCKS proxy; so does {@link #close()} by another thread. Neither ends the look-up of a name.
 */
public final class HttpUpgrade implements AutoCloseable {
  private static final System.Logger LOG = System.getLogger(HttpUpgrade.class.getName());
  private static final int LONGEST_HEAD = 32 * 1024;
  private static final int LONGEST_REFUSAL = 64 * 1024;
  private static final int SWITCHING_PROTOCOLS = 101;

  private final URI target;
  private final Proxy proxy;
  private final Supplier<SSLSocketFactory> tls;
  private final SSLParameters parameters;
  private final String host;
  private final int port;
  private final Socket plain;

  /**
   * Creates what is to be opened.
   *
   * @param target http or https, with the path and the query to ask for
   * @param proxy HTTP proxies are told to CONNECT, without a password
   * @param tls is asked for https only
   * @param parameters say how the name in the certificate is checked
   */
  public HttpUpgrade(
      URI target, Proxy proxy, Supplier<SSLSocketFactory> tls, SSLParameters parameters)
      throws IOException {
    this.target = target;
    this.proxy = proxy;
    this.tls = tls;
    this.parameters = parameters;
    this.host = target.getHost().replaceAll("[\\[\\]]", "");
    this.port = target.getPort() >= 0 ? target.getPort() : isSecure() ? 443 : 80;
    this.plain =
        proxy.type() == Proxy.Type.SOCKS ? new Socket(proxy) : SocketChannel.open().socket();
  }

  /** Returns the parameters that have the host's name checked, and are otherwise the JVM's. */
  public static SSLParameters checkingNames() {
    SSLParameters parameters = new SSLParameters();
    parameters.setEndpointIdentificationAlgorithm("HTTPS");
    return parameters;
  }

  /**
   * Opens the connection; it is closed if that fails.
   *
   * @param headers beside Host and Connection
   * @param patience for the connection, for each wait within the TLS handshake, and for an answer
   *     as a whole, however little of it comes at a time
   * @throws HandshakeRefusedException if the answer is another one than 101
   * @throws IOException if there is no complete answer
   */
  public Upgraded open(String method, Map<String, List<String>> headers, Duration patience)
      throws IOException {
    boolean opened = false;
    try {
      String request = request(method, headers);
      plain.setTcpNoDelay(true);
      plain.setKeepAlive(true);
      connect(patience);
      Socket socket = isSecure() ? overTls(patience) : plain;
      OutputStream out = socket.getOutputStream();
      out.write(request.getBytes(StandardCharsets.ISO_8859_1));
      InputStream in = socket.getInputStream();
      Upgraded upgraded = new Upgraded(plain, in, out, answer(new Answer(in, patience)));
      plain.setSoTimeout(0);
      opened = true;
      return upgraded;
    } finally {
      if (!opened) {
        close();
      }
    }
  }

  /** Breaks off the opening, or drops the connection. */
  @Override
  public void close() {
    Upgraded.drop(plain);
  }

  private boolean isSecure() {
    return target.getScheme().equals("https");
  }

  @SuppressWarnings("AddressSelection") // the JVM's choice, as for all other requests
  private void connect(Duration patience) throws IOException {
    int millis = (int) patience.toMillis();
    switch (proxy.type()) {
      case DIRECT -> plain.connect(new InetSocketAddress(host, port), millis);
      case SOCKS -> plain.connect(InetSocketAddress.createUnresolved(host, port), millis);
      case HTTP -> {
        InetSocketAddress address = (InetSocketAddress) proxy.address();
        plain.connect(new InetSocketAddress(address.getHostString(), address.getPort()), millis);
        tunnel(patience);
      }
    }
  }

  /** Has the proxy connect, and shows it nothing of the request. */
  private void tunnel(Duration patience) throws IOException {
    String authority = target.getHost() + ":" + port;
    String request = "CONNECT %s HTTP/1.1\r\nHost: %s\r\n\r\n".formatted(authority, authority);
    plain.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
    int status = status(head(new Answer(plain.getInputStream(), patience)));
    if (status / 100 != 2) {
      throw new IOException("the proxy answers CONNECT with status " + status);
    }
  }

  private Socket overTls(Duration patience) throws IOException {
    plain.setSoTimeout((int) patience.toMillis());
    SSLSocket socket = (SSLSocket) tls.get().createSocket(plain, host, port, true);
    socket.setSSLParameters(parameters);
    socket.startHandshake();
    return socket;
  }

  private String request(String method, Map<String, List<String>> headers) throws IOException {
    String query = target.getRawQuery() == null ? "" : "?" + target.getRawQuery();
    StringBuilder request = new StringBuilder(method).append(' ').append(target.getRawPath());
    request.append(query).append(" HTTP/1.1\r\nHost: ").append(hostField());
    request.append("\r\nConnection: Upgrade\r\n");
    for (Map.Entry<String, List<String>> header : headers.entrySet()) {
      for (String value : header.getValue()) {
        if (value.indexOf('\r') >= 0 || value.indexOf('\n') >= 0) {
          throw new IOException("the header " + header.getKey() + " has a line break in it");
        }
        request.append(header.getKey()).append(": ").append(value).append("\r\n");
      }
    }
    return request.append("\r\n").toString();
  }

  /**
   * Leaves out a usual port, as the JDK's client does: some gateways compare the field as it is.
   */
  private String hostField() {
    boolean usual = port == (isSecure() ? 443 : 80);
    return usual ? target.getHost() : target.getHost() + ":" + port;
  }

  private static HttpHeaders answer(InputStream in) throws IOException {
    List<String> head = head(in);
    while (status(head) / 100 == 1 && status(head) != SWITCHING_PROTOCOLS) {
      head = head(in); // behind an interim answer
    }
    Map<String, List<String>> fields = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
    for (String line : head.subList(1, head.size())) {
      int colon = line.indexOf(':');
      if (colon > 0 && !line.substring(0, colon).isBlank()) {
        fields
            .computeIfAbsent(line.substring(0, colon).strip(), unused -> new ArrayList<>())
            .add(line.substring(colon + 1).strip());
      }
    }
    HttpHeaders headers = HttpHeaders.of(fields, (name, value) -> true);
    int status = status(head);
    if (status != SWITCHING_PROTOCOLS) {
      throw new HandshakeRefusedException(status, headers, body(in, headers));
    }
    return headers;
  }

  /** Reads byte by byte, because what follows belongs to another protocol. */
  private static List<String> head(InputStream in) throws IOException {
    List<String> lines = new ArrayList<>();
    int length = 0;
    for (String line = line(in); !line.isEmpty(); line = line(in)) {
      lines.add(line);
      length += line.length();
      if (length > LONGEST_HEAD) {
        throw new IOException("the head of the answer is longer than " + LONGEST_HEAD + " bytes");
      }
    }
    return lines;
  }

  private static String line(InputStream in) throws IOException {
    StringBuilder line = new StringBuilder();
    for (int next = in.read(); next != '\n'; next = in.read()) {
      if (next < 0) {
        throw new EOFException("the server closed the connection within its answer");
      }
      if (line.length() > LONGEST_HEAD) {
        throw new IOException("the answer has a line of more than " + LONGEST_HEAD + " bytes");
      }
      if (next != '\r') {
        line.append((char) next);
      }
    }
    return line.toString();
  }

  private static int status(List<String> head) throws IOException {
    try {
      String[] words = head.get(0).split(" ", 3);
      if (words[0].startsWith("HTTP/1.")) {
        return Integer.parseInt(words[1]);
      }
      throw new IOException("the answer is not HTTP/1.1");
    } catch (NumberFormatException | IndexOutOfBoundsException e) {
      throw new IOException("the answer is not HTTP/1.1", e);
    }
  }

  /** Returns nothing if it cannot be read: the status says enough. */
  private static byte[] body(InputStream in, HttpHeaders headers) {
    try {
      if (headers.firstValue("Transfer-Encoding").isPresent()) {
        return chunks(in);
      }
      long length = headers.firstValueAsLong("Content-Length").orElse(LONGEST_REFUSAL);
      return in.readNBytes((int) Math.min(length, LONGEST_REFUSAL));
    } catch (IOException | IllegalArgumentException e) { // the latter for a length that is none
      LOG.log(Level.DEBUG, "what a refusal says cannot be read", e);
      return new byte[0];
    }
  }

  private static byte[] chunks(InputStream in) throws IOException {
    ByteArrayOutputStream body = new ByteArrayOutputStream();
    int size;
    do {
      size = Integer.parseInt(line(in).split("[; ]", 2)[0], 16);
      body.write(in.readNBytes(Math.min(size, LONGEST_REFUSAL - body.size())));
    } while (size > 0 && body.size() < LONGEST_REFUSAL && line(in).isEmpty());
    return body.toByteArray();
  }

  /** Reads an answer, and no longer than it may take. */
  private final class Answer extends FilterInputStream {
    /** Not the client's own clock: sockets wait in real time, however a test sets its clock. */
    private final TimeSource realTime = TimeSource.system();

    private final Duration patience;
    private final long end;

    Answer(InputStream in, Duration patience) {
      super(in);
      this.patience = patience;
      this.end = realTime.nanoTime() + patience.toNanos();
    }

    @Override
    public int read() throws IOException {
      limit();
      return in.read();
    }

    @Override
    public int read(byte[] into, int offset, int length) throws IOException {
      limit();
      return in.read(into, offset, length);
    }

    private void limit() throws IOException {
      int left = (int) TimeUnit.NANOSECONDS.toMillis(end - realTime.nanoTime());
      if (left <= 0) {
        throw new SocketTimeoutException(
            "no complete answer within " + patience.toMillis() + " ms");
      }
      plain.setSoTimeout(left);
    }
  }
}
