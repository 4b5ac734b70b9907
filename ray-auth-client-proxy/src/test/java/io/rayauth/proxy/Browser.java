package io.rayauth.proxy;

import java.io.IOException;
import java.net.Socket;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;

/** Is a browser that has opened the link of a proxy. */
final class Browser {
  private static final String[] SAME_ORIGIN = {
    "User-Agent: Mozilla/5.0 (X11; Linux x86_64)", "Sec-Fetch-Site: same-origin",
  };

  private final String host;
  private final int port;
  private String cookie = "";

  private Browser(URI address) {
    this.host = address.getRawAuthority();
    this.port = address.getPort();
  }

  static Browser at(DashboardProxy proxy) throws IOException {
    return opening(proxy.url());
  }

  static Browser opening(URI link) throws IOException {
    Browser browser = new Browser(link);
    Wire.Answer opened = browser.get(link.getRawPath() + "?" + link.getRawQuery());
    browser.cookie = opened.header("Set-Cookie").split(";", 2)[0];
    return browser;
  }

  /** Asks on a connection of its own and reads the whole answer. */
  Wire.Answer get(String target, String... headers) throws IOException {
    return ask("GET", target, headers);
  }

  Wire.Answer ask(String method, String target, String... headers) throws IOException {
    try (Wire wire = new Wire(connect())) {
      return wire.send(request(method, target, headers)).answer();
    }
  }

  Socket connect() throws IOException {
    return new Socket("127.0.0.1", port);
  }

  /** Returns the head of a request as this browser sends it from a page of the dashboard. */
  String request(String method, String target, String... headers) {
    List<String> all = new ArrayList<>(List.of("Host: " + host));
    all.addAll(List.of(SAME_ORIGIN));
    if (!cookie.isEmpty()) {
      all.add("Cookie: " + cookie);
    }
    if (!method.equals("GET")) {
      all.add("Origin: http://" + host);
    }
    all.addAll(List.of(headers));
    return method + " " + target + " HTTP/1.1\r\n" + String.join("\r\n", all) + "\r\n\r\n";
  }

  /** Returns the head of a WebSocket's handshake. */
  String handshake(String target) {
    return request(
        "GET",
        target,
        "Origin: http://" + host,
        "Connection: Upgrade",
        "Upgrade: websocket",
        "Sec-WebSocket-Version: 13",
        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==");
  }
}
