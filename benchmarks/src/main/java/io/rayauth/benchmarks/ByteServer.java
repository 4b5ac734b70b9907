package io.rayauth.benchmarks;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Arrays;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Is an open dashboard that takes any body and forgets it, and gives as many bytes as its path
 * says: on plain sockets, so that whatever is in front of it is what limits.
 */
public final class ByteServer {
  /** Begins a path that ends with how many bytes are wanted. */
  static final String BYTES = "/bytes/";

  private static final byte[] PIECE = new byte[256 * 1024];
  private static final Pattern CONTENT_LENGTH =
      Pattern.compile("\r\nContent-Length: *(\\d+)", Pattern.CASE_INSENSITIVE);

  private ByteServer() {}

  /** Prints the port and serves until its input ends. */
  public static void main(String[] args) throws IOException {
    ServerSocket listener = new ServerSocket(0, 128, InetAddress.getLoopbackAddress());
    System.out.println(listener.getLocalPort());
    thread(() -> {
      while (true) {
        Socket client = listener.accept();
        thread(() -> serve(client));
      }
    });
    int end = System.in.read();
    System.exit(end < 0 ? 0 : 1);
  }

  private interface Work {
    void run() throws IOException;
  }

  private static void thread(Work work) {
    new Thread(
            () -> {
              try {
                work.run();
              } catch (IOException gone) {
                // the client's business
              }
            })
        .start();
  }

  private static void serve(Socket client) throws IOException {
    try (client) {
      client.setTcpNoDelay(true);
      InputStream in = new BufferedInputStream(client.getInputStream(), PIECE.length);
      OutputStream out = client.getOutputStream();
      for (String head = head(in); !head.isEmpty(); head = head(in)) {
        String path = head.split(" ", 3)[1];
        skip(in, contentLength(head));
        if (path.startsWith(BYTES)) {
          give(out, Long.parseLong(path.substring(BYTES.length())));
        } else {
          String mode = "{\"authentication_mode\": \"disabled\"}";
          out.write((answer(mode.length()) + mode).getBytes(US_ASCII));
        }
      }
    }
  }

  private static String answer(long length) {
    return "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: "
        + length
        + "\r\n\r\n";
  }

  private static void give(OutputStream out, long length) throws IOException {
    byte[] head = answer(length).getBytes(US_ASCII);
    byte[] first = Arrays.copyOf(head, head.length + (int) Math.min(length, PIECE.length));
    out.write(first); // in one packet, if it is small
    for (long left = length - PIECE.length; left > 0; left -= PIECE.length) {
      out.write(PIECE, 0, (int) Math.min(left, PIECE.length));
    }
  }

  private static void skip(InputStream in, long length) throws IOException {
    byte[] piece = new byte[PIECE.length];
    for (long left = length; left > 0; ) {
      int n = in.read(piece, 0, (int) Math.min(left, piece.length));
      if (n < 0) {
        throw new IOException("the body ended " + left + " bytes too early");
      }
      left -= n;
    }
  }

  /** Reads up to the empty line; the empty string at the end of the connection. */
  static String head(InputStream in) throws IOException {
    StringBuilder head = new StringBuilder();
    while (head.indexOf("\r\n\r\n", Math.max(0, head.length() - 4)) < 0) {
      int next = in.read();
      if (next < 0) {
        return "";
      }
      head.append((char) next);
    }
    return head.toString();
  }

  static long contentLength(String head) {
    Matcher length = CONTENT_LENGTH.matcher(head);
    return length.find() ? Long.parseLong(length.group(1)) : 0;
  }
}
