package io.rayauth.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
@WithFakeRay
class TailTest {
  @Test
  void tail_whenTheJobIsOver_sendsFramesOfTenLinesAndCloses1000(FakeRay ray) throws Exception {
    FakeJobs.run(ray, "t", "seq 1 35");

    Frames.Heard heard = Frames.tail(ray, "t");

    assertThat(heard.closeCode()).isEqualTo(1000);
    assertThat(heard.texts()).hasSize(4);
    assertThat(heard.texts().get(0)).endsWith("\n7\n8\n");
    assertThat(heard.texts().get(1)).isEqualTo("9\n10\n11\n12\n13\n14\n15\n16\n17\n18\n");
    assertThat(heard.texts().get(3)).isEqualTo("29\n30\n31\n32\n33\n34\n35\n");
    assertThat(heard.text()).isEqualTo(FakeJobs.logs(ray, "t"));
  }

  @Test
  void tail_whenTheJobRuns_followsItToItsEnd(FakeRay ray, @TempDir Path folder) throws Exception {
    Path go = folder.resolve("go");
    // What comes last comes in one write, and so in one frame.
    FakeJobs.submit(
        ray, "t", "echo first; until [ -e " + go + " ]; do sleep 0.05; done; printf '\\nend'");
    FakeJobs.awaitLog(ray, "t", "first\n");
    try (Wire wire = new Wire(ray)) {
      wire.send(Frames.handshake("t"));
      wire.answer();
      String live = Frames.next(wire);
      Files.createFile(go);

      Frames.Heard rest = Frames.hear(wire);

      assertThat(live).endsWith("\nfirst\n");
      assertThat(rest).isEqualTo(new Frames.Heard(List.of("\nend"), 1000));
    }
    assertThat(FakeJobs.get(ray, "t").get("status").asString()).isEqualTo("SUCCEEDED");
  }

  @Test
  void tail_whenALineIsLong_sendsItInOneFrame(FakeRay ray) throws Exception {
    FakeJobs.run(ray, "t", "head -c 30000 /dev/zero | tr '\\0' x; echo; echo end");

    Frames.Heard heard = Frames.tail(ray, "t");

    assertThat(heard.texts()).hasSize(2);
    assertThat(heard.texts().get(0)).endsWith("x".repeat(30_000) + "\n");
    assertThat(heard.texts().get(1)).isEqualTo("end\n");
  }

  @Test
  void tail_whenALineIsFiveMegabytes_closesWithoutIt(FakeRay ray) throws Exception {
    FakeJobs.run(ray, "t", "head -c 5000000 /dev/zero | tr '\\0' x; echo; echo end");

    Frames.Heard heard = Frames.tail(ray, "t");

    assertThat(heard).isEqualTo(new Frames.Heard(List.of(), 1000));
  }

  @Test
  void tail_whenTheLogIsNotUtf8_closesWithoutIt(FakeRay ray) throws Exception {
    FakeJobs.run(ray, "t", "echo good; printf '\\377\\n'");

    assertThat(Frames.tail(ray, "t")).isEqualTo(new Frames.Heard(List.of(), 1000));
  }

  @Test
  void tail_whenHalfACharacterIsAtTheEnd_closesWhileTheJobRuns(FakeRay ray) throws Exception {
    FakeJobs.submit(ray, "t", "printf 'caf\\303'; until [ -e go ]; do sleep 0.05; done");
    FakeJobs.awaitStatus(ray, "t", "RUNNING");

    assertThat(Frames.tail(ray, "t").closeCode()).isEqualTo(1000);
    assertThat(FakeJobs.get(ray, "t").get("status").asString()).isEqualTo("RUNNING");
  }

