package io.rayauth.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import io.rayauth.job.PackageStore;
import io.rayauth.testsupport.SelfSigned;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import javax.net.ssl.SSLContext;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A web server that takes PUTs, as object storage does. */
@Timeout(60)
class HttpsPutStoreTest {
  private static final String NAME = "_ray_pkg_0123456789abcdef_in_00.zip";

  @TempDir private Path folder;

  private final Map<String, byte[]> stored = new ConcurrentHashMap<>();
  private final List<String> calls = new CopyOnWriteArrayList<>();
  private HttpServer server;
  private URI url;

  @BeforeEach
  void start() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext("/", this::answer);
    server.start();
    url = URI.create("http://127.0.0.1:" + server.getAddress().getPort() + "/bucket/");
  }

  @AfterEach
  void stop() {
    server.stop(0);
  }

  @Test
  void store_thenFind_givesTheSameAddress() throws IOException {
    Path zip = Files.write(folder.resolve("a.zip"), new byte[100_000]);
    PackageStore store = PackageStore.httpsPut(url);

    assertThat(store.find(NAME)).isEmpty();
    URI address = store.store(NAME, zip, sent -> {});

    assertThat(address).isEqualTo(url.resolve(NAME));
    assertThat(store.find(NAME)).contains(address);
    assertThat(stored.get("/bucket/" + NAME)).hasSize(100_000);
    assertThat(calls).allMatch(call -> call.endsWith(" without Authorization"));
  }

  @Test
  void store_withSignedAddresses_keepsTheSignatureOutOfMessages() throws IOException {
    Path zip = Files.write(folder.resolve("a.zip"), new byte[10]);
    PackageStore store =
        PackageStore.httpsPut(
            name -> url.resolve("refused/" + name + "?signature=of-the-address"), url::resolve);

    assertThatExceptionOfType(IOException.class)
        .isThrownBy(() -> store.store(NAME, zip, sent -> {}))
        .satisfies(refused ->
            assertThat(refused.getMessage()).contains("403").doesNotContain("of-the-address"));
    assertThat(calls).anyMatch(call -> call.contains("signature=of-the-address"));
  }

  @Test
  void store_whereNothingListens_saysThatTheZipIsNotStored() throws IOException {
    Path zip = Files.write(folder.resolve("a.zip"), new byte[10]);
    PackageStore store = PackageStore.httpsPut(url);
    server.stop(0);

    assertThatExceptionOfType(IOException.class)
        .isThrownBy(() -> store.store(NAME, zip, sent -> {}));
    assertThatExceptionOfType(IOException.class).isThrownBy(() -> store.find(NAME));
  }

  @Test
  void find_atAServerWithItsOwnCa_needsItsCertificate() throws Exception {
    SSLContext tls = SelfSigned.at(folder);
    HttpsServer secure =
        HttpsServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    secure.setHttpsConfigurator(new HttpsConfigurator(tls));
    secure.createContext("/", this::answer);
    secure.start();
    try {
      URI address = URI.create("https://127.0.0.1:" + secure.getAddress().getPort() + "/bucket");
      Path zip = Files.write(folder.resolve("a.zip"), new byte[10]);
      PackageStore trusting = PackageStore.httpsPutBuilder(address).sslContext(tls).build();

      assertThat(trusting.store(NAME, zip, sent -> {})).isEqualTo(URI.create(address + "/" + NAME));
      assertThat(trusting.find(NAME)).isPresent();
      assertThatExceptionOfType(IOException.class)
          .isThrownBy(() -> PackageStore.httpsPut(address).find(NAME))
          .withMessageContaining("TLS with 127.0.0.1");
    } finally {
      secure.stop(0);
    }
  }

  @Test
  void find_throughAProxy_asksTheProxy() throws IOException {
    PackageStore store =
        PackageStore.httpsPutBuilder(URI.create("http://artifacts.ray.svc/bucket"))
            .proxy(server.getAddress())
            .build();

    assertThat(store.find(NAME)).isEmpty();
    assertThat(calls)
        .containsExactly("GET http://artifacts.ray.svc/bucket/" + NAME + " without Authorization");
  }

  @Test
  void find_whenNoAnswerComes_endsWithTheTimeout() throws IOException {
    try (ServerSocket silent = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      PackageStore store =
          PackageStore.httpsPutBuilder(
                  URI.create("http://127.0.0.1:" + silent.getLocalPort() + "/bucket"))
              .timeout(Duration.ofMillis(200))
              .build();

      assertThatExceptionOfType(IOException.class)
          .isThrownBy(() -> store.find(NAME))
          .withMessageContaining("200 ms");
    }
  }

  @Test
  void store_overPlainHttpToAnotherHost_isRefused() {
    PackageStore store = PackageStore.httpsPut(URI.create("http://artifacts.example.com/ray"));

    assertThatIllegalArgumentException()
        .isThrownBy(() -> store.find(NAME))
        .withMessageContaining("use https");
  }

  private void answer(HttpExchange exchange) throws IOException {
    String path = exchange.getRequestURI().getPath();
    calls.add(
        exchange.getRequestMethod()
            + " "
            + exchange.getRequestURI()
            + (exchange.getRequestHeaders().containsKey("Authorization")
                ? " with Authorization"
                : " without Authorization"));
    try (exchange;
        InputStream body = exchange.getRequestBody()) {
      byte[] bytes = body.readAllBytes();
      if (path.contains("refused")) {
        exchange.sendResponseHeaders(403, -1);
      } else if (exchange.getRequestMethod().equals("PUT")) {
        stored.put(path, bytes);
        exchange.sendResponseHeaders(201, -1);
      } else if (stored.containsKey(path)) {
        exchange.sendResponseHeaders(206, 1);
        exchange.getResponseBody().write(stored.get(path), 0, 1);
      } else {
        exchange.sendResponseHeaders(404, -1);
      }
    }
  }
}
