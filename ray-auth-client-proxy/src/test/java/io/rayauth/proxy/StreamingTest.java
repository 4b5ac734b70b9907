package io.rayauth.proxy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.rayauth.RayEndpoint;
import io.rayauth.token.TokenProvider;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** How bytes pass: at once, no faster than they are read, and never as if a part were the whole. */
@Timeout(180)
class StreamingTest {
  private static final String TOKEN = "canary-streaming";
  private static final Duration LONG = Duration.ofSeconds(30);
  private static final byte[] BLOCK = new byte[64 << 10];

  /** More than the sockets on the way hold. */
  private static final long ENDLESS = 1L << 40;

  private static final long HELD_ON_THE_WAY = 64L << 20;

  @Test
  void get_whenTheAnswerComesInPieces_passesEachAtOnce() throws Exception {
    CountDownLatch firstIsRead = new CountDownLatch(1);
    try (ScriptedCluster cluster =
            ScriptedCluster.of(call -> {
              if (call.target().equals("/poll")) {
                call.say("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nfirst\r\n");
                firstIsRead.await();
                call.say("6\r\nsecond\r\n0\r\n\r\n");
              } else {
                call.answer("200 OK", "x");
              }
            });
        DashboardProxy proxy = start(cluster);
        Socket socket = ask(proxy, "/poll")) {
      readUntil(socket, "first");
      firstIsRead.countDown();

      readUntil(socket, "second");
    }
  }

  @Test
  void get_whenTheBrowserReadsSlowly_stopsTheCluster() throws Exception {
    AtomicLong sent = new AtomicLong();
    try (ScriptedCluster cluster =
            ScriptedCluster.of(call -> {
              if (call.target().equals("/large")) {
                call.say("HTTP/1.1 200 OK\r\nContent-Length: " + ENDLESS + "\r\n\r\n");
                while (true) {
                  call.socket().getOutputStream().write(BLOCK);
                  sent.addAndGet(BLOCK.length);
                }
              }
              call.answer("200 OK", "x");
            });
        DashboardProxy proxy = start(cluster);
        Socket socket = ask(proxy, "/large")) {
      readUntil(socket, "\r\n\r\n");
      long held = onceItStandsStill(sent);

      socket.getInputStream().readNBytes(32 << 20);

      assertThat(held).isLessThan(HELD_ON_THE_WAY);
      await().atMost(LONG).until(() -> sent.get() > held);
    }
  }

  @Test
  void put_whenTheClusterReadsSlowly_stopsTheBrowser() throws Exception {
    CountDownLatch goesOn = new CountDownLatch(1);
    AtomicLong sent = new AtomicLong();
    try (ScriptedCluster cluster =
            ScriptedCluster.of(call -> {
              if (call.method().equals("PUT")) {
                goesOn.await();
                call.in().skipNBytes(100L << 20);
                call.answer("200 OK", "read");
              } else {
                call.answer("200 OK", "x");
              }
            });
        DashboardProxy proxy = start(cluster);
        Socket socket = upload(proxy, 100L << 20)) {
      Thread uploading =
          new Thread(() -> {
            try {
              while (sent.get() < 100L << 20) {
                socket.getOutputStream().write(BLOCK);
                sent.addAndGet(BLOCK.length);
              }
            } catch (IOException e) {
              sent.set(-1);
            }
          });
      uploading.start();
      long held = onceItStandsStill(sent);
      goesOn.countDown();

      readUntil(socket, "read");

      assertThat(held).isLessThan(HELD_ON_THE_WAY);
      uploading.join();
      assertThat(sent).hasValue(100L << 20);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nsome",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nsome\r\n",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nsome\r\nno chunk\r\n",
      })
  void get_whenTheAnswerBreaksOff_breaksOffToo(String part) throws Exception {
    List<ProxiedRequest> told = new CopyOnWriteArrayList<>();
    try (ScriptedCluster cluster =
            ScriptedCluster.of(call -> {
              if (call.target().equals("/broken")) {
                call.say(part);
                call.socket().close();
              } else {
                call.answer("200 OK", "x");
              }
            });
        DashboardProxy proxy = start(cluster, told);
        Socket socket = ask(proxy, "/broken")) {
      String all = readAll(socket);

      assertThat(all).contains("some");
      if (all.toLowerCase(java.util.Locale.ROOT).contains("chunked")) {
        assertThat(all).doesNotContain("\r\n0\r\n");
      } else {
        assertThat(all).contains("Content-Length: 100");
      }
      await()
          .atMost(LONG)
          .untilAsserted(() ->
              assertThat(told)
                  .last()
                  .returns(ProxiedRequest.End.FAILED, ProxiedRequest::end)
                  .returns("/broken", ProxiedRequest::path));
    }
  }

