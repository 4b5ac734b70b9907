package io.rayauth.proxy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.rayauth.JobClient;
import io.rayauth.RayEndpoint;
import io.rayauth.job.JobId;
import io.rayauth.job.JobSpec;
import io.rayauth.testkit.FakeRay;
import io.rayauth.testkit.Gate;
import io.rayauth.token.TokenProvider;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A WebSocket through the proxy, such as the log of a job that runs. */
@Timeout(120)
class WebSocketForwardTest {
  private static final String TOKEN = "canary-websocket";
  private static final Duration LONG = Duration.ofSeconds(30);
  private static final String ACCEPTED =
      "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\nSet-Cookie: a=canary-b\r\n\r\n";

  @Test
  void tail_whenAJobRuns_showsItsLogToTheEnd() throws Exception {
    List<ProxiedRequest> told = new CopyOnWriteArrayList<>();
    try (FakeRay ray = FakeRay.builder().gate(Gate.rayToken(TOKEN)).start();
        JobClient client =
            JobClient.builder(ray.url()).tokenProvider(TokenProvider.of(TOKEN)).build();
        DashboardProxy proxy = DashboardProxy.to(client).listener(telling(told)).start()) {
      client.submit(
          JobSpec.running("echo hello from the job").submissionId(new JobId("job-1")).build());
      Browser browser = Browser.at(proxy);

      try (Wire wire = new Wire(browser.connect())) {
        Wire.Answer handshake = wire.send(browser.handshake("/api/jobs/job-1/logs/tail")).answer();
        String all = wire.rest();

        assertThat(handshake.status()).isEqualTo(101);
        assertThat(handshake.header("Sec-WebSocket-Accept"))
            .isEqualTo("s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
        assertThat(all).contains("hello from the job");
      }
      await()
          .atMost(LONG)
          .untilAsserted(() ->
              assertThat(told)
                  .last()
                  .returns(ProxiedRequest.End.WEBSOCKET, ProxiedRequest::end)
                  .returns(101, ProxiedRequest::status)
                  .satisfies(it -> assertThat(it.sentBytes()).isGreaterThan(18)));
    }
  }

  @Test
  void webSocket_whenBothSidesSpeak_passesBytesAsTheyAre() throws Exception {
    try (ScriptedCluster cluster =
            ScriptedCluster.of(call -> {
              if (call.has("Upgrade")) {
                call.say(ACCEPTED + "at once");
                byte[] heard = call.in().readNBytes(4);
                call.say(new String(heard, "ISO-8859-1").toUpperCase(java.util.Locale.ROOT));
                call.socket().close();
              } else {
                call.answer("200 OK", "x");
              }
            });
        DashboardProxy proxy = start(cluster)) {
      Browser browser = Browser.at(proxy);

      try (Wire wire = new Wire(browser.connect())) {
        Wire.Answer handshake = wire.send(browser.handshake("/ws") + "ping").answer();

        assertThat(handshake.status()).isEqualTo(101);
        assertThat(handshake.text()).doesNotContain("canary-b");
        assertThat(wire.rest()).isEqualTo("at oncePING");
      }
      ScriptedCluster.Call call = cluster.calls().get(cluster.calls().size() - 1);
      assertThat(call.header("Connection")).isEqualToIgnoringCase("upgrade");
      assertThat(call.header("Upgrade")).isEqualTo("websocket");
      assertThat(call.header("Sec-WebSocket-Key")).isEqualTo("dGhlIHNhbXBsZSBub25jZQ==");
      assertThat(call.header("Authorization")).isEqualTo("Bearer " + TOKEN);
    }
  }

  @Test
  void webSocket_whenTheBrowserGoesAway_endsForTheClusterToo() throws Exception {
    CountDownLatch open = new CountDownLatch(1);
    try (ScriptedCluster cluster =
            ScriptedCluster.of(call -> {
              if (call.has("Upgrade")) {
                call.say(ACCEPTED);
                open.countDown();
                call.in().readAllBytes();
                call.in().read(); // and the log of Ray would go on and on
                while (true) {
                  call.say("line\n");
                }
              }
              call.answer("200 OK", "x");
            });
        DashboardProxy proxy = start(cluster)) {
      Browser browser = Browser.at(proxy);
      Wire wire = new Wire(browser.connect());
      wire.send(browser.handshake("/ws")).answer();
      open.await();
      int before = cluster.openSockets();

      wire.close();

      await().atMost(LONG).until(() -> cluster.openSockets() < before);
    }
  }

  @Test
  void webSocket_whenTheClusterAnswersOtherwise_passesThatAnswer() throws Exception {
    try (ScriptedCluster cluster =
            ScriptedCluster.of(call -> call.answer("404 Not Found", "404: Not Found"));
        DashboardProxy proxy = start(cluster)) {
      Browser browser = Browser.at(proxy);

      try (Wire wire = new Wire(browser.connect())) {
        Wire.Answer handshake = wire.send(browser.handshake("/ws")).answer();

        assertThat(handshake.status()).isEqualTo(404);
        assertThat(handshake.body()).isEqualTo("404: Not Found");
      }
    }
  }

  @Test
  void webSocket_whenNothingIsSaidForAWhile_staysOpen() throws Exception {
    CountDownLatch speaks = new CountDownLatch(1);
    try (ScriptedCluster cluster =
            ScriptedCluster.of(call -> {
              if (call.has("Upgrade")) {
                call.say(ACCEPTED);
                speaks.await();
                call.say("late");
                call.socket().close();
              } else {
                call.answer("200 OK", "x");
              }
            });
        DashboardProxy proxy = start(cluster)) {
      Browser browser = Browser.at(proxy);

      try (Wire wire = new Wire(browser.connect())) {
        wire.send(browser.handshake("/ws")).answer();
        await()
            .pollDelay(Duration.ofSeconds(8))
            .until(() -> true); // more than its last words may take
        speaks.countDown();

        assertThat(wire.rest()).isEqualTo("late");
      }
    }
  }

  @Test
  void get_whenItAsksForAnotherProtocol_isPassedWithoutThat() throws Exception {
    try (ScriptedCluster cluster = ScriptedCluster.of(call -> call.answer("200 OK", "x"));
        DashboardProxy proxy = start(cluster)) {
      Wire.Answer answer =
          Browser.at(proxy)
              .get(
                  "/x",
                  "Connection: Upgrade, HTTP2-Settings",
                  "Upgrade: h2c",
                  "HTTP2-Settings: AAMAAABkAAQCAAAAAAIAAAAA");

      assertThat(answer.status()).isIn(200, 400);
      assertThat(cluster.calls())
          .noneMatch(call -> call.has("Upgrade") || call.has("HTTP2-Settings"));
    }
  }

  private static DashboardProxy start(ScriptedCluster cluster) {
    return DashboardProxy.to(RayEndpoint.of(cluster.url()), TokenProvider.of(TOKEN)).start();
  }

  private static DashboardProxyListener telling(List<ProxiedRequest> told) {
    return new DashboardProxyListener() {
      @Override
      public void onRequest(ProxiedRequest request) {
        told.add(request);
      }
    };
  }
}
