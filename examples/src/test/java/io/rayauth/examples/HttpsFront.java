package io.rayauth.examples;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import java.io.IOException;
import java.io.InputStream;
import java.net.HttpURLConnection;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.util.ArrayList;
import java.util.List;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;

/** Publishes another server's GET answers under a path, with a certificate nobody knows. */
public final class HttpsFront implements AutoCloseable {
  private static final String PASSWORD = "changeit";

  private final HttpsServer server;
  private final URI url;
  private final Path certificate;

  private HttpsFront(HttpsServer server, String path, Path certificate) {
    this.server = server;
    this.url = URI.create("https://127.0.0.1:" + server.getAddress().getPort() + path);
    this.certificate = certificate;
  }

  /** Starts on a free port of loopback, with a new certificate in a folder. */
  public static HttpsFront start(Path folder, String path, URI behind) throws Exception {
    Path store = folder.resolve("front.p12");
    Path certificate = folder.resolve("front.crt");
    keytool(
        store, "-genkeypair", "-keyalg", "EC", "-dname", "CN=front", "-ext", "san=ip:127.0.0.1");
    keytool(store, "-exportcert", "-rfc", "-file", certificate.toString());
    HttpsServer server =
        HttpsServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.setHttpsConfigurator(new HttpsConfigurator(context(store)));
    server.createContext(path, exchange -> answer(exchange, path, behind));
    server.start();
    return new HttpsFront(server, path, certificate);
  }

  /** Returns the address, with the path. */
  public URI url() {
    return url;
  }

  /** Returns the certificate to trust, as PEM. */
  public Path certificate() {
    return certificate;
  }

  @Override
  public void close() {
    server.stop(0);
  }

  private static void answer(HttpExchange exchange, String path, URI behind) throws IOException {
    try (exchange) {
      String rest = exchange.getRequestURI().getPath().substring(path.length());
      HttpURLConnection ray = (HttpURLConnection) behind.resolve(rest).toURL().openConnection();
      ray.setRequestProperty(
          "Authorization", exchange.getRequestHeaders().getFirst("Authorization"));
      byte[] body = ray.getInputStream().readAllBytes();
      exchange.getResponseHeaders().set("Content-Type", ray.getContentType());
      exchange.sendResponseHeaders(ray.getResponseCode(), body.length);
      exchange.getResponseBody().write(body);
    }
  }

  private static void keytool(Path store, String... words) throws Exception {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "keytool").toString());
    command.addAll(List.of(words));
    command.addAll(List.of("-alias", "front", "-keystore", store.toString()));
    command.addAll(List.of("-storetype", "PKCS12", "-storepass", PASSWORD));
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String said = new String(process.getInputStream().readAllBytes(), UTF_8);
    assertThat(process.waitFor()).as(said).isZero();
  }

  private static SSLContext context(Path file) throws Exception {
    KeyStore store = KeyStore.getInstance("PKCS12");
    try (InputStream in = Files.newInputStream(file)) {
      store.load(in, PASSWORD.toCharArray());
    }
    KeyManagerFactory keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
    keys.init(store, PASSWORD.toCharArray());
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(keys.getKeyManagers(), null, null);
    return context;
  }
}
