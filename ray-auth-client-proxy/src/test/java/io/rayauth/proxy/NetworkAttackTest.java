package io.rayauth.proxy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.rayauth.RayEndpoint;
import io.rayauth.testsupport.SelfSigned;
import io.rayauth.token.TokenProvider;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.net.Socket;
import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import javax.net.ssl.SSLContext;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Other machines, other servers of this machine, and names. */
@Timeout(120)
class NetworkAttackTest {
  @TempDir private static Path folder;
  private static SSLContext tls;

  @BeforeAll
  static void makeACertificate() throws Exception {
    tls = SelfSigned.at(folder);
  }

  @Test
  void otherMachines_whenNothingWasSaid_reachNoPort() throws Exception {
    Optional<InetAddress> outside =
        NetworkInterface.networkInterfaces()
            .flatMap(NetworkInterface::inetAddresses)
            .filter(address -> !address.isLoopbackAddress() && !address.isLinkLocalAddress())
            .findFirst();
    assumeTrue(outside.isPresent(), "this machine has no address but loopback");
    try (Stage stage = Stage.open()) {
      assertThatThrownBy(() -> new Socket(outside.get(), stage.port).close())
          .isInstanceOf(ConnectException.class);
    }
  }

  @Test
  void exposedPort_whenSpokenToWithoutTls_saysNothing() throws Exception {
    try (Stage stage = exposed();
        Wire wire = stage.connect()) {
      wire.send(stage.request("GET", "/-/health"));

      assertThat(wire.rest()).doesNotContain("HTTP/", "ok");
    }
  }

  @Test
  void exposedPort_whenSpokenToWithTls_signsInWithACookieForHttpsOnly() throws Exception {
    try (Stage stage = exposed();
        Wire wire = overTls(stage)) {
      URI link = stage.proxy.url();
      assertThat(link.toString()).startsWith("https://ray.example:" + stage.port + "/-/open?key=");

      wire.send(stage.request("GET", link.getRawPath() + "?" + link.getRawQuery()));
      Wire.Answer opened = wire.answer();
      wire.send(stage.request("GET", "/api/version", Stage.cookie(opened)));

      assertThat(opened.header("Set-Cookie"))
          .startsWith("__Host-ray-dashboard-" + stage.port + "=")
          .contains("; Path=/", "; Secure", "; HttpOnly", "; SameSite=Strict");
      assertThat(wire.answer().status()).isEqualTo(200);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"127.0.0.1:%d", "localhost:%d", "evil.example:%d", "ray.example"})
  void exposedPort_whenAnotherNameIsUsed_isClosedToIt(String host) throws Exception {
    try (Stage stage = exposed();
        Wire wire = overTls(stage)) {
      wire.send(stage.request("GET", "/-/health", "Host: " + host.formatted(stage.port)));

      assertThat(wire.answer().status()).isEqualTo(403);
    }
  }

  @Test
  void exposedPort_whenAPageActs_takesTheOriginOfItsOwnNameByHttpsOnly() throws Exception {
    try (Stage stage = exposed("ray.example", "other.example")) {
      String host = "Host: ray.example:" + stage.port;
      String end = ".example:" + stage.port;
      String cookie = signIn(stage, host);

      for (String foreign :
          List.of("http://ray" + end, "https://other" + end, "https://ray" + end + "0")) {
        assertThat(stop(stage, host, cookie, foreign)).as(foreign).isEqualTo(403);
      }
      assertThat(stage.calls()).isEmpty();
      assertThat(stop(stage, host, cookie, "https://ray" + end)).isEqualTo(404);
      assertThat(stage.calls()).hasSize(1);
    }
  }

  @Test
  void exposedPort_whenItsNameIsAnAddressOfIPv6_isAnsweredUnderIt() throws Exception {
    try (Stage stage = exposed("[2001:DB8::1]")) {
      String host = "Host: [2001:db8::1]:" + stage.port;
      String cookie = signIn(stage, host);

      int own = stop(stage, host, cookie, "https://[2001:db8::1]:" + stage.port);
      int foreign = stop(stage, host, cookie, "https://[2001:db8::2]:" + stage.port);

      assertThat(stage.proxy.address().toString()).isEqualTo("https://[2001:db8::1]:" + stage.port);
      assertThat(own).isEqualTo(404);
      assertThat(foreign).isEqualTo(403);
    }
  }

