package io.rayauth.internal.websocket;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.catchThrowable;

import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Proxy;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import javax.net.ssl.SSLSocketFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Openings that do not get on: they end in time, or when somebody wants them to. */
@Timeout(60)
class HttpUpgradeTest {
  private static final Duration SHORT = Duration.ofMillis(500);
  private static final Duration LONG = Duration.ofSeconds(50);

  private final ExecutorService threads = Executors.newCachedThreadPool();
  private final CountDownLatch never = new CountDownLatch(1);
  private ServerSocket server;

  @BeforeEach
  void listen() throws IOException {
    server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
  }

  @AfterEach
  void everyThreadEnds() throws Exception {
    server.close();
    threads.shutdownNow();
    assertThat(threads.awaitTermination(20, TimeUnit.SECONDS)).isTrue();
  }

  @Test
  void open_whenTheHeadComesByteByByte_endsInTime() throws Exception {
    serving(out -> {
      out.write("HTTP/1.1 101 Switching Protocols\r\nX-Slow: ".getBytes(US_ASCII));
      while (!never.await(20, TimeUnit.MILLISECONDS)) {
        out.write('z');
      }
    });

    assertThatExceptionOfType(SocketTimeoutException.class)
        .isThrownBy(() -> upgrade("http", Proxy.NO_PROXY).open("GET", Map.of(), SHORT));
  }

  @Test
  void open_whenInterimAnswersNeverEnd_endsInTime() throws Exception {
    serving(out -> {
      while (true) {
        out.write("HTTP/1.1 100 Continue\r\n\r\n".getBytes(US_ASCII));
      }
    });

    assertThatExceptionOfType(SocketTimeoutException.class)
        .isThrownBy(() -> upgrade("http", Proxy.NO_PROXY).open("GET", Map.of(), SHORT));
  }

  @Test
  void open_whenTheProxyAnswersByteByByte_endsInTime() throws Exception {
    serving(out -> {
      out.write("HTTP/1.1 200 OK\r\nX-Slow: ".getBytes(US_ASCII));
      while (!never.await(20, TimeUnit.MILLISECONDS)) {
        out.write('z');
      }
    });

    assertThatExceptionOfType(SocketTimeoutException.class)
        .isThrownBy(() -> upgrade("https", proxy()).open("GET", Map.of(), SHORT));
  }

  @Test
  void open_whenTheBodyOfARefusalComesByteByByte_saysThatItWasRefused() throws Exception {
    serving(out -> {
      out.write("HTTP/1.1 403 Forbidden\r\nContent-Length: 60000\r\n\r\n".getBytes(US_ASCII));
      while (!never.await(20, TimeUnit.MILLISECONDS)) {
        out.write('z');
      }
    });

    assertThatExceptionOfType(HandshakeRefusedException.class)
        .isThrownBy(() -> upgrade("http", Proxy.NO_PROXY).open("GET", Map.of(), SHORT))
        .returns(403, HandshakeRefusedException::status);
  }

  /** Without a proxy http waits for an answer, https for the handshake of TLS. */
  @ParameterizedTest
  @ValueSource(strings = {"http", "https", "proxy"})
  void close_byAnotherThread_endsTheOpeningAtOnce(String waitingFor) throws Exception {
    assertEnds(waitingFor, opening -> opening.upgrade().close());
  }

  @ParameterizedTest
  @ValueSource(strings = {"http", "https", "proxy"})
  void interrupt_ofTheThreadThatOpens_endsTheOpeningAtOnce(String waitingFor) throws Exception {
    assertEnds(waitingFor, opening -> opening.thread().interrupt());
  }

  private record Opening(HttpUpgrade upgrade, Thread thread) {}

  private void assertEnds(String waitingFor, Consumer<Opening> ending) throws Exception {
    CompletableFuture<Socket> asked = new CompletableFuture<>();
    threads.execute(() -> {
      try {
        Socket socket = server.accept();
        socket.getInputStream().read();
        asked.complete(socket);
      } catch (IOException e) {
        asked.completeExceptionally(e);
      }
    });
    boolean proxied = waitingFor.equals("proxy");
    HttpUpgrade upgrade =
        upgrade(proxied ? "http" : waitingFor, proxied ? proxy() : Proxy.NO_PROXY);
    BlockingQueue<Throwable> thrown = new LinkedBlockingQueue<>();
    Thread opener =
        new Thread(() -> thrown.add(catchThrowable(() -> upgrade.open("GET", Map.of(), LONG))));
    opener.start();

    try (Socket socket = asked.get(20, TimeUnit.SECONDS)) {
      ending.accept(new Opening(upgrade, opener));

      assertThat(thrown.poll(20, TimeUnit.SECONDS))
          .isInstanceOf(IOException.class)
          .isNotInstanceOf(SocketTimeoutException.class);
      socket.setSoTimeout(20_000);
      Throwable end = catchThrowable(() -> socket.getInputStream().readAllBytes());
      assertThat(end instanceof SocketTimeoutException).as("the socket stays open").isFalse();
    }
    opener.join();
  }

  private interface Answer {
    void write(OutputStream out) throws IOException, InterruptedException;
  }

  private void serving(Answer answer) {
    threads.execute(() -> {
      try (Socket socket = server.accept()) {
        answer.write(socket.getOutputStream());
      } catch (IOException | InterruptedException e) {
        // the other side has left, as it should
      }
    });
  }

  private HttpUpgrade upgrade(String scheme, Proxy proxy) throws IOException {
    return new HttpUpgrade(
        URI.create(scheme + "://127.0.0.1:" + server.getLocalPort() + "/"),
        proxy,
        () -> (SSLSocketFactory) SSLSocketFactory.getDefault(),
        HttpUpgrade.checkingNames());
  }

  private Proxy proxy() {
    return new Proxy(Proxy.Type.HTTP, server.getLocalSocketAddress());
  }
}