  @Test
  void tail_whenCrlfIsWrittenInTwoSteps_hasTwoNewlinesLiveAndOneOnReplay(
      FakeRay ray, @TempDir Path folder) throws Exception {
    Path go = folder.resolve("go");
    FakeJobs.submit(
        ray,
        "t",
        "printf 'one\\r'; until [ -e " + go + " ]; do sleep 0.05; done; printf '\\ntwo\\r\\n'");
    FakeJobs.awaitLog(ray, "t", "one\n");
    try (Wire wire = new Wire(ray)) {
      wire.send(Frames.handshake("t"));
      wire.answer();
      String live = Frames.next(wire);
      Files.createFile(go);

      assertThat(live).endsWith("\none\n");
      assertThat(Frames.hear(wire).text()).isEqualTo("\ntwo\n");
    }
    assertThat(Frames.tail(ray, "t").text()).endsWith("\none\ntwo\n");
  }

  @Test
  void tail_whenTheJobFailedBeforeItStarted_closesWithoutData(FakeRay ray) throws Exception {
    FakeJobs.submit(
        ray,
        "{\"submission_id\":\"t\",\"entrypoint\":\"echo\","
            + "\"runtime_env\":{\"working_dir\":\"gcs://none.zip\"}}");
    FakeJobs.awaitEnd(ray, "t");

    assertThat(Frames.tail(ray, "t")).isEqualTo(new Frames.Heard(List.of(), 1000));
    assertThat(FakeJobs.logs(ray, "t")).isEmpty();
  }

  @Test
  void tail_whenCompressionIsOffered_acceptsItAndSendsNothing(FakeRay ray) throws Exception {
    FakeJobs.run(ray, "t", "echo text");
    try (Wire wire = new Wire(ray)) {
      wire.send(
          Frames.handshake(
              "t", "Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits"));

      Wire.Answer answer = wire.answer();

      assertThat(answer.header("Sec-WebSocket-Extensions")).isEqualTo("permessage-deflate");
      assertThat(Frames.hear(wire)).isEqualTo(new Frames.Heard(List.of(), 1000));
    }
  }

  @Test
  void tail_whenTheClientPingsOrCloses_goesOnWithoutAnAnswer(FakeRay ray) throws Exception {
    FakeJobs.submit(ray, "t", "echo first; sleep 0.3; echo last");
    try (Wire wire = new Wire(ray)) {
      wire.send(Frames.handshake("t"));
      assertThat(wire.answer().header("Sec-WebSocket-Accept"))
          .isEqualTo("s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
      wire.send(new byte[] {(byte) 0x89, (byte) 0x80, 0, 0, 0, 0});
      wire.send(new byte[] {(byte) 0x88, (byte) 0x80, 0, 0, 0, 0});

      Frames.Heard heard = Frames.hear(wire);

      assertThat(heard.text()).endsWith("first\nlast\n");
      assertThat(heard.closeCode()).isEqualTo(1000);
    }
  }

  @Test
  void tail_whenTheUpgradeIsMissing_answersOnceTheJobIsOver(FakeRay ray) throws Exception {
    FakeJobs.submit(ray, "t", "sleep 0.2");

    Wire.Answer answer = Wire.get(ray, "/api/jobs/t/logs/tail");

    assertThat(answer.statusLine()).isEqualTo("HTTP/1.1 500 WebSocket proxy error");
    assertThat(answer.body()).isEqualTo("500: WebSocket proxy error");
    assertThat(FakeJobs.get(ray, "t").get("status").asString()).isEqualTo("SUCCEEDED");
  }

  @Test
  void tail_whenTheVersionIsWrong_isA400(FakeRay ray) throws Exception {
    FakeJobs.run(ray, "t", "echo");

    Wire.Answer answer =
        Wire.exchange(ray, Frames.handshake("t").replace("Version: 13", "Version: 12"));

    assertThat(answer.status()).isEqualTo(400);
    assertThat(answer.body())
        .isEqualTo("No WebSocket UPGRADE hdr: None\n Can \"Upgrade\" only to \"WebSocket\".");
  }

  @Test
  void tail_whenTheClientLeaves_ends(FakeRay ray) throws Exception {
    FakeJobs.submit(ray, "t", "sleep 100");
    try (Wire wire = new Wire(ray)) {
      wire.send(Frames.handshake("t"));
      wire.answer();
    }

    FakeJobs.patiently().until(() -> ray.openExchanges() == 0);
  }
}
