package io.rayauth.internal.websocket;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.Socket;
import java.net.http.HttpHeaders;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(120)
class WebSocketConnectionTest {
  private static final byte[] PING_THEN_DATA = {(byte) 0x89, 1, 7, (byte) 0x82, 2, 0, 42};

  private static final HttpHeaders NO_HEADERS = HttpHeaders.of(Map.of(), (name, value) -> true);

  private final ExecutorService threads = Executors.newCachedThreadPool();
  private final CountDownLatch sending = new CountDownLatch(1);
  private final CountDownLatch taken = new CountDownLatch(1);
  private final ByteArrayOutputStream sent =
      new ByteArrayOutputStream() {
        @Override
        public synchronized void write(byte[] bytes, int offset, int length) {
          sending.countDown();
          try {
            taken.await();
          } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
          }
          super.write(bytes, offset, length);
        }
      };
  private final WebSocketConnection socket =
      new WebSocketConnection(
          new Upgraded(new Socket(), new ByteArrayInputStream(PING_THEN_DATA), sent, NO_HEADERS),
          1024);

  @AfterEach
  void close() {
    threads.shutdownNow();
  }

  @Test
  void nextFrame_whenAPingComesWhileASenderIsStuck_readsOnAndLeavesTheAnswerToTheSender()
      throws Exception {
    CompletableFuture<Void> sender = meanwhile(() -> socket.send(new byte[32], 15, 3));
    assertThat(sending.await(40, TimeUnit.SECONDS)).isTrue();

    CompletableFuture<Void> reader =
        meanwhile(() -> {
          while (socket.left() == 0) {
            socket.nextFrame();
          }
        });
    reader.get(40, TimeUnit.SECONDS);
    assertThat(socket.left()).isEqualTo(2);
    assertThat(sender).isNotDone();

    taken.countDown();
    sender.get(40, TimeUnit.SECONDS);
    byte[] frames = sent.toByteArray();
    int data = 2 + 4 + 3; // head, mask, message
    int pong = 2 + 4 + 1;
    assertThat(frames).hasSize(data + pong);
    assertThat(frames[data]).isEqualTo((byte) 0x8A);
    assertThat(frames[data + 1]).isEqualTo((byte) 0x81);
    assertThat(frames[data + 6] ^ frames[data + 2]).isEqualTo(7);
  }

  private interface Step {
    void run() throws IOException;
  }

  private CompletableFuture<Void> meanwhile(Step step) {
    return CompletableFuture.runAsync(
        () -> {
          try {
            step.run();
          } catch (IOException e) {
            throw new UncheckedIOException(e);
          }
        },
        threads);
  }
}
