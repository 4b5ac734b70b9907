package io.rayauth.contract;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Locale;

/**
 * Is the request line and the headers of a request, with the line breaks they came with.
 *
 * @param text ends with an empty line
 */
record RequestHead(String text) {

  /** Reads to the empty line; at the end of the connection, the text is empty. */
  static RequestHead read(InputStream in) throws IOException {
    ByteArrayOutputStream head = new ByteArrayOutputStream();
    for (int b = in.read(); b >= 0; b = in.read()) {
      head.write(b);
      if (b == '\n') {
        String text = head.toString(StandardCharsets.ISO_8859_1);
        if (text.endsWith("\r\n\r\n")) {
          return new RequestHead(text);
        }
      }
    }
    return new RequestHead("");
  }

  boolean isEnd() {
    return text.isEmpty();
  }

  int bodyLength() {
    return text.lines()
        .filter(line -> line.toLowerCase(Locale.ROOT).startsWith("content-length:"))
        .mapToInt(line -> Integer.parseInt(line.substring(line.indexOf(':') + 1).strip()))
        .findFirst()
        .orElse(0);
  }
}
