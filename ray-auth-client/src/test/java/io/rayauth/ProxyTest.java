package io.rayauth;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class ProxyTest {
  private static final String VERSION =
      "{\"version\": \"4\", \"ray_version\": \"2.60.0\", \"ray_commit\": \"c\", \"session_name\": \"s\"}";

  private final BlockingQueue<String> asked = new LinkedBlockingQueue<>();
  private HttpServer server;

  @BeforeEach
  void start() throws Exception {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext(
        "/",
        exchange -> {
          asked.add(exchange.getRequestURI().toString());
          byte[] body = VERSION.getBytes(US_ASCII);
          exchange.sendResponseHeaders(200, body.length);
          exchange.getResponseBody().write(body);
          exchange.close();
        });
    server.start();
  }

  @AfterEach
  void stop() {
    server.stop(0);
  }

  @Test
  void proxy_getsTheRequestsForOtherHosts() {
    try (JobClient client =
        JobClient.builder("http://head.team-a.svc:8265").proxy(server.getAddress()).build()) {
      client.version();
    }

    assertThat(asked).containsExactly("http://head.team-a.svc:8265/api/version");
  }

  @Test
  void noProxy_namesHostsThatAreReachedDirectly() throws Exception {
    HttpServer proxy =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    proxy.start();
    try (JobClient client =
        JobClient.builder("http://127.0.0.1:" + server.getAddress().getPort())
            .proxy(proxy.getAddress())
            .noProxy("127.0.0.1", ".svc")
            .build()) {
      client.version();
    } finally {
      proxy.stop(0);
    }

    assertThat(asked).containsExactly("/api/version");
  }
}
