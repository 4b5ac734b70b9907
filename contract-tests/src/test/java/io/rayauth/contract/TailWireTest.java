package io.rayauth.contract;

import static io.rayauth.contract.RawDashboard.bytes;
import static io.rayauth.contract.RawDashboard.frames;
import static io.rayauth.contract.RawDashboard.switching;
import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.rayauth.JobClient;
import io.rayauth.RetryPolicy;
import io.rayauth.error.JobNotFoundException;
import io.rayauth.error.RayAuthException;
import io.rayauth.error.RayInterruptedException;
import io.rayauth.error.RayTransportException;
import io.rayauth.job.JobId;
import io.rayauth.testsupport.SelfSigned;
import io.rayauth.token.TokenProvider;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLContext;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The WebSocket of a tail, byte by byte: whatever it brings, the log arrives once. */
@Timeout(60)
class TailWireTest {
  private static final String TOKEN = "canary-wire";
  private static final JobId ID = new JobId("job-1");
  private static final List<String> LINES = List.of("one", "tw\u00f6\ufffd");

  private final List<String> lines = new ArrayList<>();
  private final CountDownLatch bothLines = new CountDownLatch(1);
  private volatile boolean delivered;

  @ParameterizedTest(name = "{0}")
  @CsvSource({
    "masked, 81 85 00 00 00 00 'evil/'",
    "with a bit of an extension, C1 05 'evil/'",
    "with another such bit, 91 05 'evil/'",
    "of an unknown kind, 83 05 'evil/'",
    "of an unknown kind of control, 8B 00 81 05 'evil/'",
    "that continues nothing, 80 05 'evil/'",
    "of another message within one, 01 02 'tw' 81 05 'evil/'",
    "of a ping in fragments, 09 00 81 05 'evil/'",
    "of a ping that is too long, 89 7E 00 7E 81 05 'evil/'",
    "of a close that is too long, 88 7E 00 7E 81 05 'evil/'",
    "of a negative length, 81 FF 80 00 00 00 00 00 00 05 'evil/'",
    "that is not text, 82 05 'evil/'",
    "that is not UTF-8, 81 08 'tw' FF 'evil/'",
    "with UTF-8 in too many bytes, 81 09 'tw' C1 A1 'evil/'",
    "that ends within a character, 81 03 'tw' C3 81 06 B6 'evil/'",
    "that is empty and ends one, 01 03 'tw' C3 80 00 81 06 B6 'evil/'"
  })
  void follow_whenAFrameComesThatMayNot_takesTheRestFromElsewhere(String what, String frame) {
    assertRestFromElsewhere(frames("81 04 'one/' " + frame));
  }

  @ParameterizedTest(name = "{0}")
  @CsvSource({
    "within a head, 81 04 'one/' 81 7E 00",
    "within a frame, 81 04 'one/' 81 05 'tw'",
    "within a frame of eight exabytes, 81 04 'one/' 81 7F 7F FF FF FF FF FF FF FF 'tw'",
    "within a message, 81 04 'one/' 01 02 'tw'",
    "before the first frame, ''"
  })
  void follow_whenTheConnectionIsCut_takesTheRestFromElsewhere(String where, String frames) {
    assertRestFromElsewhere((accept, in, out) -> {
      out.write(switching(accept, ""));
      out.write(bytes(frames));
      out.close();
    });
  }

  @ParameterizedTest
  @ValueSource(strings = {"88 02 03 E8", "88 02 03 F1", "88 00", "01 02 'tw' 88 02 03 E8"})
  void follow_whenTheServerCloses_asksNothingMoreOfTheConnection(String close) throws Exception {
    BlockingQueue<Integer> answered = new LinkedBlockingQueue<>();
    RawDashboard.Tail closing =
        (accept, in, out) -> {
          out.write(switching(accept, ""));
          out.write(bytes("81 04 'one/' " + close));
          answered.add(in.readAllBytes().length);
        };
    try (RawDashboard dashboard = RawDashboard.tailing(closing);
        JobClient client = clientOf(dashboard)) {
      client.follow(ID, lines::add);

      assertThat(lines).isEqualTo(LINES);
      assertThat(answered.poll(20, TimeUnit.SECONDS)).isZero();
    }
  }

