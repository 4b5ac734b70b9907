package io.rayauth.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.SocketException;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
@WithFakeRay
class FaultTest {
  private static final String VERSION = "GET /api/version HTTP/1.1\r\nHost: ray\r\n\r\n";

  @Test
  void respond_whenTheRequestComes_isUsedOnceAndOnlyForIt(FakeRay ray) throws Exception {
    ray.onNext("GET", "/api/version").respond(429, "slow down", "Retry-After", "7");

    assertThat(Wire.get(ray, "/api/jobs/").status()).isEqualTo(200);
    Wire.Answer scripted = Wire.get(ray, "/api/version");
    Wire.Answer real = Wire.get(ray, "/api/version");

    assertThat(scripted.statusLine()).isEqualTo("HTTP/1.1 429 Too Many Requests");
    assertThat(scripted.header("Retry-After")).isEqualTo("7");
    assertThat(scripted.body()).isEqualTo("slow down");
    assertThat(real.status()).isEqualTo(200);
    assertThat(ray.waitingFaults()).isZero();
  }

  @Test
  void respond_whenThePathHasAStar_matchesOneSegment(FakeRay ray) throws Exception {
    ray.onNext("GET", "/api/jobs/*/logs").respond(302, "", "Location", "http://elsewhere/");

    assertThat(Wire.get(ray, "/api/jobs/a/b/logs").status()).isEqualTo(404);
    assertThat(Wire.get(ray, "/api/jobs/a/logs").header("Location")).isEqualTo("http://elsewhere/");
  }

  @Test
  void acceptThen_whenTheAnswerIsLost_hasStillRunTheJob(FakeRay ray) throws Exception {
    ray.onNext("POST", "/api/jobs/").acceptThen(Fault.CLOSE_BEFORE_HEADERS);
    try (Wire wire = new Wire(ray)) {
      wire.send(Wire.withBody("POST", "/api/jobs/", FakeJobs.spec("lost", "echo hi")));

      assertThat(wire.in().read()).isEqualTo(-1);
    }
    assertThat(FakeJobs.awaitEnd(ray, "lost").get("status").asString()).isEqualTo("SUCCEEDED");
    assertThat(ray.calls().get(0).status()).isZero();
    assertThat(ray.calls().get(0).body()).contains("echo hi");
  }

  @Test
  void fault_whenTheConnectionClosesBefore_hasNotRunTheJob(FakeRay ray) throws Exception {
    ray.onNext("POST", "/api/jobs/").fault(Fault.CLOSE_BEFORE_HEADERS);
    try (Wire wire = new Wire(ray)) {
      wire.send(Wire.withBody("POST", "/api/jobs/", FakeJobs.spec("never", "echo hi")));

      assertThat(wire.in().read()).isEqualTo(-1);
    }
    assertThat(ray.jobs()).isEmpty();
  }

  @Test
  void fault_whenTheConnectionIsReset_isAnErrorForTheClient(FakeRay ray) throws Exception {
    ray.onNext("GET", "/api/version").fault(Fault.RESET_BEFORE_HEADERS);
    try (Wire wire = new Wire(ray)) {
      wire.send(VERSION);

      assertThatThrownBy(() -> wire.in().read()).isInstanceOf(SocketException.class);
    }
  }

  @Test
  void stall_whenItIsReleased_answersForReal(FakeRay ray) throws Exception {
    ray.onNext("GET", "/api/version").fault(Fault.STALL);
    try (Wire wire = new Wire(ray)) {
      wire.send(VERSION);
      FakeJobs.patiently().until(() -> ray.openExchanges() == 1 && ray.waitingFaults() == 0);
      assertThat(wire.in().available()).isZero();

      FakeJobs.patiently()
          .until(() -> {
            ray.releaseStalled();
            return wire.in().available() > 0;
          });

      assertThat(wire.answer().status()).isEqualTo(200);
    }
  }

  @Test
  void stall_whenTheClientLeaves_endsTheExchange(FakeRay ray) throws Exception {
    ray.onNext("GET", "/api/version").fault(Fault.STALL);
    try (Wire wire = new Wire(ray)) {
      wire.send(VERSION);
      FakeJobs.patiently().until(() -> ray.openExchanges() == 1);
    }

    FakeJobs.patiently().until(() -> ray.openSockets() == 0);
    assertThat(ray.openExchanges()).isZero();
  }

