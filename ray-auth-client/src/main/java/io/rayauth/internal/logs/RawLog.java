package io.rayauth.internal.logs;

import io.rayauth.internal.http.ArrivingBody;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.lang.System.Logger.Level;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** Reads the bytes of a log file that the state API sends. */
final class RawLog implements LogReading {
  private static final System.Logger LOG = System.getLogger(RawLog.class.getName());
  private static final int PORTION = 1 << 14;

  private final ArrivingBody body;
  private final byte[] portion = new byte[PORTION];
  private final RawText text = new RawText(PORTION);
  private boolean whole;

  RawLog(ArrivingBody body) {
    this.body = body;
  }

  @Override
  public @Nullable String next(Duration patience) throws InterruptedException {
    if (whole) {
      return null;
    }
    try {
      String piece = "";
      int size = 1;
      while (piece.isEmpty() && size > 0) { // half a character is something, and not a silence
        size = body.read(portion, patience.toNanos());
        whole = size < 0;
        piece = whole ? text.end() : text.text(portion, size);
      }
      return whole && piece.isEmpty() ? null : piece;
    } catch (InterruptedIOException e) {
      boolean unused = Thread.interrupted();
      throw new InterruptedException("interrupted while a log file arrived");
    } catch (IOException e) {
      LOG.log(Level.DEBUG, () -> "a log file broke off: " + e.getMessage());
      return null;
    }
  }

  @Override
  public boolean isWhole() {
    return whole;
  }

  @Override
  public void close() {
    body.close();
  }
}
