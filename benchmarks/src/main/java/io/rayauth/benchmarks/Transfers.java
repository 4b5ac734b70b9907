package io.rayauth.benchmarks;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.Socket;

/**
 * Sends bytes to a {@link ByteServer} and fetches them, on plain sockets.
 *
 * @param port on loopback that leads there
 * @param headers of each request, {@code Host} included, each with its line end
 */
record Transfers(int port, String headers) {
  static final int BYTES = 100_000_000;

  private static final int PIECE = 256 * 1024;
  private static final int PATIENCE_MILLIS = 60_000;

  Transfers(int port) {
    this(port, "Host: ray\r\n");
  }

  /** Returns the nanoseconds from the connection to the answer that all has arrived. */
  long up() {
    return timed("PUT /taken", BYTES, PATIENCE_MILLIS);
  }

  /** Returns the nanoseconds from the connection to the last byte. */
  long down() {
    return timed("GET " + ByteServer.BYTES + BYTES, 0, PATIENCE_MILLIS);
  }

  /** Tells whether there is an answer within some time. */
  boolean answers(int millis) {
    try {
      exchange("GET /api/authentication_mode", 0, millis);
      return true;
    } catch (IOException e) {
      return false;
    }
  }

  private long timed(String line, int body, int millis) {
    long start = System.nanoTime();
    try {
      exchange(line, body, millis);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return System.nanoTime() - start;
  }

  /** A browser says nothing of a body that there is not. */
  private static String length(int body) {
    return body == 0 ? "" : "Content-Length: " + body + "\r\n";
  }

  private void exchange(String line, int body, int millis) throws IOException {
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
      socket.setTcpNoDelay(true);
      socket.setSoTimeout(millis);
      OutputStream out = socket.getOutputStream();
      out.write((line + " HTTP/1.1\r\n" + headers + length(body) + "\r\n").getBytes(US_ASCII));
      byte[] piece = new byte[PIECE];
      for (int left = body; left > 0; left -= PIECE) {
        out.write(piece, 0, Math.min(left, PIECE));
      }
      InputStream in = new BufferedInputStream(socket.getInputStream(), PIECE);
      String head = ByteServer.head(in);
      if (!head.startsWith("HTTP/1.1 200")) {
        throw new IOException("no answer but: " + head.lines().findFirst().orElse("the end"));
      }
      long left = ByteServer.contentLength(head);
      while (left > 0) {
        int n = in.read(piece, 0, (int) Math.min(left, PIECE));
        if (n < 0) {
          throw new IOException("the answer ended " + left + " bytes too early");
        }
        left -= n;
      }
    }
  }
}