  @Test
  void get_whenTheAnswerEndsWithTheConnection_isPassedWithItsEnd() throws Exception {
    try (ScriptedCluster cluster =
            ScriptedCluster.of(call -> {
              if (call.target().equals("/old")) {
                call.say("HTTP/1.0 200 OK\r\n\r\nall of it");
                call.socket().close();
              } else {
                call.answer("200 OK", "x");
              }
            });
        DashboardProxy proxy = start(cluster)) {
      assertThat(Browser.at(proxy).get("/old").body()).isEqualTo("all of it");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nsome\r\n"})
  void get_whenTheBrowserGoesAway_letsTheClusterKnow(String beginning) throws Exception {
    List<ProxiedRequest> told = new CopyOnWriteArrayList<>();
    CountDownLatch asked = new CountDownLatch(1);
    try (ScriptedCluster cluster =
            ScriptedCluster.of(call -> {
              if (call.target().equals("/poll")) {
                call.say(beginning);
                asked.countDown();
                call.in().read(); // until the other side is gone
                call.socket().close();
              } else {
                call.answer("200 OK", "x");
              }
            });
        DashboardProxy proxy = start(cluster, told)) {
      Socket socket = ask(proxy, "/poll");
      asked.await();
      if (!beginning.isEmpty()) {
        readUntil(socket, "some");
      }
      int before = cluster.openSockets();

      socket.close();

      await().atMost(LONG).until(() -> cluster.openSockets() < before);
      await()
          .atMost(LONG)
          .untilAsserted(() ->
              assertThat(told).last().returns(ProxiedRequest.End.ABANDONED, ProxiedRequest::end));
    }
  }

  @Test
  void put_whenTheClusterAnswersBeforeItHasReadAll_passesTheAnswer() throws Exception {
    try (ScriptedCluster cluster =
            ScriptedCluster.of(call -> {
              if (call.method().equals("PUT")) {
                call.answer("413 Too Large", "too large", "Connection: close");
                call.socket().shutdownOutput();
                call.in().skipNBytes(1 << 20);
              }
              call.answer("200 OK", "x");
            });
        DashboardProxy proxy = start(cluster)) {
      Socket socket = upload(proxy, 64L << 20);
      Thread uploading =
          new Thread(() -> {
            try {
              for (int i = 0; i < 1024; i++) {
                socket.getOutputStream().write(BLOCK);
              }
            } catch (IOException e) {
              // nobody reads it any more
            }
          });
      uploading.start();

      assertThat(readUntil(socket, "too large")).startsWith("HTTP/1.1 413");

      socket.shutdownOutput();
      uploading.join();
    }
  }

  @Test
  void put_whenTheBrowserGoesAwayWithinIt_neverEndsItForTheCluster() throws Exception {
    CountDownLatch began = new CountDownLatch(1);
    List<String> ends = new CopyOnWriteArrayList<>();
    try (ScriptedCluster cluster =
            ScriptedCluster.of(call -> {
              if (call.method().equals("PUT")) {
                began.countDown();
                try {
                  call.body();
                  ends.add("whole");
                } catch (IOException | NumberFormatException e) {
                  ends.add("broken off");
                }
                call.socket().close();
              } else {
                call.answer("200 OK", "x");
              }
            });
        DashboardProxy proxy = start(cluster)) {
      Browser browser = Browser.at(proxy);
      Socket socket = browser.connect();
      socket
          .getOutputStream()
          .write(
              (browser.request("PUT", "/up", "Transfer-Encoding: chunked") + "4\r\nsome\r\n")
                  .getBytes(StandardCharsets.ISO_8859_1));
      began.await();

      socket.close();

      await().atMost(LONG).untilAsserted(() -> assertThat(ends).containsExactly("broken off"));
    }
  }

  /** Waits until a number has not changed for a while. */
  private static long onceItStandsStill(AtomicLong number) {
    long[] seen = {-1, 0};
    await()
        .atMost(Duration.ofSeconds(60))
        .pollInterval(Duration.ofMillis(300))
        .until(() -> {
          long now = number.get();
          seen[1] = now > 0 && now == seen[0] ? seen[1] + 1 : 0;
          seen[0] = now;
          return seen[1] == 4;
        });
    return seen[0];
  }

  private static Socket ask(DashboardProxy proxy, String target) throws IOException {
    Browser browser = Browser.at(proxy);
    Socket socket = browser.connect();
    socket
        .getOutputStream()
        .write(browser.request("GET", target).getBytes(StandardCharsets.ISO_8859_1));
    return socket;
  }

  private static Socket upload(DashboardProxy proxy, long length) throws IOException {
    Browser browser = Browser.at(proxy);
    Socket socket = browser.connect();
    socket
        .getOutputStream()
        .write(
            browser
                .request("PUT", "/up", "Content-Length: " + length)
                .getBytes(StandardCharsets.ISO_8859_1));
    return socket;
  }

  private static String readUntil(Socket socket, String end) throws IOException {
    socket.setSoTimeout((int) LONG.toMillis());
    InputStream in = socket.getInputStream();
    StringBuilder all = new StringBuilder();
    while (all.indexOf(end) < 0) {
      int b = in.read();
      if (b < 0) {
        throw new IOException("closed after " + all);
      }
      all.append((char) b);
    }
    return all.toString();
  }

  private static String readAll(Socket socket) throws IOException {
    socket.setSoTimeout((int) LONG.toMillis());
    StringBuilder all = new StringBuilder();
    try {
      InputStream in = socket.getInputStream();
      for (int b = in.read(); b >= 0; b = in.read()) {
        all.append((char) b);
      }
    } catch (java.net.SocketException reset) {
      // is an end, too
    }
    return all.toString();
  }

  private static DashboardProxy start(ScriptedCluster cluster) {
    return start(cluster, new CopyOnWriteArrayList<>());
  }

  private static DashboardProxy start(ScriptedCluster cluster, List<ProxiedRequest> told) {
    return DashboardProxy.to(RayEndpoint.of(cluster.url()), TokenProvider.of(TOKEN))
        .allowWrites()
        .listener(
            new DashboardProxyListener() {
              @Override
              public void onRequest(ProxiedRequest request) {
                told.add(request);
              }
            })
        .start();
  }
}
