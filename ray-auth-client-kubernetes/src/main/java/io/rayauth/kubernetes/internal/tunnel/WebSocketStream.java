package io.rayauth.kubernetes.internal.tunnel;

import io.rayauth.internal.websocket.Upgraded;
import io.rayauth.internal.websocket.WebSocketConnection;
import io.rayauth.internal.websocket.WebSocketHandshake;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;

/**
 * Speaks {@code v4.channel.k8s.io} with the kubelet behind the API server (its {@code
 * pkg/cri/streaming/portforward/websocket.go}): one WebSocket for one connection into a pod, the
 * first byte of each message names the channel, 0 for data and 1 for errors, and the first message
 * on each is the port.
 */
final class WebSocketStream extends PodStream {
  private static final String PROTOCOL = "v4.channel.k8s.io";
  private static final int READ_AHEAD = 8 * 1024;
  private static final int DATA = 0;
  private static final int ERROR = 1;

  private final WebSocketConnection socket;
  private final boolean[] portSeen = new boolean[2];
  private int channel;
  private boolean skipping;

  private WebSocketStream(HeadPod pod, Upgraded connection, WebSocketConnection socket) {
    super(pod, connection);
    this.socket = socket;
  }

  static WebSocketStream open(ApiServerSockets sockets, HeadPod pod, int port)
      throws IOException, InterruptedException {
    WebSocketHandshake handshake = new WebSocketHandshake(PROTOCOL);
    Upgraded upgraded = sockets.upgrade("GET", path(pod) + "?ports=" + port, handshake.headers());
    return new WebSocketStream(pod, upgraded, handshake.finish(upgraded, READ_AHEAD));
  }

  @Override
  void send(byte[] frame, int length) throws IOException {
    frame[DATA_OFFSET - 1] = DATA;
    socket.send(frame, DATA_OFFSET - 1, length + 1);
  }

  @Override
  int read(byte[] into) throws IOException {
    while (true) {
      if (socket.left() > 0) {
        if (channel == ERROR && !skipping) {
          fail(error());
          return -1;
        }
        int n = socket.read(into, 0, into.length);
        if (!skipping) {
          return n;
        }
      } else if (!nextFrame()) {
        return -1;
      }
    }
  }

  private boolean nextFrame() throws IOException {
    if (!socket.nextFrame()) {
      if (!socket.isClosedNormally()) {
        fail("the API server closed it with code " + socket.closeCode());
      }
      return false;
    }
    if (socket.startsMessage() && socket.left() > 0) {
      byte[] first = new byte[1];
      socket.read(first, 0, 1);
      channel = first[0];
      if (channel != DATA && channel != ERROR) {
        throw new IOException("a message came for channel " + channel);
      }
      skipping = !portSeen[channel];
      portSeen[channel] = true;
    }
    return true;
  }

  private String error() throws IOException {
    ByteArrayOutputStream text = new ByteArrayOutputStream();
    byte[] part = new byte[1024];
    while (socket.left() > 0 && text.size() < LONGEST_ERROR) {
      text.write(part, 0, socket.read(part, 0, part.length));
    }
    return text.toString(StandardCharsets.UTF_8).strip();
  }
}
