package io.rayauth.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import io.rayauth.testkit.RecordedCall;
import java.io.IOException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Messages that no browser writes, on bare sockets. */
@Timeout(120)
class MessageAttackTest {
  private static final String SMUGGLED = "GET /api/jobs/ HTTP/1.1\r\nHost: x\r\n\r\n";

  @Test
  void lengthBesideChunks_whenSent_isRefusedAndTheConnectionClosed() throws Exception {
    assertThatNothingPasses(
        "POST", "Content-Length: 4\r\nTransfer-Encoding: chunked\r\n", "0\r\n\r\n" + SMUGGLED);
    assertThatNothingPasses(
        "POST", "Transfer-Encoding: chunked\r\nContent-Length: 4\r\n", "0\r\n\r\n" + SMUGGLED);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "Content-Length: 0\r\nContent-Length: 40\r\n",
        "Content-Length: 40\r\nContent-Length: 40\r\n",
        "Content-Length: 0, 40\r\n",
        "Content-Length: 40, 40\r\n"
      })
  void twoLengths_whenSent_areRefusedAndTheConnectionClosed(String lengths) throws Exception {
    assertThatNothingPasses("POST", lengths, SMUGGLED);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "+4",
        "-4",
        "0x4",
        "4 4",
        "",
        "4.0",
        "18446744073709551620",
        "9999999999999999",
        "\u00b2"
      })
  void oddLength_whenSent_isRefusedAndTheConnectionClosed(String length) throws Exception {
    assertThatNothingPasses("POST", "Content-Length: " + length + "\r\n", "abcd" + SMUGGLED);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "Transfer-Encoding: gzip, chunked\r\n",
        "Transfer-Encoding: chunked, identity\r\n",
        "Transfer-Encoding: identity\r\n",
        "Transfer-Encoding: xchunked\r\n",
        "Transfer-Encoding: \"chunked\"\r\n",
        "Transfer-Encoding: chunked;q=1\r\n",
        "Transfer-Encoding: chunked\r\nTransfer-Encoding: x\r\n",
        "Transfer-Encoding: x\r\nTransfer-Encoding: chunked\r\n",
        "Transfer-Encoding: \u000bchunked\r\n",
        "Transfer-Encoding:\r\n"
      })
  void oddEncoding_whenSent_isRefusedAndTheConnectionClosed(String encodings) throws Exception {
    assertThatNothingPasses("POST", encodings, "0\r\n\r\n" + SMUGGLED);
  }

  @Test
  void chunksOfHttp10_whenSent_areRefusedAndTheConnectionClosed() throws Exception {
    try (Stage stage = Stage.with(DashboardProxy.Builder::allowWrites);
        Wire wire = stage.connect()) {
      wire.send(
          "POST /api/jobs/ HTTP/1.0\r\nHost: %s\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"
              .formatted(stage.host));

      assertThat(wire.answer().status()).isEqualTo(400);
      assertThat(wire.isClosed()).isTrue();
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "X: a\nTransfer-Encoding: chunked\r\n",
        "X: a\rb\r\n",
        "X: a\u0000b\r\n",
        "X: a\u007fb\r\n",
        "X : a\r\n",
        "X\t: a\r\n",
        ": a\r\n",
        "X\r\n",
        "X(): a\r\n",
        "X\u0000: a\r\n"
      })
  void malformedHeader_whenSent_isRefusedAndTheConnectionClosed(String header) throws Exception {
    assertThatNothingPasses("GET", header, SMUGGLED);
  }

  @Test
  void foldedHeader_whenSent_reachesTheClusterInOneLine() throws Exception {
    try (Stage stage = Stage.open()) {
      stage.send(
          "GET /api/version HTTP/1.1\r\nHost: %s\r\n%s\r\nX-Folded: a\r\n Cookie: b\r\n\r\n"
              .formatted(stage.host, stage.signIn()));

      RecordedCall call = stage.calls().get(0);
      assertThat(call.header("X-Folded")).contains("a Cookie: b");
      assertThat(call.header("Cookie")).isEmpty();
    }
  }

  @Test
  void hugeHeader_whenSent_isRefusedAndTheConnectionClosed() throws Exception {
    assertThatNothingPasses("GET", "X: " + "a".repeat(33_000) + "\r\n", "");
  }

  @Test
  void manyHeaders_whenSent_areRefusedAndTheConnectionClosed() throws Exception {
    assertThatNothingPasses("GET", "X: a\r\n".repeat(101), "");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "GET http://%s/api/version HTTP/1.1",
        "GET http://169.254.169.254/latest/meta-data/ HTTP/1.1",
        "GET https://example.com/ HTTP/1.1",
        "GET example.com:80 HTTP/1.1",
        "GET * HTTP/1.1",
        "GET ?a HTTP/1.1",
        "GET api HTTP/1.1",
        "OPTIONS * HTTP/1.1",
        "CONNECT %s HTTP/1.1",
        "CONNECT example.com:443 HTTP/1.1"
      })
  void otherTarget_whenAskedFor_isRefusedAsThisIsNoOpenProxy(String start) throws Exception {
    try (Stage stage = Stage.open();
        Wire wire = stage.connect()) {
      wire.send(
          "%s\r\nHost: %s\r\n%s\r\n\r\n"
              .formatted(start.formatted(stage.host), stage.host, stage.signIn()));

      assertThat(wire.answer().status()).isEqualTo(400);
      assertThat(wire.isClosed()).isTrue();
      assertThat(stage.calls()).isEmpty();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"TRACE", "TRACK", "PROPFIND", "get", "Post", "CONNECT", "PRI", "X"})
  void unknownMethod_whenSent_isRefused(String method) throws Exception {
    try (Stage stage = Stage.with(DashboardProxy.Builder::allowWrites)) {
      String cookie = stage.signIn();

      Wire.Answer answer =
          stage.ask(method, "/api/version", cookie, "Origin: " + stage.origin, "X-Echo: secret");

      assertThat(answer.status()).isIn(400, 405);
      assertThat(answer.body()).doesNotContain("secret");
      assertThat(stage.calls()).isEmpty();
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "GET /\r\n",
        "GET / HTTP/0.9\r\nHost: x\r\n\r\n",
        "GET / HTTP/2.0\r\nHost: x\r\n\r\n",
        "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
        "GET / HTTP/1.1\r\n Host: x\r\n\r\n",
        "GET / HTTP/1.1 \r\nHost: x\r\n\r\n",
        "GET  / HTTP/1.1\r\nHost: x\r\n\r\n",
        "GET\t/\tHTTP/1.1\r\nHost: x\r\n\r\n",
        "\u0016\u0003\u0001\u0002\u0000\u0001\u0000\u0001\u00fc\u0003\u0003"
      })
  void otherProtocol_whenSpoken_isRefusedAndTheConnectionClosed(String bytes) throws Exception {
    try (Stage stage = Stage.open();
        Wire wire = stage.connect()) {
      wire.send(bytes);

      assertThat(wire.answer().status()).isEqualTo(400);
      assertThat(wire.isClosed()).isTrue();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "Host: %1$s\r\nHost: %1$s\r\n", "Host: %1$s, evil.example\r\n"})
  void notOneHost_whenSent_isRefused(String hosts) throws Exception {
    for (String version : new String[] {"1.0", "1.1"}) {
      try (Stage stage = Stage.open()) {
        Wire.Answer answer =
            stage.send(
                "GET /-/health HTTP/%s\r\n%s\r\n".formatted(version, hosts.formatted(stage.host)));

        assertThat(answer.status()).isIn(400, 403);
      }
    }
  }

  @Test
  void requestBehindARefusedBody_whenPipelined_isNotRead() throws Exception {
    try (Stage stage = Stage.open();
        Wire wire = stage.connect()) {
      String cookie = stage.signIn();
      String behind = stage.request("GET", "/api/version", cookie);

      wire.send(stage.request("POST", "/api/jobs/", cookie, "Content-Length: 100000") + behind);

      assertThat(wire.answer().status()).isEqualTo(403);
      assertThat(wire.isClosed()).isTrue();
      assertThat(stage.calls()).isEmpty();
    }
  }

  @Test
  void requestBehindAnother_whenPipelined_passesTheRulesByItself() throws Exception {
    try (Stage stage = Stage.open();
        Wire wire = stage.connect()) {
      wire.send(
          stage.request("GET", "/api/version", stage.signIn())
              + stage.request("GET", "/api/version"));

      assertThat(wire.answer().status()).isEqualTo(200);
      assertThat(wire.answer().status()).isEqualTo(401);
    }
  }

  @Test
  void chunkExtensionsAndTrailers_whenSent_doNotReachTheCluster() throws Exception {
    try (Stage stage = Stage.with(DashboardProxy.Builder::allowWrites)) {
      String body =
          "5;a=\"GET / HTTP/1.1\"\r\n{\"ent\r\n1\r\nr\r\n00a;b\r\nypoint\":\"t\r\n5\r\nrue\"}\r\n"
              + "0;c\r\nAuthorization: Bearer evil\r\nX-Trailer: evil\r\n\r\n";

      Wire.Answer answer =
          stage.send(
              stage.request(
                      "POST",
                      "/api/jobs/",
                      stage.signIn(),
                      "Origin: " + stage.origin,
                      "Transfer-Encoding: chunked")
                  + body);

      assertThat(answer.status()).as(answer.text()).isEqualTo(200);
      RecordedCall call = stage.calls().get(0);
      assertThat(call.body()).isEqualTo("{\"entrypoint\":\"true\"}");
      assertThat(call.header("X-Trailer")).isEmpty();
      assertThat(call.header("Authorization")).contains("Bearer " + Stage.TOKEN);
    }
  }

  @Test
  void bodyOfAGet_whenSent_isRefusedAndTheConnectionClosed() throws Exception {
    assertThatNothingPasses("GET", "Content-Length: 4\r\n", "abcd" + SMUGGLED);
    assertThatNothingPasses("GET", "Transfer-Encoding: chunked\r\n", "0\r\n\r\n" + SMUGGLED);
  }

  @ParameterizedTest
  @ValueSource(strings = {"100-continue", "y 100-continue", "200-ok", ""})
  void expectation_whenSent_isRefusedAndTheConnectionClosed(String expectation) throws Exception {
    try (Stage stage = Stage.with(DashboardProxy.Builder::allowWrites);
        Wire wire = stage.connect()) {
      wire.send(
          stage.request(
              "POST",
              "/api/jobs/",
              stage.signIn(),
              "Origin: " + stage.origin,
              "Content-Length: 4",
              "Expect: " + expectation));

      assertThat(wire.answer().status()).isEqualTo(417);
      assertThat(wire.isClosed()).isTrue();
      assertThat(stage.calls()).isEmpty();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"Authorization", "X-Ray-Authorization, Host, Cookie", "close, Accept"})
  void headersNamedByConnection_whenSent_doNotTakeTheTokenAway(String named) throws Exception {
    try (Stage stage = Stage.open()) {
      Wire.Answer answer = stage.ask("GET", "/api/version", stage.signIn(), "Connection: " + named);

      assertThat(answer.status()).isEqualTo(200);
      assertThat(stage.calls().get(0).header("Authorization")).contains("Bearer " + Stage.TOKEN);
    }
  }

  @Test
  void upgradeToHttp2_whenAskedFor_isNotMadeAndNotPassedOn() throws Exception {
    try (Stage stage = Stage.open()) {
      Wire.Answer answer =
          stage.ask(
              "GET",
              "/api/version",
              stage.signIn(),
              "Connection: Upgrade, HTTP2-Settings",
              "Upgrade: h2c",
              "HTTP2-Settings: AAMAAABkAARAAAAAAAIAAAAA");

      assertThat(answer.status()).isEqualTo(200);
      RecordedCall call = stage.calls().get(0);
      assertThat(call.header("Upgrade")).isEmpty();
      assertThat(call.header("HTTP2-Settings")).isEmpty();
    }
  }

  private static void assertThatNothingPasses(String method, String headers, String body)
      throws IOException {
    try (Stage stage = Stage.with(DashboardProxy.Builder::allowWrites);
        Wire wire = stage.connect()) {
      wire.send(
          "%s /api/jobs/ HTTP/1.1\r\nHost: %s\r\n%s\r\nOrigin: %s\r\n%s\r\n%s"
              .formatted(method, stage.host, stage.signIn(), stage.origin, headers, body));

      assertThat(wire.answer().status()).isEqualTo(400);
      assertThat(wire.isClosed()).isTrue();
      assertThat(stage.calls()).isEmpty();
    }
  }
}
