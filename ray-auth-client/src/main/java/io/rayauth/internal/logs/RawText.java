package io.rayauth.internal.logs;

import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;

/**
 * Makes of raw bytes the text that Ray makes of them: UTF-8, and {@code \r\n} and {@code \r} become
 * line feeds. Bytes that are not UTF-8 become replacement characters. Not thread-safe.
 */
final class RawText {
  private final CharsetDecoder utf8 =
      StandardCharsets.UTF_8
          .newDecoder()
          .onMalformedInput(CodingErrorAction.REPLACE)
          .onUnmappableCharacter(CodingErrorAction.REPLACE);

  /** Begins with the bytes of a character whose rest has not come yet. */
  private final ByteBuffer bytes;

  private final CharBuffer chars;
  private boolean afterReturn;

  /** Creates a decoder of pieces of at most so many bytes. */
  RawText(int size) {
    this.bytes = ByteBuffer.allocate(size + 4);
    this.chars = CharBuffer.allocate(size + 4);
  }

  /** Returns the text of the next bytes, without a character that is not complete yet. */
  String text(byte[] piece, int size) {
    bytes.put(piece, 0, size);
    return decoded(false);
  }

  /** Returns the text of bytes that were left over because no rest of them came. */
  String end() {
    return decoded(true);
  }

  private String decoded(boolean ended) {
    bytes.flip();
    utf8.decode(bytes, chars.clear(), ended);
    bytes.compact();
    String text = chars.flip().toString();
    if (afterReturn && text.startsWith("\n")) {
      text = text.substring(1);
      afterReturn = false;
    } else if (!text.isEmpty()) {
      afterReturn = false;
    }
    if (text.indexOf('\r') < 0) {
      return text;
    }
    afterReturn = text.endsWith("\r");
    return text.replace("\r\n", "\n").replace('\r', '\n');
  }
}
