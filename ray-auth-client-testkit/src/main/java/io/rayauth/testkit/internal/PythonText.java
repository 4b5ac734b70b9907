package io.rayauth.testkit.internal;

import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CoderResult;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;

/**
 * Reads a growing file as Python's text mode does: UTF-8, universal newlines, 8 KiB at a time.
 *
 * <p>Two oddities of Python are kept, as Ray's log tail shows them: a carriage return at the
 * current end becomes a newline at once (and a line feed that follows later becomes a second one),
 * and half of a character at the current end is an error.
 */
final class PythonText implements Closeable {
  private static final int CHUNK = 8192;

  private final InputStream file;
  private final byte[] bytes = new byte[CHUNK + 8];
  private int undecoded;
  private final CharBuffer chars = CharBuffer.allocate(CHUNK + 16);
  private final StringBuilder ready = new StringBuilder();
  private int readyFrom;
  private boolean carriageReturn;
  private final CharsetDecoder decoder =
      StandardCharsets.UTF_8
          .newDecoder()
          .onMalformedInput(CodingErrorAction.REPORT)
          .onUnmappableCharacter(CodingErrorAction.REPORT);

  PythonText(InputStream file) {
    this.file = file;
  }

  /**
   * Returns the next line with its newline, the rest of the file if there is none yet, or nothing
   * at the end.
   *
   * @throws CharacterCodingException if the file is not UTF-8 up to its current end
   */
  String line() throws IOException {
    int searched = readyFrom;
    while (true) {
      int newline = ready.indexOf("\n", searched);
      if (newline >= 0) {
        return take(newline + 1);
      }
      searched = ready.length();
      if (!more()) {
        int end = ready.indexOf("\n", searched);
        return take(end >= 0 ? end + 1 : ready.length());
      }
    }
  }

  private String take(int end) {
    String line = ready.substring(readyFrom, end);
    readyFrom = end;
    if (readyFrom == ready.length()) {
      ready.setLength(0);
      readyFrom = 0;
    } else if (readyFrom > (1 << 16)) {
      ready.delete(0, readyFrom);
      readyFrom = 0;
    }
    return line;
  }

  /** Decodes one more chunk; false at the current end of the file. */
  private boolean more() throws IOException {
    int read = file.read(bytes, undecoded, CHUNK);
    boolean atEnd = read <= 0;
    ByteBuffer input = ByteBuffer.wrap(bytes, 0, undecoded + Math.max(0, read));
    chars.clear();
    decoder.reset();
    CoderResult result = decoder.decode(input, chars, atEnd);
    if (result.isError()) {
      result.throwException();
    }
    undecoded = input.remaining();
    System.arraycopy(bytes, input.position(), bytes, 0, undecoded);
    translate(chars.flip(), atEnd);
    return !atEnd;
  }

  private void translate(CharBuffer decoded, boolean atEnd) {
    while (decoded.hasRemaining()) {
      char c = decoded.get();
      if (carriageReturn) {
        ready.append('\n');
        carriageReturn = false;
        if (c == '\n') {
          continue;
        }
      }
      if (c == '\r') {
        carriageReturn = true;
      } else {
        ready.append(c);
      }
    }
    if (atEnd && carriageReturn) {
      ready.append('\n');
      carriageReturn = false;
    }
  }

  @Override
  public void close() throws IOException {
    file.close();
  }
}