  @Test
  void exposing_whenDoneHalf_isRefusedBeforeAnythingListens() {
    InetSocketAddress here = new InetSocketAddress("127.0.0.1", 0);
    InetSocketAddress nowhere = InetSocketAddress.createUnresolved("ray.example", 0);

    assertThatThrownBy(() -> builder().exposedToNetwork(here, tls, Set.of()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("under which names");
    for (String name : new String[] {"*.ray.example", "https://ray.example", "a:1", "a/b", ""}) {
      assertThatThrownBy(() -> builder().exposedToNetwork(here, tls, Set.of(name)))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("no host name");
    }
    assertThatThrownBy(() -> builder().exposedToNetwork(nowhere, tls, Set.of("ray.example")))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("does not resolve");
    assertThatThrownBy(() -> builder().exposedToNetwork(here, null, Set.of("ray.example")))
        .isInstanceOf(NullPointerException.class);
  }

  @Test
  void nameOfItsOwn_whenGiven_isTheOnlyOneThatTheCookieGoesTo() throws Exception {
    try (Stage stage = Stage.with(proxy -> proxy.underLocalhostName("ray-prod"))) {
      String cookie = stage.signIn();
      String loopback = "Host: 127.0.0.1:" + stage.port;

      Wire.Answer named = stage.ask("GET", "/", cookie);
      Wire.Answer other = stage.ask("GET", "/", cookie, loopback);
      Wire.Answer link = stage.open(stage.proxy.url(), loopback);
      Wire.Answer health = stage.ask("GET", "/-/health", loopback);
      Wire.Answer rebound = stage.ask("GET", "/-/health", "Host: x.localhost:" + stage.port);

      assertThat(stage.proxy.address().toString())
          .isEqualTo("http://ray-prod.localhost:" + stage.port);
      assertThat(named.status()).isEqualTo(200);
      assertThat(other.status()).isEqualTo(403);
      assertThat(link.status()).isEqualTo(403);
      assertThat(link.all("Set-Cookie")).isEmpty();
      assertThat(health.status()).isEqualTo(200);
      assertThat(rebound.status()).isEqualTo(403);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "a.b", "-a", "a-", "A", "a_b", "evil.example/", "ä"})
  void nameOfItsOwn_whenItIsNone_isRefused(String name) {
    assertThatThrownBy(() -> builder().underLocalhostName(name))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("such as ray-prod");
  }

  @Test
  void nameOfItsOwn_whenTheProxyIsExposed_isRefused() {
    DashboardProxy.Builder exposed =
        builder()
            .exposedToNetwork(new InetSocketAddress("127.0.0.1", 0), tls, Set.of("ray.example"));

    assertThatThrownBy(() -> exposed.underLocalhostName("ray-prod"))
        .isInstanceOf(IllegalStateException.class);
    DashboardProxy.Builder named = builder().underLocalhostName("ray-prod");
    assertThatThrownBy(() ->
            named.exposedToNetwork(
                new InetSocketAddress("127.0.0.1", 0), tls, Set.of("ray.example")))
        .isInstanceOf(IllegalStateException.class);
  }

  private static DashboardProxy.Builder builder() {
    return DashboardProxy.to(
        RayEndpoint.of(URI.create("http://127.0.0.1:1")), TokenProvider.of(Stage.TOKEN));
  }

  private static Stage exposed() {
    return exposed("ray.example");
  }

  private static Stage exposed(String... names) {
    return Stage.with(proxy ->
        proxy
            .allowWrites()
            .exposedToNetwork(new InetSocketAddress("127.0.0.1", 0), tls, Set.of(names)));
  }

  private static String signIn(Stage stage, String host) throws Exception {
    try (Wire wire = overTls(stage)) {
      URI link = stage.proxy.url();
      return Stage.cookie(
          wire.send(stage.request("GET", link.getRawPath() + "?" + link.getRawQuery(), host))
              .answer());
    }
  }

  /** Stops a job that does not exist and returns the status. */
  private static int stop(Stage stage, String host, String cookie, String origin) throws Exception {
    try (Wire wire = overTls(stage)) {
      return wire.send(
              stage.request(
                  "POST",
                  "/api/jobs/none/stop",
                  host,
                  cookie,
                  "Origin: " + origin,
                  "Content-Length: 0"))
          .answer()
          .status();
    }
  }

  private static Wire overTls(Stage stage) throws Exception {
    return new Wire(tls.getSocketFactory().createSocket("127.0.0.1", stage.port));
  }
}
