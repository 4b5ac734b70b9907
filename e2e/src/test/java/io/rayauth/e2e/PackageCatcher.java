package io.rayauth.e2e;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;

/** Is a dashboard that has no package yet, keeps the last one in a file and runs nothing. */
final class PackageCatcher implements AutoCloseable {
  static {
    // Otherwise each answer waits 40 ms for the client to acknowledge its first half.
    System.setProperty("sun.net.httpserver.nodelay", "true");
  }

  private final HttpServer server;
  private final Path caught;

  private PackageCatcher(HttpServer server, Path caught) {
    this.server = server;
    this.caught = caught;
  }

  static PackageCatcher start(Path folder) throws IOException {
    HttpServer server =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    PackageCatcher catcher = new PackageCatcher(server, folder.resolve("caught.zip"));
    server.createContext("/", catcher::answer);
    server.start();
    return catcher;
  }

  URI url() {
    return URI.create("http://127.0.0.1:" + server.getAddress().getPort());
  }

  /** Returns the file with the last package. */
  Path caught() {
    return caught;
  }

  private void answer(HttpExchange exchange) throws IOException {
    try (exchange;
        InputStream body = exchange.getRequestBody()) {
      switch (exchange.getRequestMethod()) {
        case "GET" -> send(exchange, 404, "Package does not exist");
        case "PUT" -> {
          Files.copy(body, caught, StandardCopyOption.REPLACE_EXISTING);
          send(exchange, 200, "");
        }
        default -> {
          body.readAllBytes();
          send(exchange, 200, "{\"submission_id\":\"caught\"}");
        }
      }
    }
  }

  private static void send(HttpExchange exchange, int status, String text) throws IOException {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    exchange.sendResponseHeaders(status, bytes.length == 0 ? -1 : bytes.length);
    exchange.getResponseBody().write(bytes);
  }

  @Override
  public void close() {
    server.stop(0);
  }
}
