package io.rayauth.proxy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.rayauth.JobClient;
import io.rayauth.RayEndpoint;
import io.rayauth.testkit.FakeRay;
import io.rayauth.testkit.ManualClock;
import io.rayauth.token.TokenProvider;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** How a proxy begins and ends. */
@Timeout(120)
class LifecycleTest {
  private static final String TOKEN = "canary-lifecycle";
  private static final int AT_ONCE = 10;
  private static final Duration LONG = Duration.ofSeconds(30);

  @Test
  void start_whenThePortIsTaken_saysWhichAndWhatToDo() throws Exception {
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"));
        FakeRay ray = FakeRay.start()) {
      DashboardProxy.Builder builder = builder(ray).port(taken.getLocalPort());

      assertThatThrownBy(builder::start)
          .isInstanceOf(DashboardProxyException.class)
          .hasMessageContaining("127.0.0.1:" + taken.getLocalPort())
          .hasMessageContaining("port(0)");
    }
  }

  @Test
  void start_whenThePortIsGiven_listensThereOnLoopbackOnly() throws Exception {
    int port;
    try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"))) {
      port = free.getLocalPort();
    }
    try (FakeRay ray = FakeRay.start();
        DashboardProxy proxy = builder(ray).port(port).start()) {
      assertThat(proxy.address()).hasToString("http://127.0.0.1:" + port);
      assertThatThrownBy(() -> new Socket("127.0.0.2", port).close())
          .isInstanceOf(ConnectException.class);
    }
  }

  @Test
  void builder_whenAValueCannotBe_saysSoAtOnce() throws Exception {
    try (FakeRay ray = FakeRay.start();
        JobClient client = JobClient.builder(ray.url()).build()) {
      DashboardProxy.Builder builder = DashboardProxy.to(client);

      assertThatThrownBy(() -> builder.port(-1)).isInstanceOf(IllegalArgumentException.class);
      assertThatThrownBy(() -> builder.port(65_536)).isInstanceOf(IllegalArgumentException.class);
      assertThatThrownBy(() -> builder.title(" ")).isInstanceOf(IllegalArgumentException.class);
      assertThatThrownBy(() -> builder.idleTimeout(Duration.ZERO))
          .isInstanceOf(IllegalArgumentException.class);
    }
  }

  @Test
  void close_whenItIsIdle_freesPortThreadsAndConnections() throws Exception {
    Watcher watcher = new Watcher();
    try (FakeRay ray = FakeRay.start()) {
      DashboardProxy proxy =
          builder(ray).listener(watcher).idleTimeout(Duration.ofHours(1)).start();
      Browser.at(proxy).get("/api/version");
      List<Thread> threads = watcher.threads();

      proxy.close();
      proxy.close();

      await().atMost(LONG).until(() -> threads.stream().noneMatch(Thread::isAlive));
      await().atMost(LONG).until(() -> ray.openSockets() == 0);
      assertThat(watcher.closings).hasValue(1);
      assertThatThrownBy(() -> new Socket("127.0.0.1", proxy.address().getPort()).close())
          .isInstanceOf(ConnectException.class);
      proxy.awaitClosed();
    }
  }

  @Test
  void close_whileRequestsRun_cutsThemAndTellsWhatBecameOfThem() throws Exception {
    Watcher watcher = new Watcher();
    CountDownLatch underWay = new CountDownLatch(3);
    try (ScriptedCluster cluster =
        ScriptedCluster.of(call -> {
          if (call.target().startsWith("/api/version")) {
            call.answer("200 OK", "x");
            return;
          }
          if (call.has("Upgrade")) {
            call.say(
                "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n");
          } else if (call.target().equals("/stream")) {
            call.say("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nx\r\n");
          }
          underWay.countDown();
          call.in().read();
          call.socket().close();
        })) {
      DashboardProxy proxy =
          DashboardProxy.to(RayEndpoint.of(cluster.url()), TokenProvider.of(TOKEN))
              .listener(watcher)
              .start();
      Browser browser = Browser.at(proxy);
      browser.get("/api/version");
      try (Socket poll = send(browser, browser.request("GET", "/poll"));
          Socket stream = send(browser, browser.request("GET", "/stream"));
          Socket webSocket = send(browser, browser.handshake("/ws"))) {
        underWay.await();
        while (webSocket.getInputStream().read() != '1') {} // of 101
        while (stream.getInputStream().read() != '2') {} // of 200
        List<Thread> threads = watcher.threads();

        proxy.close();

        await().atMost(LONG).until(() -> threads.stream().noneMatch(Thread::isAlive));
        await().atMost(LONG).until(() -> cluster.openSockets() == 0);
        assertThat(isEnded(poll)).isTrue();
        assertThat(isEnded(stream)).isTrue();
        assertThat(isEnded(webSocket)).isTrue();
        await()
            .atMost(LONG)
            .untilAsserted(() ->
                assertThat(watcher.told)
                    .extracting(ProxiedRequest::path)
                    .contains("/poll", "/stream", "/ws"));
      }
    }
  }

  @Test
  void close_whileRequestsKeepComing_logsNoFailureOfItsOwn() throws Exception {
    Failures failures = new Failures();
    try (failures;
        ScriptedCluster cluster =
            ScriptedCluster.of(call -> {
              call.answer("200 OK", "x");
              call.socket().close(); // so that each request needs a new connection
            })) {
      for (int round = 0; round < 5; round++) {
        CountDownLatch underWay = new CountDownLatch(50);
        DashboardProxy proxy =
            DashboardProxy.to(RayEndpoint.of(cluster.url()), TokenProvider.of(TOKEN)).start();
        Browser browser = Browser.at(proxy);
        List<Thread> browsers =
            Stream.generate(() -> new Thread(() -> askUntilItIsClosed(browser, underWay)))
                .limit(12)
                .toList();
        browsers.forEach(Thread::start);
        underWay.await();

        proxy.close();

        for (Thread asking : browsers) {
          asking.join();
        }
      }
    }

    assertThat(failures.ofTheProxy).isEmpty();
  }

  @Test
  void browsers_whenTheyGoAwayAtAnyMoment_leaveNothingBehind() throws Exception {
    ManualClock clock = ManualClock.holdingSleepers();
    CountDownLatch held = new CountDownLatch(AT_ONCE);
    try (ScriptedCluster cluster =
            ScriptedCluster.of(call -> {
              if (call.has("Upgrade")) {
                call.say(
                    "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\nhello");
                call.in().readAllBytes();
                call.socket().close();
              } else if (call.target().equals("/refused")) {
                call.answer("403 Forbidden", "no");
              } else {
                call.body();
                if (call.target().equals("/held")) {
                  held.countDown();
                  held.await();
                }
                call.answer("200 OK", "x".repeat(100_000));
              }
            });
        DashboardProxy proxy =
            DashboardProxy.to(RayEndpoint.of(cluster.url()), TokenProvider.of(TOKEN))
                .allowWrites()
                .time(clock)
                .idleTimeout(Duration.ofMinutes(10))
                .limits(
                    ProxyLimits.builder()
                        .requestsPerSecond(100_000, 100_000)
                        .requestsAtOnce(AT_ONCE, AT_ONCE)
                        .webSockets(AT_ONCE, AT_ONCE)
                        .build())
                .start()) {
      Browser browser = Browser.at(proxy);
      List<Thread> fleeting =
          IntStream.range(0, 8)
              .mapToObj(seed -> new Thread(() -> askAndGoAway(browser, new Random(seed))))
              .toList();
      fleeting.forEach(Thread::start);
      for (Thread each : fleeting) {
        each.join();
      }

      await().atMost(LONG).until(() -> opened(browser, browser.handshake("/ws")) == AT_ONCE);
      await()
          .atMost(LONG)
          .until(() ->
              held.getCount() == 0 || opened(browser, browser.request("GET", "/held")) == AT_ONCE);
      clock.advance(Duration.ofMinutes(1));
      CompletableFuture<Void> closed = closing(proxy);
      await()
          .atMost(LONG)
          .until(() -> {
            clock.advance(Duration.ofMinutes(1));
            return closed.isDone();
          });
    }
  }

  @Test
  void close_whileATokenIsFetched_doesNotWaitForIt() throws Exception {
    CountDownLatch asked = new CountDownLatch(1);
    try (FakeRay ray = FakeRay.start()) {
      DashboardProxy proxy =
          DashboardProxy.to(
                  RayEndpoint.of(ray.url()),
                  () -> {
                    asked.countDown();
                    try {
                      new CountDownLatch(1).await();
                    } catch (InterruptedException e) {
                      Thread.currentThread().interrupt();
                    }
                    throw new IllegalStateException("interrupted");
                  })
              .start();
      Browser browser = Browser.at(proxy);
      try (Socket socket = send(browser, browser.request("GET", "/api/jobs/"))) {
        asked.await();

        proxy.close();

        assertThat(isEnded(socket)).isTrue();
      }
    }
  }

  @Test
  void close_whenAListenerCallsIt_ends() throws Exception {
    AtomicReference<DashboardProxy> proxy = new AtomicReference<>();
    Watcher watcher =
        new Watcher() {
          @Override
          public void onRequest(ProxiedRequest request) {
            super.onRequest(request);
            if (request.path().equals("/api/version")) {
              proxy.get().close();
            }
          }
        };
    try (FakeRay ray = FakeRay.start()) {
      proxy.set(builder(ray).listener(watcher).start());
      Browser browser = Browser.at(proxy.get());
      List<Thread> threads = watcher.threads();
      try (Socket socket = send(browser, browser.request("GET", "/api/version"))) {
        proxy.get().awaitClosed();

        await().atMost(LONG).until(() -> threads.stream().noneMatch(Thread::isAlive));
        assertThat(isEnded(socket)).isTrue();
      }
    }
  }

  @Test
  void close_whenTheClientIsTheCallers_leavesItOpen() throws Exception {
    try (FakeRay ray = FakeRay.start();
        JobClient client = JobClient.builder(ray.url()).build()) {
      DashboardProxy.to(client).start().close();

      assertThat(client.version().rayVersion()).isNotEmpty();
    }
  }

  @Test
  void idleTimeout_whenNobodyAsksForSoLong_closes() throws Exception {
    ManualClock clock = ManualClock.holdingSleepers();
    try (FakeRay ray = FakeRay.start();
        DashboardProxy proxy =
            builder(ray).time(clock).idleTimeout(Duration.ofMinutes(10)).start()) {
      CompletableFuture<Void> closed = closing(proxy);

      await()
          .atMost(LONG)
          .until(() -> {
            clock.advance(Duration.ofMinutes(1));
            return closed.isDone();
          });

      closed.get(1, TimeUnit.SECONDS);
    }
  }

  @Test
  void idleTimeout_whileAWebSocketIsOpen_doesNotClose() throws Exception {
    ManualClock clock = ManualClock.holdingSleepers();
    try (ScriptedCluster cluster =
            ScriptedCluster.of(call -> {
              call.say(
                  "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n");
              call.socket().getOutputStream().write(call.in().read());
              call.in().read();
              call.socket().close();
            });
        DashboardProxy proxy =
            DashboardProxy.to(RayEndpoint.of(cluster.url()), TokenProvider.of(TOKEN))
                .time(clock)
                .idleTimeout(Duration.ofMinutes(10))
                .start()) {
      Browser browser = Browser.at(proxy);
      try (Socket socket = send(browser, browser.handshake("/ws"))) {
        while (socket.getInputStream().read() != '1') {} // of 101

        clock.advance(Duration.ofMinutes(11));
        clock.advance(Duration.ofMinutes(11));
        socket.getOutputStream().write('!');

        while (socket.getInputStream().read() != '!') {}
      }
    }
  }

  private static DashboardProxy.Builder builder(FakeRay ray) {
    return DashboardProxy.to(RayEndpoint.of(ray.url()), TokenProvider.of(TOKEN));
  }

  private static CompletableFuture<Void> closing(DashboardProxy proxy) {
    return CompletableFuture.runAsync(() -> {
      try {
        proxy.awaitClosed();
      } catch (InterruptedException e) {
        throw new IllegalStateException(e);
      }
    });
  }

  /** Asks for anything, and is gone before, while or after the answer comes. */
  private static void askAndGoAway(Browser browser, Random random) {
    List<String> requests =
        List.of(
            browser.handshake("/ws"),
            browser.handshake("/ws") + "a frame that does not wait",
            browser.request("PUT", "/up", "Content-Length: 100") + "x".repeat(random.nextInt(101)),
            browser.request("PUT", "/up", "Content-Length: 100000") + "x".repeat(50_000),
            browser.request("GET", "/refused"),
            browser.request("GET", "/a") + browser.request("GET", "/b"));
    for (int i = 0; i < 60; i++) {
      try (Socket socket = send(browser, requests.get(random.nextInt(requests.size())))) {
        socket.setSoLinger(random.nextBoolean(), 0);
        if (random.nextBoolean()) {
          socket.shutdownOutput();
        }
        if (random.nextInt(3) == 0) {
          socket.setSoTimeout(1 + random.nextInt(30));
          socket.getInputStream().readNBytes(random.nextInt(100));
        }
      } catch (IOException e) {
        // the other side was faster
      }
    }
  }

  /** Asks as often as is allowed at once, and returns how often that was let through. */
  private static long opened(Browser browser, String request) throws IOException {
    List<Wire> wires = new ArrayList<>();
    try {
      for (int i = 0; i < AT_ONCE; i++) {
        wires.add(new Wire(browser.connect()).send(request));
      }
      long passed = 0;
      for (Wire wire : wires) {
        passed += wire.firstLine().matches("HTTP/1.1 (101|200) .*") ? 1 : 0;
      }
      return passed;
    } finally {
      for (Wire wire : wires) {
        wire.close();
      }
    }
  }

  private static void askUntilItIsClosed(Browser browser, CountDownLatch underWay) {
    try {
      while (true) {
        browser.get("/api/version");
        underWay.countDown();
      }
    } catch (IOException e) {
      // it is closed
    }
  }

  private static Socket send(Browser browser, String request) throws IOException {
    Socket socket = browser.connect();
    socket.setSoTimeout((int) LONG.toMillis());
    socket.getOutputStream().write(request.getBytes(StandardCharsets.ISO_8859_1));
    return socket;
  }

  private static boolean isEnded(Socket socket) {
    try {
      socket.getInputStream().readAllBytes();
      return true;
    } catch (java.net.SocketTimeoutException e) {
      return false;
    } catch (IOException reset) {
      return true;
    }
  }

  /** Collects failures that a thread of the server did not expect of the proxy's own code. */
  private static final class Failures extends Handler implements AutoCloseable {
    final List<String> ofTheProxy = new CopyOnWriteArrayList<>();
    private final List<Logger> loggers =
        List.of(Logger.getLogger("org.xnio"), Logger.getLogger("org.jboss.threads"));

    Failures() {
      loggers.forEach(logger -> logger.addHandler(this));
    }

    @Override
    public void publish(LogRecord line) {
      Throwable cause = line.getThrown();
      if (cause != null
          && Stream.of(cause.getStackTrace())
              .anyMatch(frame -> frame.getClassName().startsWith("io.rayauth.proxy.internal."))) {
        ofTheProxy.add(line.getMessage() + ": " + cause);
      }
    }

    @Override
    public void flush() {}

    @Override
    public void close() {
      loggers.forEach(logger -> logger.removeHandler(this));
    }
  }

  /** Knows what the threads of a proxy are called, once it has answered something. */
  private static class Watcher implements DashboardProxyListener {
    final List<ProxiedRequest> told = new CopyOnWriteArrayList<>();
    final AtomicInteger closings = new AtomicInteger();
    private volatile String name = "nobody has asked yet";

    @Override
    public void onRequest(ProxiedRequest request) {
      name = Thread.currentThread().getName().split(" ", 2)[0] + " ";
      told.add(request);
    }

    @Override
    public void onClosed() {
      closings.incrementAndGet();
    }

    List<Thread> threads() {
      List<Thread> threads =
          Thread.getAllStackTraces().keySet().stream()
              .filter(thread -> thread.getName().startsWith(name))
              .toList();
      assertThat(threads).isNotEmpty().allMatch(Thread::isDaemon);
      return threads;
    }
  }
}