  @Test
  void follow_whenMessagesComeInFragmentsWithPingsBetween_joinsThemAndAnswers() throws Exception {
    BlockingQueue<String> pong = new LinkedBlockingQueue<>();
    RawDashboard.Tail fragments =
        (accept, in, out) -> {
          out.write(switching(accept, ""));
          for (byte next :
              bytes(
                  "01 02 'on' 89 02 'hi' 80 02 'e/' 8A 00 81 00 01 03 'tw' C3 00 00 80 05 B6 EF BF BD '/'")) {
            out.write(next);
            out.flush();
          }
          byte[] frame = in.readNBytes(8);
          for (int i = 6; i < frame.length; i++) {
            frame[i] ^= frame[i - 4];
          }
          pong.add(new String(frame, StandardCharsets.ISO_8859_1));
          closeAfterBothLines(out);
        };
    try (RawDashboard dashboard = RawDashboard.tailing(fragments);
        JobClient client = clientOf(dashboard)) {
      followed(client);

      assertThat(pong.remove()).startsWith("\u008a\u0082").endsWith("hi");
    }
  }

  @Test
  void follow_whenTheAnswerComesInSteps_waitsForTheLastOne() {
    RawDashboard.Tail steps =
        (accept, in, out) -> {
          out.write("HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n".getBytes(US_ASCII));
          tail(accept, in, out);
        };
    try (RawDashboard dashboard = RawDashboard.tailing(steps);
        JobClient client = clientOf(dashboard)) {
      followed(client);
    }
  }

