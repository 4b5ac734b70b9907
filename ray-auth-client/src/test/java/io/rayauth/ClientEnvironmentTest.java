package io.rayauth;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpServer;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class ClientEnvironmentTest {
  private final BlockingQueue<Map<String, List<String>>> received = new LinkedBlockingQueue<>();
  private final Map<String, String> variables = new HashMap<>();
  private HttpServer server;

  @BeforeEach
  void start() throws Exception {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext(
        "/base/api/version",
        exchange -> {
          received.add(exchange.getRequestHeaders());
          byte[] body =
              "{\"ray_version\": \"2.60.0\"}".getBytes(java.nio.charset.StandardCharsets.US_ASCII);
          exchange.sendResponseHeaders(200, body.length);
          exchange.getResponseBody().write(body);
          exchange.close();
        });
    server.start();
    variables.put("RAY_ADDRESS", "http://127.0.0.1:" + server.getAddress().getPort() + "/base/");
  }

  @AfterEach
  void stop() {
    server.stop(0);
  }

  @Test
  void client_whenNothingIsSet_goesToThePortOfTheDashboard() {
    try (JobClient client = ClientEnvironment.of(Map.of()).client()) {
      assertThat(client.endpoint()).hasToString("http://localhost:8265");
    }
  }

  @Test
  void client_whenBothAddressesAreSet_takesTheApiServers() {
    variables.put("RAY_API_SERVER_ADDRESS", "https://example.org");

    try (JobClient client = ClientEnvironment.of(variables).client()) {
      assertThat(client.endpoint()).hasToString("https://example.org");
    }
  }

  @Test
  void client_whenTheAddressIsRayClient_namesTheVariable() {
    assertThatThrownBy(
            () -> ClientEnvironment.of(Map.of("RAY_ADDRESS", "ray://head:10001")).client())
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("RAY_ADDRESS: ")
        .hasMessageContaining("8265");
  }

  @Test
  void client_whenHeadersAreSet_sendsThemAndPrefersTheirToken() throws Exception {
    variables.put("RAY_JOB_HEADERS", "{\"authorization\": \"Bearer canary-h\", \"X-Team\": \"a\"}");
    variables.put("RAY_AUTH_TOKEN", "canary-e");

    callVersion();

    Map<String, List<String>> headers = received.take();
    assertThat(headers.get("Authorization")).containsExactly("Bearer canary-h");
    assertThat(headers.get("X-team")).containsExactly("a");
  }

  @Test
  void client_whenTheHeaderIsNotABearer_sendsItAsItIs() throws Exception {
    variables.put("RAY_JOB_HEADERS", "{\"Authorization\": \"Basic canary-b\"}");
    variables.put("RAY_AUTH_MODE", "token");

    callVersion();

    assertThat(received.take().get("Authorization")).containsExactly("Basic canary-b");
  }

  @Test
  void client_whenTheHeadersAreMalformed_namesTheVariableAndThePlaceOnly() {
    variables.put("RAY_JOB_HEADERS", "{\"Authorization\": \"Bearer canary-h\",}");

    assertThatThrownBy(() -> ClientEnvironment.of(variables).client())
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("RAY_JOB_HEADERS: ")
        .hasMessageContaining("column")
        .hasMessageNotContaining("canary-h");
  }

  @Test
  void client_whenNoTokenIsConfigured_sendsNone() throws Exception {
    callVersion();

    assertThat(received.take()).doesNotContainKey("Authorization");
  }

  @Test
  void client_whenTheProviderIsUnknown_saysSo() {
    variables.put("RAY_AUTH_PROVIDER", "nobody");

    assertThatThrownBy(() -> ClientEnvironment.of(variables).client())
        .hasMessageStartingWith("RAY_AUTH_PROVIDER: ")
        .hasMessageContaining("nobody");
  }

  @Test
  void client_whenTheAddressIsPlainHttpToAnotherHost_namesTheVariable() {
    assertThatThrownBy(
            () -> ClientEnvironment.of(Map.of("RAY_ADDRESS", "http://10.0.0.1:8265")).client())
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("RAY_ADDRESS: ")
        .hasMessageContaining("plain http");
  }

  private void callVersion() {
    try (JobClient client = ClientEnvironment.of(variables).client()) {
      client.version();
    }
  }
}
