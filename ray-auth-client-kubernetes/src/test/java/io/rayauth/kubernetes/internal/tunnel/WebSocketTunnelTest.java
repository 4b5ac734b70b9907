package io.rayauth.kubernetes.internal.tunnel;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The same where nothing but WebSockets gets through. */
@Timeout(120)
class WebSocketTunnelTest extends TunnelTest {
  WebSocketTunnelTest() {
    api.onlyWebSockets(400);
  }

  @ParameterizedTest
  @ValueSource(ints = {400, 404, 502, 0})
  void tunnel_whenSpdyWasRefusedOnce_asksNoMore(int status) {
    api.onlyWebSockets(status);
    api.addHead("head-a", 1);

    tunnel.probe();
    tunnel.probe();

    assertThat(api.requests())
        .filteredOn(request -> request.endsWith("/portforward"))
        .extracting(request -> request.substring(0, request.indexOf(' ')))
        .containsExactly("POST", "GET", "GET");
  }
}
