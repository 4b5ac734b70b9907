package io.rayauth.testsupport.apiserver;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;

/**
 * Listens as a kube-rbac-proxy with a TLS listener does: closes connections while it starts, tells
 * those who speak HTTP that they are wrong, and lets TLS through to whoever ends it.
 */
public final class TlsFront implements AutoCloseable {
  private static final int TLS_HANDSHAKE = 22;
  private static final String WRONG =
      "HTTP/1.0 400 Bad Request\r\n\r\nClient sent an HTTP request to an HTTPS server.\n";

  private final ServerSocket listener;
  private final int upstream;
  private final AtomicInteger closedAtOnce;

  /**
   * Starts on a free port of loopback.
   *
   * @param closedAtOnce how many connections come too early
   */
  public TlsFront(int upstream, int closedAtOnce) throws IOException {
    this.upstream = upstream;
    this.closedAtOnce = new AtomicInteger(closedAtOnce);
    this.listener = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    FakeApiServer.thread(
        "tls-front",
        () -> {
          try {
            while (true) {
              Socket client = listener.accept();
              FakeApiServer.thread("tls-front", () -> serve(client));
            }
          } catch (IOException closed) {
            // the end of the test
          }
        });
  }

  /** Makes a key and a certificate that nobody has signed. */
  public static SSLContext selfSigned(Path folder) throws Exception {
    Path store = folder.resolve("server.p12");
    String password = "changeit";
    List<String> command =
        List.of(
            Path.of(System.getProperty("java.home"), "bin", "keytool").toString(),
            "-genkeypair",
            "-keyalg",
            "EC",
            "-dname",
            "CN=head",
            "-alias",
            "head",
            "-keystore",
            store.toString(),
            "-storetype",
            "PKCS12",
            "-storepass",
            password);
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String said = new String(process.getInputStream().readAllBytes(), US_ASCII);
    if (process.waitFor() != 0) {
      throw new IOException(said);
    }
    KeyStore keys = KeyStore.getInstance("PKCS12");
    try (InputStream in = Files.newInputStream(store)) {
      keys.load(in, password.toCharArray());
    }
    KeyManagerFactory factory = KeyManagerFactory.getInstance("PKIX");
    factory.init(keys, password.toCharArray());
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(factory.getKeyManagers(), null, null);
    return context;
  }

  /** Returns the port. */
  public int port() {
    return listener.getLocalPort();
  }

  @Override
  public void close() {
    try {
      listener.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void serve(Socket client) {
    try (client) {
      if (closedAtOnce.getAndUpdate(left -> Math.max(0, left - 1)) > 0) {
        return;
      }
      int first = client.getInputStream().read();
      if (first != TLS_HANDSHAKE) {
        client.getOutputStream().write(WRONG.getBytes(US_ASCII));
        return;
      }
      try (Socket inside = new Socket(InetAddress.getLoopbackAddress(), upstream)) {
        inside.getOutputStream().write(first);
        FakeApiServer.thread("tls-front-up", () -> pump(client, inside));
        inside.getInputStream().transferTo(client.getOutputStream());
      }
    } catch (IOException gone) {
      // the client's or the test's business
    }
  }

  private static void pump(Socket from, Socket to) {
    try {
      from.getInputStream().transferTo(to.getOutputStream());
      to.shutdownOutput();
    } catch (IOException gone) {
      // the other direction ends it
    }
  }
}
