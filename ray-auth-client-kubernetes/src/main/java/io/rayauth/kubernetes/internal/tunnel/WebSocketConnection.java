package io.rayauth.kubernetes.internal.tunnel;

import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.Base64;

/**
 * Reads and writes the frames of one WebSocket (RFC 6455, chapter 5) on the threads of whoever
 * reads and writes: one thread may read while another one writes.
 */
final class WebSocketConnection {
  /** Where a message begins: one byte before the data, which names the channel. */
  private static final int HEAD = PodStream.DATA_OFFSET - 1;

  private static final String KEY_SUFFIX = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
  private static final int FINAL = 0x80;
  private static final int MASKED = 0x80;
  private static final int BINARY = 2;
  private static final int CLOSE = 8;
  private static final int PING = 9;
  private static final int PONG = 10;
  private static final int LARGEST_CONTROL = 125;
  private static final int NORMAL = 1000;
  private static final int WITHOUT_CODE = 1005;

  private final DataInputStream in;
  private final FrameWriter out;
  private final SecureRandom random = new SecureRandom();
  private long left;
  private boolean startsMessage;
  private int closeCode;

  /** Creates a connection whose handshake is over. */
  WebSocketConnection(DataInputStream in, OutputStream out) {
    this.in = in;
    this.out = new FrameWriter(out);
  }

  /** Returns what a server answers to a key (RFC 6455, section 4.2.2). */
  static String accept(String key) {
    try {
      return Base64.getEncoder()
          .encodeToString(
              MessageDigest.getInstance("SHA-1")
                  .digest((key + KEY_SUFFIX).getBytes(StandardCharsets.US_ASCII)));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  /**
   * Sends a binary message and blocks while the other side does not take it.
   *
   * @param buffer the message from the byte before {@link PodStream#DATA_OFFSET} on; all of it is
   *     changed
   * @param length how long the message is
   */
  void send(byte[] buffer, int length) throws IOException {
    int start = encode(BINARY, buffer, length);
    out.write(buffer, start, HEAD + length - start);
  }

  /**
   * Goes to the next frame with data, answering pings meanwhile.
   *
   * @return false if the other side has closed, see {@link #closeCode()}
   */
  boolean nextFrame() throws IOException {
    while (true) {
      int first = in.readUnsignedByte();
      int opcode = first & 15;
      int second = in.readUnsignedByte();
      long length = second & 127;
      if (length == 126) {
        length = in.readUnsignedShort();
      } else if (length == 127) {
        length = in.readLong();
      }
      if ((second & MASKED) != 0 || length < 0) {
        throw new IOException("the API server sent a frame that is none of RFC 6455");
      }
      if (opcode < CLOSE) {
        startsMessage = opcode != 0;
        left = length;
        return true;
      }
      byte[] payload = control(length);
      if (opcode == CLOSE) {
        closeCode =
            payload.length < 2 ? WITHOUT_CODE : ByteBuffer.wrap(payload).getShort() & 0xffff;
        return false;
      }
      if (opcode == PING) {
        byte[] pong = new byte[HEAD + payload.length];
        System.arraycopy(payload, 0, pong, HEAD, payload.length);
        int start = encode(PONG, pong, payload.length);
        out.answer(Arrays.copyOfRange(pong, start, pong.length));
      }
    }
  }

  /** Tells whether the frame is the first of a message. */
  boolean startsMessage() {
    return startsMessage;
  }

  /** Returns how much of the frame has not been read. */
  long left() {
    return left;
  }

  /** Reads a part of the frame, at least one byte. */
  int read(byte[] into) throws IOException {
    int n = in.read(into, 0, (int) Math.min(left, into.length));
    if (n < 0) {
      throw new EOFException("the API server cut the connection within a frame");
    }
    left -= n;
    return n;
  }

  /** Returns the code that the other side closed with. */
  int closeCode() {
    return closeCode;
  }

  /** Tells whether the other side closed in peace. */
  boolean isClosedNormally() {
    return closeCode == NORMAL || closeCode == WITHOUT_CODE;
  }

  private byte[] control(long length) throws IOException {
    if (length > LARGEST_CONTROL) {
      throw new IOException("the API server sent a control frame of " + length + " bytes");
    }
    byte[] payload = in.readNBytes((int) length);
    if (payload.length < length) {
      throw new EOFException("the API server cut the connection within a frame");
    }
    return payload;
  }

  /** Masks the payload, puts the head right before it, and returns where that begins. */
  private int encode(int opcode, byte[] buffer, int length) {
    int mask = random.nextInt();
    ByteBuffer bytes = ByteBuffer.wrap(buffer);
    mask(bytes, length, mask);
    int start;
    if (length <= LARGEST_CONTROL) {
      start = HEAD - 6;
      bytes.put(start + 1, (byte) (MASKED | length));
    } else if (length <= 0xffff) {
      start = HEAD - 8;
      bytes.put(start + 1, (byte) (MASKED | 126)).putShort(start + 2, (short) length);
    } else {
      start = HEAD - 14;
      bytes.put(start + 1, (byte) (MASKED | 127)).putLong(start + 2, length);
    }
    bytes.put(start, (byte) (FINAL | opcode)).putInt(HEAD - 4, mask);
    return start;
  }

  private static void mask(ByteBuffer bytes, int length, int mask) {
    long twice = ((long) mask << 32) | (mask & 0xffffffffL);
    int end = HEAD + length;
    int i = HEAD;
    for (; i + 8 <= end; i += 8) {
      bytes.putLong(i, bytes.getLong(i) ^ twice);
    }
    for (int shift = 24; i < end; i++, shift = shift == 0 ? 24 : shift - 8) {
      bytes.put(i, (byte) (bytes.get(i) ^ (mask >>> shift)));
    }
  }
}