  @Test
  void cutAfter_whenABodyIsCut_sendsTheHeadAndSoManyBytes(FakeRay ray) throws Exception {
    ray.onNext("GET", "/api/version").fault(Fault.cutAfter(10));

    Wire.Answer answer = Wire.get(ray, "/api/version");

    assertThat(answer.header("Content-Length")).isEqualTo("155");
    assertThat(answer.body()).isEqualTo("{\"version\"");
  }

  @Test
  void slowBody_whenItIsSentInPieces_arrivesWhole(FakeRay ray) throws Exception {
    ray.onNext("GET", "/api/version").fault(Fault.slowBody(50, Duration.ofMillis(20)));
    long start = System.nanoTime();

    Wire.Answer answer = Wire.get(ray, "/api/version");

    assertThat(answer.body()).hasSize(155);
    assertThat(System.nanoTime() - start).isGreaterThan(60_000_000L);
  }

  @Test
  void status_whenItIs500_hasRaysText(FakeRay ray) throws Exception {
    ray.onNext("GET", "/api/version").fault(Fault.status(500)).fault(Fault.status(503));

    assertThat(Wire.get(ray, "/api/version").body())
        .isEqualTo("500 Internal Server Error\n\nServer got itself in trouble");
    assertThat(Wire.get(ray, "/api/version").statusLine())
        .isEqualTo("HTTP/1.1 503 Service Unavailable");
  }

  @Test
  void webSocketClose_afterSomeBytes_closesWithThatCodeWhileTheJobRuns(FakeRay ray)
      throws Exception {
    FakeJobs.submit(ray, "t", "echo some text; sleep 100");
    FakeJobs.awaitLog(ray, "t", "\nsome text\n");
    ray.onNext("GET", "/api/jobs/t/logs/tail").fault(Fault.webSocketClose(1001, 20));

    Frames.Heard heard = Frames.tail(ray, "t");

    assertThat(heard.closeCode()).isEqualTo(1001);
    assertThat(heard.text()).hasSize(20);
    assertThat(FakeJobs.get(ray, "t").get("status").asString()).isEqualTo("RUNNING");
  }

  @Test
  void webSocketClose_afterNothing_sendsOnlyTheClose(FakeRay ray) throws Exception {
    FakeJobs.run(ray, "t", "echo");
    ray.onNext("GET", "/api/jobs/t/logs/tail").fault(Fault.webSocketClose(1000, 0));

    assertThat(Frames.tail(ray, "t")).isEqualTo(new Frames.Heard(List.of(), 1000));
  }

  @Test
  void cutAfter_onATail_dropsTheConnectionInsideAFrame(FakeRay ray) throws Exception {
    FakeJobs.run(ray, "t", "seq 1 100");
    ray.onNext("GET", "/api/jobs/t/logs/tail").fault(Fault.cutAfter(170));

    Frames.Heard heard = Frames.tail(ray, "t");

    assertThat(heard.closeCode()).isEqualTo(1006);
    assertThat(heard.texts()).hasSize(2);
    assertThat(Frames.tail(ray, "t").closeCode()).isEqualTo(1000);
  }

  @Test
  void revoke_beforeARequest_refusesIt() throws Exception {
    try (FakeRay ray = FakeRay.builder().gate(Gate.rayToken("t0ken")).start()) {
      ray.onNext("GET", "/api/version").acceptThen(Fault.revoke("t0ken"));
      ray.onNext("GET", "/api/jobs/").fault(Fault.revoke("other"));
      ray.accept("other");

      assertThat(Wire.get(ray, "/api/version", "Authorization: Bearer t0ken").status())
          .isEqualTo(200);
      assertThat(Wire.get(ray, "/api/version", "Authorization: Bearer t0ken").status())
          .isEqualTo(403);
      assertThat(Wire.get(ray, "/api/jobs/", "Authorization: Bearer other").status())
          .isEqualTo(403);
    }
  }
}
