package io.rayauth.kubernetes.internal.tunnel;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * Speaks {@code v4.channel.k8s.io} with the kubelet behind the API server (its {@code
 * pkg/cri/streaming/portforward/websocket.go}): one WebSocket for one connection into a pod, the
 * first byte of each message names the channel, 0 for data and 1 for errors, and the first message
 * on each is the port.
 *
 * <p>The protocol has no half-close: whoever is done closes the WebSocket.
 */
final class PodStream {
  static final String PROTOCOL = "v4.channel.k8s.io";

  /** Where the data of a frame begins, see {@link #send}. */
  static final int DATA_OFFSET = WebSocketConnection.HEAD + 1;

  private static final int DATA = 0;
  private static final int ERROR = 1;
  private static final int LONGEST_ERROR = 16 * 1024;

  private final HeadPod pod;
  private final WebSocketConnection socket;
  private final boolean[] portSeen = new boolean[2];
  private int channel;
  private boolean skipping;
  private volatile boolean closed;
  private volatile @Nullable String failure;

  PodStream(HeadPod pod, WebSocketConnection socket) {
    this.pod = pod;
    this.socket = socket;
  }

  /** Returns where this stream ends. */
  HeadPod pod() {
    return pod;
  }

  /**
   * Sends data, and blocks while the pod does not take it.
   *
   * @param frame the data from {@link #DATA_OFFSET} on; all of it is changed
   * @param length how much data
   * @throws IOException if the stream has ended
   */
  void send(byte[] frame, int length) throws IOException {
    frame[DATA_OFFSET - 1] = DATA;
    socket.send(frame, length + 1);
  }

  /**
   * Waits for data.
   *
   * @return how much was read; -1 once the stream has ended, see {@link #failure()}
   */
  int receive(byte[] into) {
    try {
      while (true) {
        if (socket.left() > 0) {
          int n = channel == ERROR && !skipping ? readError() : socket.read(into);
          if (n < 0) {
            return -1;
          }
          if (!skipping) {
            return n;
          }
        } else if (!nextFrame()) {
          return -1;
        }
      }
    } catch (IOException e) {
      if (!closed) {
        String words = e.getMessage();
        failure = "the connection to the API server was lost" + (words == null ? "" : ": " + words);
      }
      return -1;
    }
  }

  /** Returns what broke the stream; null if it has not ended, or in peace. */
  @Nullable String failure() {
    return failure;
  }

  /** Ends the stream; does nothing the second time. */
  void close() {
    closed = true;
    socket.close();
  }

  private boolean nextFrame() throws IOException {
    if (!socket.nextFrame()) {
      if (!socket.isClosedNormally()) {
        failure = "the API server closed it with code " + socket.closeCode();
      }
      return false;
    }
    if (socket.startsMessage() && socket.left() > 0) {
      byte[] first = new byte[1];
      socket.read(first);
      channel = first[0];
      if (channel != DATA && channel != ERROR) {
        throw new IOException("a message came for channel " + channel);
      }
      skipping = !portSeen[channel];
      portSeen[channel] = true;
    }
    return true;
  }

  private int readError() throws IOException {
    ByteArrayOutputStream text = new ByteArrayOutputStream();
    byte[] part = new byte[1024];
    while (socket.left() > 0 && text.size() < LONGEST_ERROR) {
      text.write(part, 0, socket.read(part));
    }
    failure = text.toString(StandardCharsets.UTF_8).strip();
    return -1;
  }
}
