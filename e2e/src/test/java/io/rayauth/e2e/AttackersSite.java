package io.rayauth.e2e;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** Serves one empty page on loopback, whose scripts a test writes, and keeps what it is sent. */
final class AttackersSite implements AutoCloseable {
  private final HttpServer server;
  private final List<String> cookies = new CopyOnWriteArrayList<>();

  private AttackersSite(HttpServer server) {
    this.server = server;
    server.createContext("/", this::answer);
    server.start();
  }

  static AttackersSite start() {
    try {
      return new AttackersSite(
          HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Returns the address of the page under a name that leads to this machine. */
  URI url(String host) {
    return URI.create("http://" + host + ":" + server.getAddress().getPort() + "/");
  }

  /** Returns the cookies that came along with requests. */
  List<String> cookies() {
    return cookies;
  }

  private void answer(HttpExchange exchange) throws IOException {
    cookies.addAll(exchange.getRequestHeaders().getOrDefault("Cookie", List.of()));
    byte[] page =
        "<!doctype html><title>Prizes</title><link rel='icon' href='data:,'>"
            .getBytes(StandardCharsets.UTF_8);
    exchange.getResponseHeaders().set("Content-Type", "text/html; charset=utf-8");
    exchange.sendResponseHeaders(200, page.length);
    exchange.getResponseBody().write(page);
    exchange.close();
  }

  @Override
  public void close() {
    server.stop(0);
  }
}
