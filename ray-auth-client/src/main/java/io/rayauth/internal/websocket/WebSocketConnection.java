package io.rayauth.internal.websocket;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.SocketException;
import java.nio.ByteBuffer;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.Arrays;

/**
 * Reads and writes the frames of one WebSocket (RFC 6455, chapter 5) on the threads of whoever
 * reads and writes: one thread may read while another one writes.
 *
 * <p>A frame is handed on in parts, so that its length, up to 2<sup>63</sup>, costs no memory. What
 * RFC 6455 forbids a server ends the connection with an {@link IOException}. Closing it sends no
 * close frame, for whose answer it might have to wait.
 */
public final class WebSocketConnection implements AutoCloseable {
  /** How many bytes a frame's head takes at most. */
  public static final int LONGEST_HEAD = 14;

  private static final int FINAL = 0x80;
  private static final int RESERVED = 0x70;
  private static final int OPCODE = 0x0f;
  private static final int MASKED = 0x80;
  private static final int LENGTH = 0x7f;
  private static final int LENGTH_IN_TWO = 126;
  private static final int LENGTH_IN_EIGHT = 127;
  private static final int CONTINUATION = 0;
  private static final int TEXT = 1;
  private static final int BINARY = 2;
  private static final int CLOSE = 8;
  private static final int PING = 9;
  private static final int PONG = 10;
  private static final int LARGEST_CONTROL = 125;
  private static final int NORMAL = 1000;
  private static final int WITHOUT_CODE = 1005;

  private final Upgraded upgraded;
  private final InputStream in;
  private final FrameWriter out;
  private final SecureRandom random = new SecureRandom();

  /** Holds, from {@code at} to {@code end}, what was read and not handed on. */
  private final byte[] buffer;

  private int at;
  private int end;

  /** How much of the current frame was not handed on. */
  private long left;

  private boolean startsMessage;
  private boolean endsMessage = true;
  private boolean text;
  private int closeCode;
  private volatile Runnable whenClosed = () -> {};

  /** Creates a connection whose handshake is over. */
  WebSocketConnection(Upgraded upgraded, int readAhead) {
    this.upgraded = upgraded;
    this.in = upgraded.in();
    this.out = new FrameWriter(upgraded.out());
    this.buffer = new byte[Math.max(readAhead, LONGEST_HEAD + LARGEST_CONTROL)];
  }

  /**
   * Sends a binary message and blocks while the other side does not take it.
   *
   * @param buffer has the message in it; all of it is changed
   * @param offset where the message begins, {@link #LONGEST_HEAD} at least
   * @param length how long it is
   */
  public void send(byte[] buffer, int offset, int length) throws IOException {
    int start = encode(BINARY, buffer, offset, length);
    out.write(buffer, start, offset + length - start);
  }

  /** Sends a pong that nobody asked for (RFC 6455, section 5.5.3), which is never answered. */
  public void sendPong() throws IOException {
    byte[] frame = pong(new byte[0]);
    out.write(frame, 0, frame.length);
  }

  /** Sets how long {@link #nextFrame()} and {@link #read} may wait for one byte more. */
  public void setPatience(Duration patience) throws SocketException {
    upgraded.plain().setSoTimeout((int) Math.max(1, patience.toMillis()));
  }

  /**
   * Goes to the next frame, if all of the one before was read, and answers it if it is a ping. A
   * timeout changes nothing.
   *
   * @return false if the other side has closed, see {@link #closeCode()}
   */
  public boolean nextFrame() throws IOException {
    await(2);
    int first = buffer[at] & 0xff;
    int second = buffer[at + 1] & 0xff;
    int opcode = first & OPCODE;
    boolean last = (first & FINAL) != 0;
    int head = headLength(second);
    await(head);
    long length = length(second);
    if ((first & RESERVED) != 0 || (second & MASKED) != 0 || length < 0) {
      throw violation("a frame with bits or a length that it may not have");
    }
    if (opcode >= CLOSE) {
      if (opcode > PONG || !last || length > LARGEST_CONTROL) {
        throw violation("a control frame of %d bytes with opcode %d".formatted(length, opcode));
      }
      await(head + (int) length);
      byte[] payload = Arrays.copyOfRange(buffer, at + head, at + head + (int) length);
      at += head + (int) length;
      startsMessage = false;
      return control(opcode, payload);
    }
    if (opcode > BINARY || (opcode == CONTINUATION) == endsMessage) {
      throw violation("a frame with opcode " + opcode + " where none may come");
    }
    at += head;
    left = length;
    startsMessage = opcode != CONTINUATION;
    text = startsMessage ? opcode == TEXT : text;
    endsMessage = last;
    return true;
  }

  /** Tells whether the frame is the first of a message. */
  public boolean startsMessage() {
    return startsMessage;
  }

  /** Tells whether the frame is the last of a message, and all of it was read. */
  public boolean isAtEndOfMessage() {
    return endsMessage && left == 0;
  }

  /** Tells whether the message is text. */
  public boolean isText() {
    return text;
  }

  /** Returns how much of the frame has not been read, 0 if it has no data. */
  public long left() {
    return left;
  }

