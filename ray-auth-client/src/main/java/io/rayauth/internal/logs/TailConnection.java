package io.rayauth.internal.logs;

import io.rayauth.internal.websocket.WebSocketConnection;
import io.rayauth.time.TimeSource;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Receives one WebSocket's text on the thread that follows. What it does not ask for waits in the
 * buffers of TCP, and then at the server.
 */
final class TailConnection implements LogReading {
  private static final System.Logger LOG = System.getLogger(TailConnection.class.getName());

  /**
   * How many bytes are handed on at once. Ray fills a frame with ten lines only: to make a string
   * of each costs more than to read it.
   */
  private static final int PIECE = 1 << 14;

  /** How many bits are set in front of the first zero in a byte that continues a character. */
  private static final int CONTINUING = 1;

  private static final char REPLACEMENT = '\ufffd';

  private final WebSocketConnection socket;

  /** Not the client's own clock: sockets wait in real time, however a test sets its clock. */
  private final TimeSource realTime = TimeSource.system();

  /** Begins with the bytes of a character whose rest has not come yet. */
  private final byte[] bytes = new byte[PIECE];

  private int size;
  private boolean ended;

  TailConnection(WebSocketConnection socket) {
    this.socket = socket;
  }

  @Override
  public @Nullable String next(Duration patience) throws InterruptedException {
    if (!ended) {
      try {
        receive(realTime.nanoTime() + patience.toNanos());
      } catch (SocketTimeoutException e) {
        return keepAlive() ? "" : null;
      } catch (IOException e) {
        if (Thread.interrupted()) {
          throw new InterruptedException("interrupted while a log was tailed");
        }
        LOG.log(Level.DEBUG, () -> "a tail broke off: " + e.getMessage());
        ended = true;
      }
    }
    String text = text();
    return text.isEmpty() ? null : text;
  }

  /** Waits for a whole character, and takes whatever else is there. */
  private void receive(long until) throws IOException {
    while (!ended && size < bytes.length && (size == begun() || socket.isReady())) {
      if (!socket.isReady()) {
        long left = until - realTime.nanoTime();
        if (left <= 0) {
          throw new SocketTimeoutException("no text came in time");
        }
        socket.setPatience(Duration.ofNanos(left));
      }
      if (socket.left() == 0) {
        ended = !socket.nextFrame();
      } else if (socket.isText()) {
        size += socket.read(bytes, size, bytes.length - size);
      } else {
        throw new IOException("a message that is not text");
      }
      if (!ended && socket.isAtEndOfMessage() && begun() > 0) {
        throw new IOException("a message ends within a character");
      }
    }
  }

  /** Returns how many of the last bytes begin a character that they do not complete. */
  private int begun() {
    for (int back = 1; back <= Math.min(size, 3); back++) {
      int leadingOnes = Integer.numberOfLeadingZeros(~(bytes[size - back] << 24));
      if (leadingOnes != CONTINUING) {
        return leadingOnes > back ? back : 0;
      }
    }
    return 0;
  }

  /** Returns the text so far; what is not UTF-8 ends it, as RFC 6455 has it (section 8.1). */
  private String text() {
    int whole = ended ? size : size - begun();
    String text = new String(bytes, 0, whole, StandardCharsets.UTF_8);
    if (text.indexOf(REPLACEMENT) >= 0) {
      text = valid(ByteBuffer.wrap(bytes, 0, whole));
    }
    size -= whole;
    System.arraycopy(bytes, whole, bytes, 0, size);
    return text;
  }

  /**
   * Returns the text up to the first byte that is not UTF-8: a replacement can be meant as such.
   */
  private String valid(ByteBuffer whole) {
    CharBuffer chars = CharBuffer.allocate(whole.remaining());
    ended |= StandardCharsets.UTF_8.newDecoder().decode(whole, chars, true).isError();
    return chars.flip().toString();
  }

  /**
   * Sends a pong that nobody asked for: to intermediaries that cut what is idle it is traffic, Ray
   * ignores it, and if the other end is gone it fails.
   */
  private boolean keepAlive() {
    try {
      socket.sendPong();
    } catch (IOException e) {
      LOG.log(Level.DEBUG, () -> "a tail broke off in silence: " + e.getMessage());
      ended = true;
    }
    return !ended;
  }

  /** No text says that a log is whole: Ray closes with 1000 whatever happened. */
  @Override
  public boolean isWhole() {
    return false;
  }

  @Override
  public void close() {
    socket.close();
  }
}
