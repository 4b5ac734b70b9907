package io.rayauth.kubernetes.internal.tunnel;

import io.rayauth.internal.websocket.FrameWriter;
import io.rayauth.internal.websocket.Upgraded;
import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.zip.Deflater;

/**
 * Speaks {@code portforward.k8s.io} over SPDY/3.1 with the kubelet behind the API server (its
 * {@code pkg/cri/streaming/portforward/httpstream.go}): a stream for errors and one for data, both
 * of which name the port in their headers.
 *
 * <p>Of SPDY it takes what that needs. Header blocks are sent without the dictionary, which a zlib
 * stream may do without, and those that come back say nothing. The other side keeps no windows;
 * what slows a sender down is TCP.
 */
final class SpdyStream extends PodStream {
  private static final String PROTOCOL = "portforward.k8s.io";
  private static final int ERROR = 1;
  private static final int DATA = 3;
  private static final int HEAD = 8;
  private static final int CONTROL = 0x8003_0000;
  private static final int SYN_STREAM = CONTROL | 1;
  private static final int RST_STREAM = CONTROL | 3;
  private static final int PING = CONTROL | 6;
  private static final int GO_AWAY = CONTROL | 7;
  private static final int FIN = 1;
  private static final int LENGTH = 0xff_ffff;

  private static final int READ_AHEAD = 8 * 1024;

  /** A kubelet's are of some hundred bytes, but a frame could have 16 MiB. */
  private static final int LARGEST_CONTROL = 64 * 1024;

  private final DataInputStream in;
  private final FrameWriter out;
  private int stream;
  private int left;
  private boolean last;
  private boolean dataEnded;
  private boolean errorEnded;

  /** Creates a stream that has still to {@linkplain #begin begin}. */
  SpdyStream(HeadPod pod, Upgraded upgraded) {
    super(pod, upgraded);
    this.in = new DataInputStream(new BufferedInputStream(upgraded.in(), READ_AHEAD));
    this.out = new FrameWriter(upgraded.out());
  }

  static SpdyStream open(ApiServerSockets sockets, HeadPod pod, int port)
      throws IOException, InterruptedException {
    Upgraded upgraded =
        sockets.upgrade(
            "POST",
            path(pod),
            Map.of(
                "Upgrade", List.of("SPDY/3.1"),
                "X-Stream-Protocol-Version", List.of(PROTOCOL),
                "Content-Length", List.of("0")));
    upgraded.require("X-Stream-Protocol-Version", PROTOCOL);
    SpdyStream opened = new SpdyStream(pod, upgraded);
    try {
      opened.begin(port);
      return opened;
    } catch (IOException e) {
      opened.close();
      throw e;
    }
  }

  @Override
  void send(byte[] frame, int length) throws IOException {
    ByteBuffer.wrap(frame).putInt(DATA_OFFSET - HEAD, DATA).putInt(DATA_OFFSET - 4, length);
    out.write(frame, DATA_OFFSET - HEAD, HEAD + length);
  }

  @Override
  int read(byte[] into) throws IOException {
    while (true) {
      if (left > 0) {
        int n = in.read(into, 0, Math.min(left, into.length));
        if (n < 0) {
          throw new EOFException("the API server cut the connection within a frame");
        }
        left -= n;
        if (stream == DATA) {
          return n;
        }
      } else if (last) {
        last = false;
        dataEnded |= stream == DATA;
        errorEnded |= stream == ERROR;
        if (dataEnded && errorEnded) {
          return -1;
        }
      } else if (!nextFrame()) {
        return -1;
      }
    }
  }

  /** Opens both streams; the answer to that is not awaited. */
  private void begin(int port) throws IOException {
    Deflater deflater = new Deflater();
    try {
      ByteArrayOutputStream both = new ByteArrayOutputStream();
      DataOutputStream frames = new DataOutputStream(both);
      writeSyn(frames, ERROR, headers(deflater, "error", port));
      writeSyn(frames, DATA, headers(deflater, "data", port));
      out.write(both.toByteArray(), 0, both.size());
    } finally {
      deflater.end();
    }
  }

  private static void writeSyn(DataOutputStream to, int stream, byte[] headers) throws IOException {
    to.writeInt(SYN_STREAM);
    to.writeInt(headers.length + 10);
    to.writeInt(stream);
    to.writeInt(0); // belongs to no other stream
    to.writeShort(0); // priority and credential slot
    to.write(headers);
  }

  private static byte[] headers(Deflater deflater, String type, int port) throws IOException {
    ByteArrayOutputStream block = new ByteArrayOutputStream();
    DataOutputStream to = new DataOutputStream(block);
    List<String> pairs =
        List.of("streamtype", type, "port", String.valueOf(port), "requestid", "0");
    to.writeInt(pairs.size() / 2);
    for (String text : pairs) {
      to.writeInt(text.length());
      to.writeBytes(text);
    }
    deflater.setInput(block.toByteArray());
    byte[] compressed = new byte[256];
    int length = deflater.deflate(compressed, 0, compressed.length, Deflater.SYNC_FLUSH);
    return Arrays.copyOf(compressed, length);
  }

  private boolean nextFrame() throws IOException {
    int first = in.readInt();
    int second = in.readInt();
    int length = second & LENGTH;
    if (first >= 0) {
      stream = first;
      left = length;
      last = (second >>> 24 & FIN) != 0;
      if (stream == ERROR && length > 0) {
        fail(
            new String(in.readNBytes(Math.min(length, LONGEST_ERROR)), StandardCharsets.UTF_8)
                .strip());
        return false;
      }
      return true;
    }
    if (length > LARGEST_CONTROL) {
      throw new IOException("the API server sent a control frame of " + length + " bytes");
    }
    byte[] payload = new byte[length];
    in.readFully(payload);
    switch (first) {
      case RST_STREAM -> {
        int status = ByteBuffer.wrap(Arrays.copyOf(payload, HEAD)).getInt(4);
        fail("the kubelet gave the stream up with status " + status);
        return false;
      }
      case GO_AWAY -> {
        if (!dataEnded) {
          fail("the kubelet goes away");
        }
        return false;
      }
      case PING ->
          out.answer(
              ByteBuffer.allocate(HEAD + length).putInt(first).putInt(length).put(payload).array());
      default -> {
        // answers to our streams, and settings that are no concern of two streams
      }
    }
    return true;
  }
}