  /** Tells whether the next step, be it a frame or a part of one, can be done without waiting. */
  public boolean isReady() {
    if (left > 0) {
      return at < end;
    }
    if (end - at < 2) {
      return false;
    }
    boolean control = (buffer[at] & OPCODE) >= CLOSE;
    return end - at >= headLength(buffer[at + 1]) + (control ? buffer[at + 1] & LENGTH : 0);
  }

  /**
   * Reads a part of the frame, at least one byte.
   *
   * @return how many bytes were read
   */
  public int read(byte[] into, int offset, int length) throws IOException {
    int wanted = (int) Math.min(left, length);
    int n;
    if (at == end && wanted >= buffer.length) {
      n = in.read(into, offset, wanted);
      if (n < 0) {
        throw cut();
      }
    } else {
      await(1);
      n = Math.min(wanted, end - at);
      System.arraycopy(buffer, at, into, offset, n);
      at += n;
    }
    left -= n;
    return n;
  }

  /** Returns the code that the other side closed with. */
  public int closeCode() {
    return closeCode;
  }

  /** Tells whether the other side closed in peace. */
  public boolean isClosedNormally() {
    return closeCode == NORMAL || closeCode == WITHOUT_CODE;
  }

  /** Sets what is done when this is closed from here. */
  public void whenClosed(Runnable action) {
    whenClosed = action;
  }

  /** Drops the connection; whoever reads or writes fails. */
  @Override
  public void close() {
    upgraded.close();
    whenClosed.run();
  }

  private boolean control(int opcode, byte[] payload) {
    switch (opcode) {
      case CLOSE ->
          closeCode =
              payload.length < 2 ? WITHOUT_CODE : ByteBuffer.wrap(payload).getShort() & 0xffff;
      case PING -> out.answer(pong(payload));
      default -> {
        // a pong says nothing
      }
    }
    return opcode != CLOSE;
  }

  private static int headLength(int second) {
    return switch (second & LENGTH) {
      case LENGTH_IN_TWO -> 4;
      case LENGTH_IN_EIGHT -> 10;
      default -> 2;
    };
  }

  /** Returns the length of the frame at hand, a negative one if it is none. */
  private long length(int second) {
    ByteBuffer bytes = ByteBuffer.wrap(buffer);
    return switch (second & LENGTH) {
      case LENGTH_IN_TWO -> bytes.getShort(at + 2) & 0xffff;
      case LENGTH_IN_EIGHT -> bytes.getLong(at + 2);
      default -> second & LENGTH;
    };
  }

  /** Waits until so many bytes are at hand, or fails and leaves those that are. */
  private void await(int count) throws IOException {
    if (at == end) {
      at = 0;
      end = 0;
    }
    while (end - at < count) {
      if (at + count > buffer.length) {
        System.arraycopy(buffer, at, buffer, 0, end - at);
        end -= at;
        at = 0;
      }
      int n = in.read(buffer, end, buffer.length - end);
      if (n < 0) {
        throw cut();
      }
      end += n;
    }
  }

  private static EOFException cut() {
    return new EOFException("the server cut the connection");
  }

  private static IOException violation(String what) {
    return new IOException("the server sent " + what + " (RFC 6455)");
  }

  private byte[] pong(byte[] payload) {
    byte[] frame = new byte[LONGEST_HEAD + payload.length];
    System.arraycopy(payload, 0, frame, LONGEST_HEAD, payload.length);
    int start = encode(PONG, frame, LONGEST_HEAD, payload.length);
    return Arrays.copyOfRange(frame, start, frame.length);
  }

  /** Masks the payload, puts the head right before it, and returns where that begins. */
  private int encode(int opcode, byte[] buffer, int offset, int length) {
    int mask = random.nextInt();
    ByteBuffer bytes = ByteBuffer.wrap(buffer);
    mask(bytes, offset, length, mask);
    int start;
    if (length <= LARGEST_CONTROL) {
      start = offset - 6;
      bytes.put(start + 1, (byte) (MASKED | length));
    } else if (length <= 0xffff) {
      start = offset - 8;
      bytes.put(start + 1, (byte) (MASKED | LENGTH_IN_TWO)).putShort(start + 2, (short) length);
    } else {
      start = offset - LONGEST_HEAD;
      bytes.put(start + 1, (byte) (MASKED | LENGTH_IN_EIGHT)).putLong(start + 2, length);
    }
    bytes.put(start, (byte) (FINAL | opcode)).putInt(offset - 4, mask);
    return start;
  }

  private static void mask(ByteBuffer bytes, int offset, int length, int mask) {
    long twice = ((long) mask << 32) | (mask & 0xffffffffL);
    int end = offset + length;
    int i = offset;
    for (; i + 8 <= end; i += 8) {
      bytes.putLong(i, bytes.getLong(i) ^ twice);
    }
    for (int shift = 24; i < end; i++, shift = shift == 0 ? 24 : shift - 8) {
      bytes.put(i, (byte) (bytes.get(i) ^ (mask >>> shift)));
    }
  }
}
