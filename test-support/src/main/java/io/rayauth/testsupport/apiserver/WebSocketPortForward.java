package io.rayauth.testsupport.apiserver;

import java.io.DataInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.Base64;
import java.util.Map;

/** {@code v4.channel.k8s.io}. */
final class WebSocketPortForward extends PortForward {
  WebSocketPortForward(Socket client, String pod, int target) {
    super(client, pod, target);
  }

  @Override
  void begin(Map<String, String> headers, DataInputStream in) throws IOException {
    answer(
        "Upgrade: websocket\r\nSec-WebSocket-Protocol: v4.channel.k8s.io\r\nSec-WebSocket-Accept: "
            + accept(String.valueOf(headers.get("sec-websocket-key")))
            + "\r\n");
    message(0, new byte[] {73, 32}, 2);
    message(1, new byte[] {73, 32}, 2);
  }

  @Override
  void data(byte[] data, int length) throws IOException {
    message(0, data, length);
  }

  @Override
  void error(byte[] text) throws IOException {
    message(1, text, text.length);
  }

  @Override
  void end() throws IOException {
    write(new byte[] {(byte) 0x88, 2}, new byte[] {3, (byte) 0xE8}, 2);
  }

  @Override
  void up(DataInputStream in, OutputStream to) throws IOException {
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
      if (opcode == 2) {
        to.write(data, 1, data.length - 1);
      }
    }
  }

  private void message(int channel, byte[] data, int length) throws IOException {
    ByteBuffer head = ByteBuffer.allocate(11).put((byte) 0x82);
    if (length + 1 < 126) {
      head.put((byte) (length + 1));
    } else {
      head.put((byte) 127).putLong(length + 1L);
    }
    byte[] bytes = new byte[head.put((byte) channel).position()];
    head.flip().get(bytes);
    write(bytes, data, length);
  }

  private static String accept(String key) {
    try {
      return Base64.getEncoder()
          .encodeToString(
              MessageDigest.getInstance("SHA-1")
                  .digest(
                      (key + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11")
                          .getBytes(StandardCharsets.US_ASCII)));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }
}
