package io.rayauth.benchmarks;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.net.Socket;
import java.net.URI;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/**
 * Makes lines of what a socket brings as fast as Java can: it takes every byte for a character,
 * every frame for one of text with a length of two bytes, and every answer for the right one. No
 * client may be like this, and none that delivers lines is faster.
 */
final class BareLines {
  private static final VarHandle LONGS =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
  private static final long FEEDS = 0x0a0a0a0a0a0a0a0aL;
  private static final long ONES = 0x0101010101010101L;
  private static final long HIGH_BITS = 0x8080808080808080L;
  private static final int HEAD = 4;
  private static final int CLOSE = 8;

  private final URI server;
  private final byte[] buffer = new byte[1 << 16];
  private final byte[] partial = new byte[1 << 10];
  private int partialLength;
  private long characters;

  BareLines(URI server) {
    this.server = server;
  }

  /** Reads the log of a job and returns how many characters its lines have, feeds included. */
  long characters(String job) throws IOException {
    try (Socket socket = new Socket(server.getHost(), server.getPort())) {
      String request =
          "GET /api/jobs/%s/logs/tail HTTP/1.1\r\nSec-WebSocket-Key: none\r\n\r\n".formatted(job);
      socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
      InputStream in = socket.getInputStream();
      skipHead(in);
      int end = 0;
      int left = 0;
      while (true) {
        int read = in.read(buffer, end, buffer.length - end);
        if (read < 0) {
          throw new EOFException("the server has left");
        }
        end += read;
        int at = 0;
        while (end - at >= HEAD || (left > 0 && end > at)) {
          if (left == 0) {
            if ((buffer[at] & 15) == CLOSE) {
              return characters;
            }
            left = (buffer[at + 2] & 255) << 8 | (buffer[at + 3] & 255);
            at += HEAD;
          }
          int stop = Math.min(end, at + left);
          lines(at, stop);
          left -= stop - at;
          at = stop;
        }
        System.arraycopy(buffer, at, buffer, 0, end - at);
        end -= at;
      }
    }
  }

  private static void skipHead(InputStream in) throws IOException {
    for (int last = 0; last != 0x0d0a0d0a; ) {
      last = last << 8 | in.read();
    }
  }

  private void lines(int from, int to) {
    int at = from;
    for (int feed = feed(at, to); feed >= 0; feed = feed(at, to)) {
      if (partialLength > 0) {
        keep(at, feed);
        line(new String(partial, 0, partialLength, StandardCharsets.ISO_8859_1));
        partialLength = 0;
      } else {
        line(new String(buffer, at, feed - at, StandardCharsets.ISO_8859_1));
      }
      at = feed + 1;
    }
    keep(at, to);
  }

  private void line(String line) {
    characters += line.length() + 1;
  }

  private void keep(int from, int to) {
    System.arraycopy(buffer, from, partial, partialLength, to - from);
    partialLength += to - from;
  }

  /** Looks at eight bytes at once; returns -1 if there is no line feed. */
  private int feed(int from, int to) {
    int at = from;
    for (; at + Long.BYTES <= to; at += Long.BYTES) {
      long differing = (long) LONGS.get(buffer, at) ^ FEEDS;
      long feeds = (differing - ONES) & ~differing & HIGH_BITS;
      if (feeds != 0) {
        return at + Long.numberOfTrailingZeros(feeds) / Byte.SIZE;
      }
    }
    while (at < to && buffer[at] != '\n') {
      at++;
    }
    return at < to ? at : -1;
  }
}