  @ParameterizedTest(name = "{0}")
  @CsvSource({
    "with another key, bm90IHRoZSBhbnN3ZXIgdG8gaXQ=, ''",
    "without a key, '', ''",
    "with an extension, right, Sec-WebSocket-Extensions: permessage-deflate",
    "with a subprotocol, right, Sec-WebSocket-Protocol: ray"
  })
  void follow_whenTheHandshakeIsAnswered_takesNothingFromIt(
      String what, String key, String header) {
    RawDashboard.Tail answering =
        (accept, in, out) -> {
          String end = header.isEmpty() ? "" : header + "\r\n";
          out.write(switching(key.equals("right") ? accept : key, end));
          out.write(bytes("81 05 'evil/'"));
        };
    assertRestFromElsewhere(answering);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: %s\r\n\r\n",
        "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nSec-WebSocket-Accept: %s\r\n\r\n",
        "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: h2c\r\nSec-WebSocket-Accept: %s\r\n\r\n",
        "ICY 101\r\n\r\n%s",
        "HTTP/1.1\r\n\r\n%s",
        "HTTP/2 101\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: %s\r\n\r\n",
        "\r\n%s"
      })
  void follow_whenTheAnswerOpensNoWebSocket_takesNothingFromIt(String answer) {
    assertRestFromElsewhere((accept, in, out) -> {
      out.write(answer.formatted(accept).getBytes(US_ASCII));
      out.write(bytes("81 05 'evil/'"));
    });
  }

  @Test
  void follow_whenTheHeadOfTheAnswerNeverEnds_readsNotAllOfIt() {
    assertRestFromElsewhere((accept, in, out) -> {
      out.write("HTTP/1.1 101 Switching Protocols\r\n".getBytes(US_ASCII));
      while (true) {
        out.write("X-More: and more\r\n".getBytes(US_ASCII));
      }
    });
  }

  @ParameterizedTest
  @ValueSource(strings = {"Content-Length: 9999999999\r\n", "", "Transfer-Encoding: chunked\r\n"})
  void follow_whenARefusalNeverEnds_readsItsBeginning(String length) {
    RawDashboard.Tail refusing =
        (accept, in, out) -> {
          out.write(("HTTP/1.1 403 Forbidden\r\n" + length + "\r\n").getBytes(US_ASCII));
          while (true) {
            out.write((length.startsWith("T") ? "4\r\nno! \r\n" : "no! ").getBytes(US_ASCII));
          }
        };
    try (RawDashboard dashboard = RawDashboard.tailing(refusing);
        JobClient client = clientOf(dashboard)) {
      assertThatExceptionOfType(RayAuthException.class)
          .isThrownBy(() -> client.follow(ID, lines::add))
          .returns(403, RayAuthException::status)
          .satisfies(refused -> assertThat(refused.bodyExcerpt()).startsWith("no! no! no! "));
    }
  }

  @Test
  void follow_whenARefusalComesInChunks_readsWhatItSays() {
    String chunks = "5;x=y\r\nJob j\r\n13\r\nob-1 does not exist\r\n0\r\n\r\n";
    RawDashboard.Tail refusing =
        (accept, in, out) ->
            out.write(
                ("HTTP/1.1 404 Not Found\r\ntransfer-encoding: chunked\r\n\r\n" + chunks)
                    .getBytes(US_ASCII));
    try (RawDashboard dashboard = RawDashboard.tailing(refusing);
        JobClient client = clientOf(dashboard)) {
      assertThatExceptionOfType(JobNotFoundException.class)
          .isThrownBy(() -> client.follow(ID, lines::add))
          .withMessageContaining("does not exist");
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "Content-Length: many\r\n\r\nno",
        "Content-Length: 5\r\n\r\nno",
        "Transfer-Encoding: chunked\r\n\r\nmany\r\nno\r\n",
        "Transfer-Encoding: chunked\r\n\r\n-1\r\nno\r\n"
      })
  void follow_whenWhatARefusalSaysIsBroken_goesByItsStatus(String answer) {
    assertRestFromElsewhere(refusing("502 Bad Gateway", answer));
    try (RawDashboard dashboard = RawDashboard.tailing(refusing("403 Forbidden", answer));
        JobClient client = clientOf(dashboard)) {
      assertThatExceptionOfType(RayAuthException.class)
          .isThrownBy(() -> client.follow(ID, lines::add))
          .returns(403, RayAuthException::status);
    }
  }

  private static RawDashboard.Tail refusing(String status, String answer) {
    return (accept, in, out) -> {
      out.write(("HTTP/1.1 " + status + "\r\n" + answer).getBytes(US_ASCII));
      out.close();
    };
  }

  /** Takes the fifteen seconds after which a tail is doubted. */
  @Test
  void follow_whenNoTextComes_keepsTheConnectionFromLookingIdle() {
    BlockingQueue<String> kept = new LinkedBlockingQueue<>();
    RawDashboard.Tail slow =
        (accept, in, out) -> {
          out.write(switching(accept, ""));
          out.write(bytes("81 04 'one/' 01 03 'tw' C3"));
          out.flush();
          kept.add(HexFormat.of().formatHex(in.readNBytes(6), 0, 2));
          out.write(bytes("80 05 B6 EF BF BD '/'"));
          closeAfterBothLines(out);
        };
    try (RawDashboard dashboard = RawDashboard.tailing(slow);
        JobClient client = clientOf(dashboard)) {
      followed(client);

      assertThat(kept).containsOnly("8a80");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "HTTP/1.1 101 Switch", "opened"})
  void follow_whenItsThreadIsInterruptedInSilence_dropsTheConnection(String before)
      throws Exception {
    CountDownLatch asked = new CountDownLatch(1);
    RawDashboard.Tail silent =
        (accept, in, out) -> {
          out.write(before.equals("opened") ? switching(accept, "") : before.getBytes(US_ASCII));
          asked.countDown();
        };
    BlockingQueue<Throwable> thrown = new LinkedBlockingQueue<>();
    try (RawDashboard dashboard = RawDashboard.tailing(silent);
        JobClient client = clientOf(dashboard)) {
      Thread follower =
          new Thread(() -> thrown.add(catchThrowable(() -> client.follow(ID, lines::add))));
      follower.start();
      assertThat(asked.await(20, TimeUnit.SECONDS)).isTrue();

      follower.interrupt();

      assertThat(thrown.poll(20, TimeUnit.SECONDS)).isInstanceOf(RayInterruptedException.class);
      dashboard.awaitEndOfTail();
      follower.join();
    }
  }

  @Test
  void follow_overTls_checksTheNameOfThisConnectionToo(@TempDir Path folder) throws Exception {
    List<SSLContext> named = SelfSigned.forNames(folder, "dns:localhost", "ip:127.0.0.1");
    SSLContext right = named.get(0);
    try (RawDashboard dashboard = RawDashboard.overTls(List.of(right), this::tail);
        JobClient client = overTls(dashboard, right)) {
      followed(client);
    }
    lines.clear();
    try (RawDashboard dashboard = RawDashboard.overTls(named, this::tail);
        JobClient client = overTls(dashboard, right)) {
      client.follow(ID, lines::add);

      assertThat(lines).isEqualTo(LINES);
      assertThat(dashboard.heads()).noneMatch(head -> head.contains("/logs/tail"));
    }
  }

  @Test
  void follow_throughAProxy_hasItConnectAndShowsItNoToken() {
    try (RawDashboard proxy = RawDashboard.tailing(this::tail);
        JobClient client =
            builder(URI.create("http://head.team-a.svc:8265")).proxy(address(proxy)).build()) {
      followed(client);

      assertThat(proxy.heads())
          .filteredOn(head -> head.startsWith("CONNECT"))
          .containsOnly(
              "CONNECT head.team-a.svc:8265 HTTP/1.1\r\nHost: head.team-a.svc:8265\r\n\r\n");
      assertThat(proxy.heads())
          .filteredOn(head -> head.contains("/logs/tail"))
          .isNotEmpty()
          .allSatisfy(head ->
              assertThat(head)
                  .startsWith("GET /api/jobs/job-1/logs/tail HTTP/1.1\r\n")
                  .contains("\r\nHost: head.team-a.svc:8265\r\n"));
    }
  }

  /** Some gateways know a host only as it is written without it. */
  @Test
  void follow_toTheUsualPort_leavesItOutOfHost() {
    try (RawDashboard proxy = RawDashboard.tailing(this::tail);
        JobClient client =
            builder(URI.create("http://head.team-a.svc:80")).proxy(address(proxy)).build()) {
      followed(client);

      assertThat(proxy.heads())
          .filteredOn(head -> head.contains("/logs/tail"))
          .isNotEmpty()
          .allSatisfy(head -> assertThat(head).contains("\r\nHost: head.team-a.svc\r\n"));
    }
  }

  @Test
  void follow_whenTheProxyDoesNotConnect_takesTheLogFromElsewhere() {
    try (RawDashboard proxy = RawDashboard.refusingToConnect("403 Forbidden", this::tail);
        JobClient client =
            builder(URI.create("http://head.team-a.svc:8265")).proxy(address(proxy)).build()) {
      client.follow(ID, lines::add);

      assertThat(lines).isEqualTo(LINES);
    }
  }

  @Test
  void follow_toAHostThatNeedsNoProxy_connectsDirectly() {
    try (RawDashboard proxy = RawDashboard.tailing(this::tail);
        RawDashboard dashboard = RawDashboard.tailing(this::tail);
        JobClient client =
            builder(dashboard.url()).proxy(address(proxy)).noProxy("127.0.0.1").build()) {
      followed(client);

      assertThat(proxy.heads()).isEmpty();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"::1", "[::1]"})
  void follow_toAnIpv6HostThatNeedsNoProxy_connectsDirectly(String rule) throws Exception {
    try (RawDashboard proxy = RawDashboard.tailing(this::tail);
        ServerSocket reserved = new ServerSocket(0);
        JobClient client =
            builder(URI.create("http://[::1]:" + closed(reserved)))
                .proxy(address(proxy))
                .noProxy(rule)
                .build()) {
      assertThatExceptionOfType(RayTransportException.class)
          .isThrownBy(() -> client.follow(ID, lines::add));

      assertThat(proxy.heads()).isEmpty();
    }
  }

  private static int closed(ServerSocket socket) throws IOException {
    socket.close();
    return socket.getLocalPort();
  }

  /** Sends both lines and stays until they have arrived, so that they come from nowhere else. */
  private void tail(String accept, InputStream in, OutputStream out) throws IOException {
    out.write(switching(accept, ""));
    out.write(bytes("81 04 'one/' 81 08 'tw' C3 B6 EF BF BD '/'"));
    closeAfterBothLines(out);
  }

  private void closeAfterBothLines(OutputStream out) throws IOException {
    out.flush();
    try {
      delivered = bothLines.await(20, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      throw new InterruptedIOException();
    }
    out.write(bytes("88 02 03 E8"));
  }

  private void followed(JobClient client) {
    client.follow(
        ID,
        line -> {
          lines.add(line);
          if (lines.size() == LINES.size()) {
            bothLines.countDown();
          }
        });

    assertThat(lines).isEqualTo(LINES);
    assertThat(delivered).as("brought by the WebSocket").isTrue();
  }

  private void assertRestFromElsewhere(RawDashboard.Tail tail) {
    try (RawDashboard dashboard = RawDashboard.tailing(tail);
        JobClient client = clientOf(dashboard)) {
      client.follow(ID, lines::add);

      assertThat(lines).isEqualTo(LINES);
    }
  }

  private static InetSocketAddress address(RawDashboard proxy) {
    return new InetSocketAddress(proxy.url().getHost(), proxy.url().getPort());
  }

  private static JobClient overTls(RawDashboard dashboard, SSLContext tls) {
    return builder(URI.create("https://localhost:" + dashboard.url().getPort()))
        .sslContext(tls)
        .build();
  }

  private static JobClient clientOf(RawDashboard dashboard) {
    return builder(dashboard.url()).build();
  }

  private static JobClient.Builder builder(URI url) {
    return JobClient.builder(url)
        .tokenProvider(TokenProvider.of(TOKEN))
        .retryPolicy(RetryPolicy.none());
  }
}
