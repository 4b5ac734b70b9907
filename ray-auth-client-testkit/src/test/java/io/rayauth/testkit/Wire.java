package io.rayauth.testkit;

import java.io.ByteArrayOutputStream;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Speaks to a fake over a bare socket, so that tests see every byte. */
final class Wire implements Closeable {
  /** One answer as it came. */
  record Answer(String statusLine, List<String> headers, String body) {
    int status() {
      return Integer.parseInt(statusLine.split(" ", 3)[1]);
    }

    String header(String name) {
      for (String header : headers) {
        if (header.toLowerCase(Locale.ROOT).startsWith(name.toLowerCase(Locale.ROOT) + ": ")) {
          return header.substring(name.length() + 2);
        }
      }
      return "";
    }
  }

  private final Socket socket;
  private final InputStream in;

  Wire(FakeRay ray) throws IOException {
    URI url = ray.url();
    socket = new Socket(url.getHost(), url.getPort());
    socket.setSoTimeout(20_000);
    in = socket.getInputStream();
  }

  static Answer exchange(FakeRay ray, String request) throws IOException {
    try (Wire wire = new Wire(ray)) {
      wire.send(request);
      return wire.answer();
    }
  }

  static Answer get(FakeRay ray, String path, String... headers) throws IOException {
    return exchange(ray, head("GET", path, headers) + "\r\n");
  }

  static Answer post(FakeRay ray, String path, String body, String... headers) throws IOException {
    return exchange(ray, withBody("POST", path, body, headers));
  }

  static String withBody(String method, String path, String body, String... headers) {
    return head(method, path, headers)
        + "Content-Length: "
        + body.getBytes(StandardCharsets.UTF_8).length
        + "\r\n\r\n"
        + body;
  }

  static String head(String method, String path, String... headers) {
    StringBuilder head = new StringBuilder(method + " " + path + " HTTP/1.1\r\nHost: ray\r\n");
    for (String header : headers) {
      head.append(header).append("\r\n");
    }
    return head.toString();
  }

  void send(String text) throws IOException {
    send(text.getBytes(StandardCharsets.UTF_8));
  }

  void send(byte[] bytes) throws IOException {
    socket.getOutputStream().write(bytes);
    socket.getOutputStream().flush();
  }

  /** Reads one answer, for a HEAD request without a body. */
  Answer answer() throws IOException {
    String status = line();
    List<String> headers = new ArrayList<>();
    for (String header = line(); !header.isEmpty(); header = line()) {
      headers.add(header);
    }
    Answer head = new Answer(status, headers, "");
    if (head.header("Transfer-Encoding").equals("chunked")) {
      return new Answer(status, headers, chunks());
    }
    String length = head.header("Content-Length");
    byte[] body = in.readNBytes(length.isEmpty() ? 0 : Integer.parseInt(length));
    return new Answer(status, headers, new String(body, StandardCharsets.UTF_8));
  }

  private String chunks() throws IOException {
    ByteArrayOutputStream body = new ByteArrayOutputStream();
    while (true) {
      int size = Integer.parseInt(line(), 16);
      body.write(in.readNBytes(size));
      line();
      if (size == 0) {
        return body.toString(StandardCharsets.ISO_8859_1);
      }
    }
  }

  String line() throws IOException {
    ByteArrayOutputStream line = new ByteArrayOutputStream();
    for (int b = in.read(); b != '\n'; b = in.read()) {
      if (b < 0) {
        return line.toString(StandardCharsets.UTF_8);
      }
      if (b != '\r') {
        line.write(b);
      }
    }
    return line.toString(StandardCharsets.UTF_8);
  }

  InputStream in() {
    return in;
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }
}
