package io.rayauth.kubernetes.apiserver;

import java.io.DataInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.Base64;

/** One stream into a pod, on the kubelet's side. */
final class PortForward {
  private final Socket client;
  private final String pod;
  private final int target;

  PortForward(Socket client, String pod, int target) {
    this.client = client;
    this.pod = pod;
    this.target = target;
  }

  String pod() {
    return pod;
  }

  void close() {
    try {
      client.close();
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  void run(String key) throws IOException {
    OutputStream out = client.getOutputStream();
    out.write(
        ("HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                + "Sec-WebSocket-Protocol: v4.channel.k8s.io\r\nSec-WebSocket-Accept: "
                + accept(key)
                + "\r\n\r\n")
            .getBytes(StandardCharsets.US_ASCII));
    frame(2, new byte[] {0, 73, 32}, 3);
    frame(2, new byte[] {1, 73, 32}, 3);
    try (Socket upstream = new Socket(InetAddress.getLoopbackAddress(), target)) {
      FakeApiServer.thread(
          "up",
          () -> {
            try {
              up(upstream);
            } catch (IOException gone) {
              // the other direction ends it
            }
          });
      InputStream in = upstream.getInputStream();
      byte[] buffer = new byte[32 * 1024 + 1];
      for (int n = in.read(buffer, 1, buffer.length - 1);
          n >= 0;
          n = in.read(buffer, 1, buffer.length - 1)) {
        frame(2, buffer, n + 1);
      }
    } catch (java.net.ConnectException refused) {
      byte[] text =
          ("\u0001error forwarding port " + target + " to pod " + pod + ": connection refused")
              .getBytes(StandardCharsets.UTF_8);
      frame(2, text, text.length);
    }
    frame(8, new byte[] {3, (byte) 0xE8}, 2);
  }

  private void up(Socket upstream) throws IOException {
    DataInputStream in = new DataInputStream(client.getInputStream());
    try {
      while (true) {
        int opcode = in.readUnsignedByte() & 15;
        long length = in.readUnsignedByte() & 127;
        if (length == 126) {
          length = in.readUnsignedShort();
        } else if (length == 127) {
          length = in.readLong();
        }
        byte[] mask = in.readNBytes(4);
        byte[] data = in.readNBytes((int) length);
        for (int i = 0; i < data.length; i++) {
          data[i] ^= mask[i & 3];
        }
        if (opcode == 8) {
          return;
        }
        if (opcode == 2 || opcode == 0) {
          // JDK may split a message; the channel's byte leads only the first part
          int from = opcode == 2 ? 1 : 0;
          upstream.getOutputStream().write(data, from, data.length - from);
        }
      }
    } finally {
      upstream.close();
    }
  }

  private synchronized void frame(int opcode, byte[] data, int length) throws IOException {
    OutputStream out = client.getOutputStream();
    byte[] head =
        length < 126
            ? new byte[] {(byte) (128 | opcode), (byte) length}
            : length < 65536
                ? new byte[] {(byte) (128 | opcode), 126, (byte) (length >> 8), (byte) length}
                : new byte[] {
                  (byte) (128 | opcode),
                  127,
                  0,
                  0,
                  0,
                  0,
                  (byte) (length >> 24),
                  (byte) (length >> 16),
                  (byte) (length >> 8),
                  (byte) length
                };
    out.write(head);
    out.write(data, 0, length);
    out.flush();
  }

  private static String accept(String key) {
    try {
      byte[] sha =
          MessageDigest.getInstance("SHA-1")
              .digest(
                  (key + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11")
                      .getBytes(StandardCharsets.US_ASCII));
      return Base64.getEncoder().encodeToString(sha);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }
}
