package io.rayauth;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsParameters;
import com.sun.net.httpserver.HttpsServer;
import io.rayauth.error.RayTransportException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.util.Base64;
import java.util.List;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.TrustManagerFactory;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Certificates from PEM files, against the JDK's own HTTPS server. */
@Timeout(60)
class TlsTest {
  private static final char[] PASSWORD = "changeit".toCharArray();
  private static final String VERSION =
      "{\"version\": \"4\", \"ray_version\": \"2.60.0\", \"ray_commit\": \"c\", \"session_name\": \"s\"}";

  @TempDir private static Path folder;
  private static Identity server;
  private static Identity client;
  private static HttpsServer open;
  private static HttpsServer mutual;

  @BeforeAll
  static void start() throws Exception {
    server = Identity.create(folder, "server", "SAN=ip:127.0.0.1");
    client = Identity.create(folder, "client", "SAN=dns:client");
    open = serve(false);
    mutual = serve(true);
  }

  @AfterAll
  static void stop() {
    open.stop(0);
    mutual.stop(0);
  }

  @Test
  void version_whenTheCaIsTrusted_works() {
    try (JobClient ray = builder(open).trustCertificates(server.certificate).build()) {
      assertThat(ray.version().rayVersion()).isEqualTo("2.60.0");
    }
  }

  @Test
  void version_whenTheCaIsNotTrusted_failsOnceAndSaysWhatToDo() {
    try (JobClient ray = builder(open).build()) {
      assertThatThrownBy(ray::version)
          .isInstanceOfSatisfying(
              RayTransportException.class,
              e -> {
                assertThat(e.attempts()).isEqualTo(1);
                assertThat(e.mayHaveBeenSent()).isFalse();
              })
          .hasMessageContaining("trustCertificates");
    }
  }

  @Test
  void version_whenTheNameIsNotTheCertificates_fails() {
    String url = "https://localhost:" + open.getAddress().getPort();
    try (JobClient ray = JobClient.builder(url).trustCertificates(server.certificate).build()) {
      assertThatThrownBy(ray::version).isInstanceOf(RayTransportException.class);
    }
  }

  @Test
  void version_whenAnythingIsTrusted_worksWhateverTheName() {
    String url = "https://localhost:" + open.getAddress().getPort();
    try (JobClient ray = JobClient.builder(url).insecureTrustAnyCertificate().build()) {
      assertThat(ray.version().rayVersion()).isEqualTo("2.60.0");
    }
  }

  @Test
  void version_whenAClientCertificateIsAsked_presentsIt() {
    try (JobClient ray =
        builder(mutual)
            .trustCertificates(server.certificate)
            .clientCertificate(client.certificate, client.key)
            .build()) {
      assertThat(ray.version().rayVersion()).isEqualTo("2.60.0");
    }
  }

  @Test
  void version_whenAClientCertificateIsAskedAndNoneIsThere_fails() {
    try (JobClient ray =
        builder(mutual)
            .trustCertificates(server.certificate)
            .retryPolicy(RetryPolicy.none())
            .build()) {
      assertThatThrownBy(ray::version).isInstanceOf(RayTransportException.class);
    }
  }

  @Test
  void builder_whenAPemFileCannotBeUsed_namesIt() {
    JobClient.Builder builder = builder(open);

    assertThatThrownBy(() -> builder.trustCertificates(client.key))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("client.key");
    assertThatThrownBy(() -> builder.trustCertificates(folder.resolve("missing.pem")))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("missing.pem");
    assertThatThrownBy(() -> builder.clientCertificate(client.certificate, client.certificate))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("PKCS#8");
  }

  private static JobClient.Builder builder(HttpsServer server) {
    return JobClient.builder("https://127.0.0.1:" + server.getAddress().getPort());
  }

  private static HttpsServer serve(boolean wantsClientCertificate) throws Exception {
    KeyManagerFactory keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
    keys.init(server.store, PASSWORD);
    TrustManagerFactory trust =
        TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    KeyStore trusted = KeyStore.getInstance("PKCS12");
    trusted.load(null, null);
    trusted.setCertificateEntry("client", client.store.getCertificate("client"));
    trust.init(trusted);
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(keys.getKeyManagers(), trust.getTrustManagers(), null);

    HttpsServer https =
        HttpsServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    https.setHttpsConfigurator(
        new HttpsConfigurator(context) {
          @Override
          public void configure(HttpsParameters parameters) {
            SSLParameters tls = getSSLContext().getDefaultSSLParameters();
            tls.setNeedClientAuth(wantsClientCertificate);
            parameters.setSSLParameters(tls);
          }
        });
    https.createContext(
        "/api/version",
        exchange -> {
          byte[] body = VERSION.getBytes(UTF_8);
          exchange.sendResponseHeaders(200, body.length);
          exchange.getResponseBody().write(body);
          exchange.close();
        });
    https.start();
    return https;
  }

  /** A self-signed certificate and its key, made by the JDK's keytool. */
  private record Identity(KeyStore store, Path certificate, Path key) {
    static Identity create(Path folder, String name, String san) throws Exception {
      Path file = folder.resolve(name + ".p12");
      Process keytool =
          new ProcessBuilder(
                  List.of(
                      Path.of(System.getProperty("java.home"), "bin", "keytool").toString(),
                      "-genkeypair",
                      "-alias",
                      name,
                      "-keyalg",
                      "EC",
                      "-dname",
                      "CN=" + name,
                      "-ext",
                      san,
                      "-validity",
                      "2",
                      "-keystore",
                      file.toString(),
                      "-storetype",
                      "PKCS12",
                      "-storepass",
                      new String(PASSWORD)))
              .redirectErrorStream(true)
              .start();
      String said = new String(keytool.getInputStream().readAllBytes(), UTF_8);
      assertThat(keytool.waitFor()).as(said).isZero();
      KeyStore store = KeyStore.getInstance("PKCS12");
      try (InputStream in = Files.newInputStream(file)) {
        store.load(in, PASSWORD);
      }
      Path certificate = folder.resolve(name + ".crt");
      Files.writeString(certificate, pem("CERTIFICATE", store.getCertificate(name).getEncoded()));
      Path key = folder.resolve(name + ".key");
      Files.writeString(key, pem("PRIVATE KEY", store.getKey(name, PASSWORD).getEncoded()));
      return new Identity(store, certificate, key);
    }

    private static String pem(String kind, byte[] der) {
      return "-----BEGIN "
          + kind
          + "-----\n"
          + Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(der)
          + "\n-----END "
          + kind
          + "-----\n";
    }
  }
}
