package io.rayauth.kubernetes.internal.tunnel;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The same where nothing but WebSockets gets through. */
@Timeout(120)
class WebSocketTunnelTest extends TunnelTest {
  WebSocketTunnelTest() {
    api.onlyWebSockets();
  }

  @Test
  void tunnel_whenSpdyWasRefusedOnce_asksNoMore() {
    api.addHead("head-a", 1);

    tunnel.probe();
    tunnel.probe();

    assertThat(api.requests())
        .filteredOn(request -> request.endsWith("/portforward"))
        .extracting(request -> request.substring(0, request.indexOf(' ')))
        .containsExactly("POST", "GET", "GET");
  }
}
