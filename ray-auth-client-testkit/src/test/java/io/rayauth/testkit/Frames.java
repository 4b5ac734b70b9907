package io.rayauth.testkit;

import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** Reads what a fake sends on a log tail. */
final class Frames {
  private static final int TEXT = 0x81;

  /** The texts of all frames, and the close code: 1006 if the connection just ended. */
  record Heard(List<String> texts, int closeCode) {
    String text() {
      return String.join("", texts);
    }
  }

  private Frames() {}

  static String handshake(String id, String... headers) {
    String head = Wire.head("GET", "/api/jobs/" + id + "/logs/tail", headers);
    return head
        + "Upgrade: websocket\r\nConnection: Upgrade\r\n"
        + "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n";
  }

  static Heard tail(FakeRay ray, String id, String... headers) throws IOException {
    try (Wire wire = new Wire(ray)) {
      wire.send(handshake(id, headers));
      Wire.Answer answer = wire.answer();
      if (answer.status() != 101) {
        throw new IOException("no upgrade: " + answer);
      }
      return hear(wire);
    }
  }

  static Heard hear(Wire wire) throws IOException {
    DataInputStream in = new DataInputStream(wire.in());
    List<String> texts = new ArrayList<>();
    while (true) {
      try {
        int opcode = in.readUnsignedByte();
        byte[] payload = new byte[length(in)];
        in.readFully(payload);
        if (opcode != TEXT) {
          return new Heard(texts, ((payload[0] & 0xff) << 8) | (payload[1] & 0xff));
        }
        texts.add(new String(payload, StandardCharsets.UTF_8));
      } catch (EOFException cut) {
        return new Heard(texts, 1006);
      }
    }
  }

  /** Reads one text frame. */
  static String next(Wire wire) throws IOException {
    DataInputStream in = new DataInputStream(wire.in());
    if (in.readUnsignedByte() != TEXT) {
      throw new IOException("not a text frame");
    }
    byte[] payload = new byte[length(in)];
    in.readFully(payload);
    return new String(payload, StandardCharsets.UTF_8);
  }

  private static int length(DataInputStream in) throws IOException {
    int length = in.readUnsignedByte();
    return length < 126 ? length : length == 126 ? in.readUnsignedShort() : (int) in.readLong();
  }
}
