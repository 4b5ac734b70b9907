package io.rayauth.testkit.internal;

import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.Serial;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Reads HTTP/1.1 requests off one connection, with the limits of aiohttp. */
final class RequestReader {
  /** aiohttp's max_field_size and max_line_size. */
  private static final int LONGEST_FIELD = 8190;

  private static final byte[] NO_BODY = new byte[0];

  /** Says that the bytes are no request that aiohttp would take. */
  static final class Malformed extends Exception {
    @Serial private static final long serialVersionUID = 1L;

    Malformed(String message) {
      super(message);
    }
  }

  /** Says that the body is larger than the dashboard takes. */
  static final class BodyTooLarge extends Exception {
    @Serial private static final long serialVersionUID = 1L;

    BodyTooLarge() {
      super("the body is too large");
    }
  }

  private final WireInput in;

  RequestReader(WireInput in) {
    this.in = in;
  }

  /** Reads up to the blank line; null if the client closed between two requests. */
  @Nullable Request head() throws IOException, Malformed {
    String start = in.line();
    while (start != null && start.isEmpty()) {
      start = in.line();
    }
    if (start == null) {
      return null;
    }
    checkLength(start);
    String[] parts = start.split(" ", -1);
    if (parts.length != 3 || !parts[2].startsWith("HTTP/1.")) {
      throw new Malformed("Bad status line " + quoted(start));
    }
    Headers headers = fields();
    return new Request(parts[0], origin(parts[1]), parts[2].equals("HTTP/1.0"), headers, NO_BODY);
  }

  /** Cuts the scheme and the host off the absolute form that proxies are sent. */
  private static String origin(String target) {
    int scheme = target.indexOf("://");
    if (scheme < 0 || target.startsWith("/")) {
      return target.startsWith("/") ? target : "/" + target;
    }
    int path = target.indexOf('/', scheme + 3);
    return path < 0 ? "/" : target.substring(path);
  }

  private Headers fields() throws IOException, Malformed {
    List<Headers.Field> fields = new ArrayList<>();
    while (true) {
      String line = in.line();
      if (line == null) {
        throw new EOFException("the client left in the middle of a head");
      }
      if (line.isEmpty()) {
        return new Headers(fields);
      }
      int colon = line.indexOf(':');
      if (colon <= 0) {
        checkLength(line);
        throw new Malformed("Invalid HTTP header: " + quoted(line));
      }
      String name = line.substring(0, colon);
      String value = line.substring(colon + 1).strip();
      checkLength(name);
      checkLength(value);
      fields.add(new Headers.Field(name, value));
    }
  }

  private static void checkLength(String part) throws Malformed {
    if (part.length() > LONGEST_FIELD) {
      throw new Malformed(
          "Got more than %d bytes when reading: b'%s...'."
              .formatted(LONGEST_FIELD, part.substring(0, 100)));
    }
  }

  private static String quoted(String text) {
    return "'" + text.substring(0, Math.min(100, text.length())) + "'";
  }

  /**
   * Reads the body that the head announced.
   *
   * @throws BodyTooLarge before anything of it was read where its length was announced
   */
  byte[] body(Request head, long largest) throws IOException, Malformed, BodyTooLarge {
    if (head.headers().lists("Transfer-Encoding", "chunked")) {
      return chunks(largest);
    }
    long length = announced(head);
    if (length > largest) {
      throw new BodyTooLarge();
    }
    return length == 0 ? NO_BODY : in.bytes((int) length);
  }

  /** Drops the rest of a body that was too large, so that the client reads the answer. */
  void skip(Request head) throws IOException, Malformed {
    if (head.headers().lists("Transfer-Encoding", "chunked")) {
      in.drain(1000);
    } else {
      in.copy(announced(head), null);
    }
  }

  private static long announced(Request head) throws Malformed {
    String length = head.headers().first("Content-Length").orElse("0");
    try {
      return Long.parseUnsignedLong(length);
    } catch (NumberFormatException notANumber) {
      throw new Malformed("Content-Length: " + quoted(length));
    }
  }

  private byte[] chunks(long largest) throws IOException, Malformed, BodyTooLarge {
    ByteArrayOutputStream body = new ByteArrayOutputStream();
    while (true) {
      String line = in.line();
      if (line == null) {
        throw new EOFException("the client left in the middle of a body");
      }
      int size = chunkSize(line);
      if (size == 0) {
        fields(); // trailers
        return body.toByteArray();
      }
      in.copy(size, body.size() > largest ? null : body);
      if (body.size() > largest) {
        throw new BodyTooLarge();
      }
      in.line();
    }
  }

  private static int chunkSize(String line) throws Malformed {
    int extension = line.indexOf(';');
    String digits = (extension < 0 ? line : line.substring(0, extension)).strip();
    try {
      return Integer.parseUnsignedInt(digits, 16);
    } catch (NumberFormatException notHex) {
      throw new Malformed("Invalid chunk size " + quoted(line));
    }
  }
}
