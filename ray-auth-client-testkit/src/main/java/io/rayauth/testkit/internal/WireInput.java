package io.rayauth.testkit.internal;

import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** Reads lines and blocks from a socket, and can watch it for its end without losing a byte. */
final class WireInput {
  private static final int LONGEST_LINE = 1 << 20;

  private final Socket socket;
  private final InputStream in;
  private final byte[] buffer = new byte[1 << 16];
  private int position;
  private int limit;

  WireInput(Socket socket) throws IOException {
    this.socket = socket;
    this.in = socket.getInputStream();
  }

  /** Returns the next line without its end, as Latin-1; null at the end of the stream. */
  @Nullable String line() throws IOException {
    StringBuilder line = new StringBuilder();
    while (true) {
      if (position == limit && !fill()) {
        return null;
      }
      byte b = buffer[position++];
      if (b == '\n') {
        int end = line.length();
        if (end > 0 && line.charAt(end - 1) == '\r') {
          line.setLength(end - 1);
        }
        return line.toString();
      }
      line.append((char) (b & 0xff));
      if (line.length() > LONGEST_LINE) {
        return line.toString();
      }
    }
  }

  /** Reads exactly so many bytes into the sink, or drops them if the sink is null. */
  void copy(long count, @Nullable ByteArrayOutputStream sink) throws IOException {
    long left = count;
    while (left > 0) {
      if (position == limit && !fill()) {
        throw new EOFException("the client left in the middle of a body");
      }
      int step = (int) Math.min(left, limit - position);
      if (sink != null) {
        sink.write(buffer, position, step);
      }
      position += step;
      left -= step;
    }
  }

  /** Reads exactly so many bytes. */
  byte[] bytes(int count) throws IOException {
    byte[] bytes = new byte[count];
    int done = Math.min(count, limit - position);
    System.arraycopy(buffer, position, bytes, 0, done);
    position += done;
    while (done < count) {
      int read = in.read(bytes, done, count - done);
      if (read < 0) {
        throw new EOFException("the client left in the middle of a body");
      }
      done += read;
    }
    return bytes;
  }

  /**
   * Waits for at most the given time and tells whether the client is still there; what it sends
   * meanwhile is kept.
   */
  boolean isOpenAfter(int millis) throws IOException {
    if (limit == buffer.length) {
      if (position == 0) {
        position = limit; // nobody reads what a client sends into a stalled exchange
      }
      System.arraycopy(buffer, position, buffer, 0, limit - position);
      limit -= position;
      position = 0;
    }
    socket.setSoTimeout(millis);
    try {
      int read = in.read(buffer, limit, buffer.length - limit);
      if (read < 0) {
        return false;
      }
      limit += read;
      return true;
    } catch (SocketTimeoutException nothingCame) {
      return true;
    } finally {
      socket.setSoTimeout(0);
    }
  }

  /** Drops what came so far. */
  void discard() {
    position = 0;
    limit = 0;
  }

  /** Drops everything until the client closes, for at most the given time. */
  void drain(int millis) throws IOException {
    long end = System.nanoTime() + millis * 1_000_000L;
    do {
      discard();
    } while (isOpenAfter(Math.max(1, Math.min(millis, 100))) && System.nanoTime() < end);
  }

  private boolean fill() throws IOException {
    position = 0;
    limit = Math.max(0, in.read(buffer));
    return limit > 0;
  }

  static byte[] latin1(String text) {
    return text.getBytes(StandardCharsets.ISO_8859_1);
  }
}
