package io.rayauth.proxy;

import java.io.ByteArrayOutputStream;
import java.io.Closeable;
import java.io.IOException;
import java.io.PushbackInputStream;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Is a connection on which an attacker writes whatever bytes it likes. */
final class Wire implements Closeable {
  /** One answer as it came. */
  record Answer(int status, List<String> headers, String body) {
    List<String> all(String name) {
      String start = name.toLowerCase(Locale.ROOT) + ": ";
      return headers.stream()
          .filter(header -> header.toLowerCase(Locale.ROOT).startsWith(start))
          .map(header -> header.substring(start.length()))
          .toList();
    }

    String header(String name) {
      return String.join(", ", all(name));
    }

    /** Shows everything, to look for what must not be there. */
    String text() {
      return status + "\n" + String.join("\n", headers) + "\n\n" + body;
    }
  }

  private final Socket socket;
  private final PushbackInputStream in;

  Wire(Socket socket) throws IOException {
    this.socket = socket;
    socket.setSoTimeout(20_000);
    this.in = new PushbackInputStream(socket.getInputStream());
  }

  Wire send(String bytes) throws IOException {
    socket.getOutputStream().write(bytes.getBytes(StandardCharsets.ISO_8859_1));
    socket.getOutputStream().flush();
    return this;
  }

  Answer answer() throws IOException {
    int status = Integer.parseInt(line().split(" ", 3)[1]);
    List<String> headers = new ArrayList<>();
    for (String header = line(); !header.isEmpty(); header = line()) {
      headers.add(header);
    }
    Answer head = new Answer(status, headers, "");
    return status == 101 ? head : new Answer(status, headers, body(head));
  }

  private String body(Answer head) throws IOException {
    if (head.header("Transfer-Encoding").equals("chunked")) {
      ByteArrayOutputStream body = new ByteArrayOutputStream();
      for (int size = hex(line()); size > 0; size = hex(line())) {
        body.write(in.readNBytes(size));
        line();
      }
      line();
      return body.toString(StandardCharsets.UTF_8);
    }
    String length = head.header("Content-Length");
    byte[] body = length.isEmpty() ? in.readAllBytes() : in.readNBytes(Integer.parseInt(length));
    return new String(body, StandardCharsets.UTF_8);
  }

  /** Tells whether the other side says something in time. */
  boolean hasSomethingWithin(Duration time) throws IOException {
    int patience = socket.getSoTimeout();
    socket.setSoTimeout((int) time.toMillis());
    try {
      in.unread(in.read());
      return true;
    } catch (SocketTimeoutException silent) {
      return false;
    } finally {
      socket.setSoTimeout(patience);
    }
  }

  /** Reads no further than the status, as of an answer to HEAD. */
  String firstLine() throws IOException {
    return line();
  }

  /** Reads all there is until the other side closes. */
  String rest() throws IOException {
    return new String(in.readAllBytes(), StandardCharsets.UTF_8);
  }

  /** Waits until the other side closes; tells whether it sent nothing more before. */
  boolean isClosed() throws IOException {
    try {
      return in.read() < 0;
    } catch (SocketException reset) {
      return true;
    }
  }

  private String line() throws IOException {
    ByteArrayOutputStream line = new ByteArrayOutputStream();
    for (int b = in.read(); b != '\n'; b = in.read()) {
      if (b < 0) {
        throw new IOException("closed after \"" + line.toString(StandardCharsets.UTF_8) + "\"");
      }
      if (b != '\r') {
        line.write(b);
      }
    }
    return line.toString(StandardCharsets.UTF_8);
  }

  private static int hex(String size) {
    return Integer.parseInt(size, 16);
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }
}
