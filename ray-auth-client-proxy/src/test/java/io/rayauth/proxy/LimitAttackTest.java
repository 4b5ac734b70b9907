package io.rayauth.proxy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.rayauth.testkit.Fault;
import io.rayauth.testkit.ManualClock;
import java.io.IOException;
import java.net.SocketException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** More than anybody needs. */
@Timeout(120)
class LimitAttackTest {
  private static final Duration LONG = Duration.ofSeconds(30);

  @Test
  void requests_whenOneBrowserSendsTooManyInASecond_areRefusedForThatOneOnly() throws Exception {
    ManualClock clock = ManualClock.holdingSleepers();
    try (Stage stage = limited(clock, limits -> limits.requestsPerSecond(1, 100))) {
      String greedy = stage.signIn();
      String modest = stage.signIn();
      List<Integer> statuses = statuses(stage, 3, greedy);

      Wire.Answer refused = stage.ask("GET", "/api/version", greedy);

      assertThat(statuses).containsExactly(200, 200, 429);
      assertThat(refused.header("Retry-After")).isEqualTo("1");
      assertThat(statuses(stage, 1, modest)).containsExactly(200);
      clock.advance(Duration.ofSeconds(1));
      assertThat(statuses(stage, 2, greedy)).containsExactly(200, 429);
    }
  }

  @Test
  void requests_whenAllBrowsersSendTooManyInASecond_areRefused() throws Exception {
    ManualClock clock = ManualClock.holdingSleepers();
    try (Stage stage = limited(clock, limits -> limits.requestsPerSecond(100, 1))) {
      List<Integer> statuses = new ArrayList<>();

      for (int i = 0; i < 3; i++) {
        statuses.addAll(statuses(stage, 1, stage.signIn()));
      }

      assertThat(statuses).containsExactly(200, 200, 429);
    }
  }

  @Test
  void requests_whenOneBrowserHasTooManyUnderWay_areRefusedUntilOneHasEnded() throws Exception {
    try (Stage stage = limited(limits -> limits.requestsAtOnce(1, 100))) {
      String greedy = stage.signIn();
      String modest = stage.signIn();

      assertThatOneAtOncePasses(stage, greedy, greedy);
      assertThat(statuses(stage, 1, modest)).containsExactly(200);
    }
  }

  @Test
  void requests_whenAllBrowsersHaveTooManyUnderWay_areRefusedUntilOneHasEnded() throws Exception {
    try (Stage stage = limited(limits -> limits.requestsAtOnce(100, 1))) {
      assertThatOneAtOncePasses(stage, stage.signIn(), stage.signIn());
    }
  }

  @Test
  void webSockets_whenOneBrowserHasTooMany_areRefusedUntilOneIsClosed() throws Exception {
    try (Stage stage = limited(limits -> limits.webSockets(1, 100))) {
      String greedy = stage.signIn();

      assertThatOneWebSocketPasses(stage, greedy, greedy);
    }
  }

  @Test
  void webSockets_whenAllBrowsersHaveTooMany_areRefusedUntilOneIsClosed() throws Exception {
    try (Stage stage = limited(limits -> limits.webSockets(100, 1))) {
      assertThatOneWebSocketPasses(stage, stage.signIn(), stage.signIn());
    }
  }

  @Test
  void webSockets_whenTheClusterRefusesThem_doNotCount() throws Exception {
    try (Stage stage = limited(limits -> limits.webSockets(1, 1));
        Wire wire = stage.connect()) {
      String cookie = stage.signIn();

      for (int i = 0; i < 3; i++) {
        stage.ray.onNext("GET", "/api/jobs/job-1/logs/tail").respond(404, "no such job");
        wire.send(handshake(stage, cookie));

        assertThat(wire.answer().status()).isEqualTo(404);
      }
    }
  }

  @Test
  void connections_whenTooManyAreOpen_waitUntilOneIsClosed() throws Exception {
    try (Stage stage = limited(limits -> limits.connections(4))) {
      List<Wire> idle = new ArrayList<>();
      try {
        int served = 0;
        while (served < 8 && answersSoon(stage, idle)) {
          served++;
        }
        assertThat(served).isBetween(1, 4);

        idle.remove(0).close();

        Wire waiting = idle.get(idle.size() - 1);
        assertThat(waiting.answer().body()).isEqualTo("ok\n");
      } finally {
        for (Wire wire : idle) {
          wire.close();
        }
      }
    }
  }

  @Test
  void head_whenItTricklesIn_isNotWaitedFor() throws Exception {
    try (Stage stage = limited(limits -> limits.headerTimeout(Duration.ofMillis(200)));
        Wire wire = stage.connect()) {
      String head = "GET /-/health HTTP/1.1\r\nHost: " + stage.host + "\r\nX: ";

      wire.send(head);

      await()
          .atMost(LONG)
          .pollInterval(Duration.ofMillis(20))
          .untilAsserted(
              () -> assertThatThrownBy(() -> wire.send("a")).isInstanceOf(SocketException.class));
    }
  }

  @Test
  void body_whenItsLengthIsTooLarge_isRefusedUnread() throws Exception {
    try (Stage stage = limited(limits -> limits.bodyBytes(10));
        Wire wire = stage.connect()) {
      wire.send(
          stage.request(
              "POST",
              "/api/jobs/",
              stage.signIn(),
              "Origin: " + stage.origin,
              "Content-Length: 11"));

      assertThat(wire.answer().status()).isEqualTo(413);
      assertThat(wire.isClosed()).isTrue();
      assertThat(stage.calls()).isEmpty();
    }
  }

