package io.rayauth.testkit.internal;

import java.io.IOException;
import java.io.OutputStream;
import java.io.Serial;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import org.jspecify.annotations.Nullable;

/** Writes server frames of RFC 6455 and drops everything the client sends, as Ray does. */
final class WebSocketFrames {
  private static final int FIN_TEXT = 0x81;
  private static final int FIN_CLOSE = 0x88;

  /** Says that a scripted fault ended the answer. */
  static final class Ended extends IOException {
    @Serial private static final long serialVersionUID = 1L;

    Ended() {
      super("a scripted fault ended the answer");
    }
  }

  private final WireInput in;
  private final OutputStream out;
  private final @Nullable FaultPlan fault;
  private long textBytes;

  WebSocketFrames(WireInput in, OutputStream out, @Nullable FaultPlan fault) {
    this.in = in;
    this.out = out;
    this.fault = fault;
  }

  /** The answer to the client's Sec-WebSocket-Key. */
  static String accept(String key) {
    try {
      byte[] hash =
          MessageDigest.getInstance("SHA-1")
              .digest(
                  (key + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11")
                      .getBytes(StandardCharsets.US_ASCII));
      return Base64.getEncoder().encodeToString(hash);
    } catch (NoSuchAlgorithmException impossible) {
      throw new IllegalStateException("every JDK has SHA-1", impossible);
    }
  }

  /** Sends one unfragmented text frame. */
  void text(byte[] payload) throws IOException {
    long allowed = allowance();
    if (textBytes + payload.length < allowed) {
      textBytes += payload.length;
      frame(FIN_TEXT, payload, payload.length);
      return;
    }
    int part = (int) (allowed - textBytes);
    if (fault instanceof FaultPlan.WebSocketClose close) {
      if (part > 0) {
        frame(FIN_TEXT, payload, part);
      }
      close(close.code());
    } else if (payload.length > 0) {
      header(FIN_TEXT, payload.length); // announces all of it, so that the cut is inside a frame
      out.write(payload, 0, part);
      out.flush();
    }
    throw new Ended();
  }

  /** Sends a close frame without a reason. */
  void close(int code) throws IOException {
    if (fault instanceof FaultPlan.CutAfter) {
      throw new Ended(); // the cut comes at the latest instead of the close frame
    }
    byte[] payload = ByteBuffer.allocate(2).putShort((short) code).array();
    frame(FIN_CLOSE, payload, payload.length);
  }

  /** Sends the scripted close or cut at once if it is due before any data. */
  void begin() throws IOException {
    if (allowance() == 0) {
      text(new byte[0]);
    }
  }

  /** Waits, dropping what the client sends; tells whether the client is still there. */
  boolean isOpenAfter(int millis) throws IOException {
    in.discard();
    return in.isOpenAfter(millis);
  }

  private long allowance() {
    if (fault instanceof FaultPlan.CutAfter cut) {
      return cut.bytes();
    }
    return fault instanceof FaultPlan.WebSocketClose close ? close.afterBytes() : Long.MAX_VALUE;
  }

  private void frame(int opcode, byte[] payload, int length) throws IOException {
    header(opcode, length);
    out.write(payload, 0, length);
    out.flush();
  }

  private void header(int opcode, int length) throws IOException {
    out.write(opcode);
    if (length < 126) {
      out.write(length);
    } else if (length < 65_536) {
      out.write(126);
      out.write(length >> 8);
      out.write(length);
    } else {
      out.write(127);
      out.write(ByteBuffer.allocate(8).putLong(length).array());
    }
  }
}
