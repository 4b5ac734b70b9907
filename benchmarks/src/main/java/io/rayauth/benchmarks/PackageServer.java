package io.rayauth.benchmarks;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/** Never has a package, takes every upload and forgets it, and accepts every job. */
final class PackageServer implements AutoCloseable {
  static {
    // Otherwise each answer waits 40 ms for the client to acknowledge its first half.
    System.setProperty("sun.net.httpserver.nodelay", "true");
  }

  private static final String VERSION =
      """
      {"version": "4", "ray_version": "2.60.0", "ray_commit": "", "session_name": "benchmark"}\
      """;

  private final ExecutorService threads = Executors.newCachedThreadPool();
  private final HttpServer server;

  private PackageServer(HttpServer server) {
    this.server = server;
  }

  static PackageServer start() throws IOException {
    PackageServer started =
        new PackageServer(
            HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0));
    started.server.createContext("/", PackageServer::answer);
    started.server.setExecutor(started.threads);
    started.server.start();
    return started;
  }

  URI url() {
    return URI.create("http://localhost:" + server.getAddress().getPort());
  }

  @Override
  public void close() {
    server.stop(0);
    threads.shutdownNow();
  }

  private static void answer(HttpExchange exchange) throws IOException {
    try (exchange;
        InputStream body = exchange.getRequestBody()) {
      body.transferTo(OutputStream.nullOutputStream());
      switch (exchange.getRequestMethod()) {
        case "GET" -> {
          if (exchange.getRequestURI().getPath().equals("/api/version")) {
            send(exchange, 200, VERSION);
          } else {
            send(exchange, 404, "Package does not exist");
          }
        }
        case "PUT" -> send(exchange, 200, "");
        default -> send(exchange, 200, "{\"submission_id\": \"accepted\"}");
      }
    }
  }

  private static void send(HttpExchange exchange, int status, String text) throws IOException {
    byte[] bytes = text.getBytes(StandardCharsets.US_ASCII);
    exchange.sendResponseHeaders(status, bytes.length == 0 ? -1 : bytes.length);
    exchange.getResponseBody().write(bytes);
  }
}
