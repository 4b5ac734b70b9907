package io.rayauth.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import io.rayauth.RayEndpoint;
import io.rayauth.testkit.FakeRay;
import io.rayauth.testkit.Gate;
import io.rayauth.testkit.RecordedCall;
import io.rayauth.token.TokenProvider;
import java.io.IOException;
import java.net.Socket;
import java.net.URI;
import java.util.List;
import java.util.function.UnaryOperator;

/** Is a proxy in front of a fake cluster, with a browser that is signed in to it. */
final class Stage implements AutoCloseable {
  static final String TOKEN = "canary-of-the-cluster";

  final FakeRay ray = FakeRay.builder().gate(Gate.rayToken(TOKEN)).start();
  final DashboardProxy proxy;
  final int port;
  final String host;
  final String origin;

  private Stage(UnaryOperator<DashboardProxy.Builder> settings) {
    this.proxy =
        settings
            .apply(DashboardProxy.to(RayEndpoint.of(ray.url()), TokenProvider.of(TOKEN)))
            .start();
    this.port = proxy.address().getPort();
    this.host = proxy.address().getRawAuthority();
    this.origin = proxy.address().toString();
  }

  static Stage open() {
    return new Stage(UnaryOperator.identity());
  }

  static Stage with(UnaryOperator<DashboardProxy.Builder> settings) {
    return new Stage(settings);
  }

  Wire connect() throws IOException {
    return new Wire(new Socket("127.0.0.1", port));
  }

  /** Sends bytes on a connection of their own and reads one answer. */
  Wire.Answer send(String bytes) throws IOException {
    try (Wire wire = connect()) {
      return wire.send(bytes).answer();
    }
  }

  /** Asks with headers that stand for themselves; Host is added if they hold none. */
  Wire.Answer ask(String method, String target, String... headers) throws IOException {
    return send(request(method, target, headers));
  }

  /** Asks as a browser that is signed in does for a page, with what it says of that page. */
  Wire.Answer fetch(String target, String site, String mode, String dest) throws IOException {
    return ask(
        "GET",
        target,
        signIn(),
        "Sec-Fetch-Site: " + site,
        "Sec-Fetch-Mode: " + mode,
        "Sec-Fetch-Dest: " + dest);
  }

  String request(String method, String target, String... headers) {
    StringBuilder request = new StringBuilder(method + " " + target + " HTTP/1.1\r\n");
    if (List.of(headers).stream().noneMatch(header -> header.startsWith("Host:"))) {
      request.append("Host: ").append(host).append("\r\n");
    }
    for (String header : headers) {
      request.append(header).append("\r\n");
    }
    return request.append("\r\n").toString();
  }

  /** Opens a new link and returns the header by which the browser is known from now on. */
  String signIn() throws IOException {
    return cookie(open(proxy.url()));
  }

  Wire.Answer open(URI link, String... headers) throws IOException {
    return ask("GET", link.getRawPath() + "?" + link.getRawQuery(), headers);
  }

  static String cookie(Wire.Answer answer) {
    assertThat(answer.status()).as(answer.text()).isEqualTo(200);
    return "Cookie: " + answer.header("Set-Cookie").split(";")[0];
  }

  /** Returns what reached the cluster. */
  List<RecordedCall> calls() {
    return ray.calls();
  }

  @Override
  public void close() {
    proxy.close();
    ray.close();
  }
}
