package io.rayauth.kubernetes.internal.tunnel;

import io.fabric8.kubernetes.client.http.WebSocket;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * Speaks {@code v4.channel.k8s.io} with the kubelet behind the API server (its {@code
 * pkg/cri/streaming/portforward/websocket.go}): one WebSocket for one connection into a pod, the
 * first byte of each message names the channel, 0 for data and 1 for errors, and the first message
 * on each is the port.
 *
 * <p>The protocol has no half-close: whoever is done closes the WebSocket. Few messages are asked
 * for ahead, so that a slow reader slows the pod down; a sender waits until the last message has
 * left, for which fabric8 has no event, only {@link WebSocket#queueSize()}.
 */
final class PodStream implements WebSocket.Listener {
  static final String PROTOCOL = "v4.channel.k8s.io";

  private static final int DATA = 0;
  private static final int ERROR = 1;
  private static final int AHEAD = 4;
  private static final int NORMAL = 1000;
  private static final int WITHOUT_CODE = 1005;
  private static final long SHORTEST_WAIT = 20_000;
  private static final long LONGEST_WAIT = 2_000_000;
  private static final ByteBuffer END = ByteBuffer.allocate(0);

  private final HeadPod pod;
  private final BlockingQueue<ByteBuffer> received = new LinkedBlockingQueue<>();
  private final boolean[] portSeen = new boolean[2];

  private volatile @Nullable WebSocket socket;
  private volatile boolean ended;
  private volatile @Nullable String failure;
  private boolean taken;

  PodStream(HeadPod pod) {
    this.pod = pod;
  }

  /** Returns where this stream ends. */
  HeadPod pod() {
    return pod;
  }

  /**
   * Sends a message once the one before has left.
   *
   * @param frame the channel's byte, which is 0, and the data behind it
   * @param length how much of it
   * @throws IOException if the stream has ended; the message did not leave then
   */
  void send(byte[] frame, int length) throws IOException {
    WebSocket open = opened();
    long wait = SHORTEST_WAIT;
    while (open.queueSize() > 0 && !ended) {
      LockSupport.parkNanos(wait);
      wait = Math.min(2 * wait, LONGEST_WAIT);
    }
    if (ended || !open.send(ByteBuffer.wrap(frame, 0, length))) {
      throw new IOException("the stream to pod " + pod + " has ended");
    }
  }

  /**
   * Waits for data and frees the place of the data before.
   *
   * @return null once the stream has ended, see {@link #failure()}
   */
  @Nullable ByteBuffer receive() throws InterruptedException {
    if (taken) {
      opened().request();
    }
    ByteBuffer data = received.take();
    taken = data.hasRemaining();
    if (!taken) {
      received.add(END);
      return null;
    }
    return data;
  }

  /** Returns what broke the stream; null if it has not ended, or in peace. */
  @Nullable String failure() {
    return failure;
  }

  /** Ends the stream; does nothing the second time. */
  void close() {
    end(null);
    WebSocket open = socket;
    if (open != null) {
      open.sendClose(NORMAL, "");
    }
  }

  @Override
  public void onOpen(WebSocket open) {
    socket = open;
    if (ended) { // nobody waits for it any more
      open.sendClose(NORMAL, "");
      return;
    }
    for (int i = 1; i < AHEAD; i++) {
      open.request();
    }
  }

  @Override
  public void onMessage(WebSocket open, String text) {
    fail("a text message came through the port-forward, which is none of " + PROTOCOL);
  }

  @Override
  public void onMessage(WebSocket open, ByteBuffer message) {
    int channel = message.hasRemaining() ? message.get() : -1;
    if (channel != DATA && channel != ERROR) {
      fail("a message for channel " + channel + " came through the port-forward");
      return;
    }
    if (!portSeen[channel]) {
      portSeen[channel] = true;
      open.request();
    } else if (channel == DATA && message.hasRemaining() && !ended) {
      received.add(message);
    } else {
      if (channel == ERROR && message.hasRemaining()) {
        fail(StandardCharsets.UTF_8.decode(message).toString().strip());
      }
      open.request();
    }
  }

  @Override
  public void onClose(WebSocket open, int code, String reason) {
    if (code == NORMAL || code == WITHOUT_CODE) {
      end(null);
    } else {
      end("the API server closed the port-forward with code %d %s".formatted(code, reason).strip());
    }
  }

  @Override
  public void onError(WebSocket open, Throwable broken) {
    end("the port-forward broke: " + broken);
  }

  private void fail(String why) {
    end(why);
    opened().sendClose(NORMAL, "");
  }

  private void end(@Nullable String why) {
    if (!ended) {
      failure = why;
      ended = true;
      received.add(END);
    }
  }

  private WebSocket opened() {
    WebSocket open = socket;
    if (open == null) {
      throw new IllegalStateException("the stream to pod " + pod + " is not open");
    }
    return open;
  }
}