  @Test
  void body_whenItsChunksGetTooLarge_isCutOff() throws Exception {
    try (Stage stage = limited(limits -> limits.bodyBytes(10));
        Wire wire = stage.connect()) {
      wire.send(
          stage.request(
                  "POST",
                  "/api/jobs/",
                  stage.signIn(),
                  "Origin: " + stage.origin,
                  "Transfer-Encoding: chunked")
              + "15\r\n{\"entrypoint\":\"evil\"}\r\n0\r\n\r\n");

      assertThat(wire.rest()).doesNotContain("HTTP/1.1 200");
      assertThat(stage.ray.jobs()).isEmpty();
    }
  }

  @Test
  void endlessBody_whenAStrangerSendsIt_isRefusedUnread() throws Exception {
    for (String length : List.of("Content-Length: 999999999999999", "Transfer-Encoding: chunked")) {
      try (Stage stage = Stage.open();
          Wire wire = stage.connect()) {
        wire.send(stage.request("POST", "/api/jobs/", length));

        assertThat(wire.answer().status()).isEqualTo(401);
        assertThatThrownBy(
                () -> {
                  while (true) {
                    wire.send("0".repeat(10_000));
                  }
                })
            .isInstanceOf(IOException.class);
      }
    }
  }

  @Test
  void limits_whenTheyLetNothingThrough_areRefused() {
    List<ThrowingCallable> wrong =
        List.of(
            () -> ProxyLimits.builder().requestsPerSecond(0, 1),
            () -> ProxyLimits.builder().requestsAtOnce(1, 0),
            () -> ProxyLimits.builder().webSockets(-1, 1),
            () -> ProxyLimits.builder().connections(0),
            () -> ProxyLimits.builder().sessions(0),
            () -> ProxyLimits.builder().bodyBytes(0),
            () -> ProxyLimits.builder().headerTimeout(Duration.ofNanos(1)),
            () -> ProxyLimits.builder().headerTimeout(Duration.ofDays(30)),
            () -> ProxyLimits.builder().headerTimeout(Duration.ofSeconds(Long.MAX_VALUE)),
            () -> ProxyLimits.builder().sessionIdle(Duration.ZERO),
            () -> ProxyLimits.builder().sessionIdle(Duration.ofSeconds(Long.MAX_VALUE)));

    assertThat(wrong)
        .allSatisfy(
            limit -> assertThatThrownBy(limit).isInstanceOf(IllegalArgumentException.class));
  }

  private static void assertThatOneAtOncePasses(Stage stage, String first, String second)
      throws Exception {
    stage.ray.onNext("GET", "/api/version").fault(Fault.STALL);
    try (Wire slow = stage.connect()) {
      slow.send(stage.request("GET", "/api/version", first));
      await().atMost(LONG).until(() -> stage.ray.openExchanges() == 1);

      assertThat(statuses(stage, 1, second)).containsExactly(429);

      stage.ray.releaseStalled();
      await().atMost(LONG).until(() -> statuses(stage, 1, second).equals(List.of(200)));
    }
  }

  private static void assertThatOneWebSocketPasses(Stage stage, String first, String second)
      throws Exception {
    stage.ray.putJob("job-1", "RUNNING");
    try (Wire open = stage.connect()) {
      open.send(handshake(stage, first));
      assertThat(open.answer().status()).isEqualTo(101);

      assertThat(stage.send(handshake(stage, second)).status()).isEqualTo(429);
      assertThat(statuses(stage, 1, second)).containsExactly(200);
    }
    await().atMost(LONG).until(() -> stage.send(handshake(stage, second)).status() == 101);
  }

  private static String handshake(Stage stage, String cookie) {
    return stage.request(
        "GET",
        "/api/jobs/job-1/logs/tail",
        cookie,
        "Origin: " + stage.origin,
        "Connection: Upgrade",
        "Upgrade: websocket",
        "Sec-WebSocket-Version: 13",
        "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==");
  }

  /** Opens one more connection; an answer takes a few milliseconds if it is served at all. */
  private static boolean answersSoon(Stage stage, List<Wire> idle) throws IOException {
    Wire wire = stage.connect();
    idle.add(wire);
    wire.send(stage.request("GET", "/-/health"));
    return wire.hasSomethingWithin(Duration.ofSeconds(1)) && wire.answer().status() == 200;
  }

  private static List<Integer> statuses(Stage stage, int requests, String cookie)
      throws IOException {
    List<Integer> statuses = new ArrayList<>();
    for (int i = 0; i < requests; i++) {
      statuses.add(stage.ask("GET", "/api/version", cookie).status());
    }
    return statuses;
  }

  private static Stage limited(UnaryOperator<ProxyLimits.Builder> limits) {
    return Stage.with(
        proxy -> proxy.allowWrites().limits(limits.apply(ProxyLimits.builder()).build()));
  }

  private static Stage limited(ManualClock clock, UnaryOperator<ProxyLimits.Builder> limits) {
    return Stage.with(
        proxy -> proxy.time(clock).limits(limits.apply(ProxyLimits.builder()).build()));
  }
}
