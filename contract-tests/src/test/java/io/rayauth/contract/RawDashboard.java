package io.rayauth.contract;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLSocket;
import org.jspecify.annotations.Nullable;

/**
 * Has one job and answers a tail of its log with the very bytes a test gives it; then the job has
 * ended, and its log is {@link #LOG}. Is its own proxy too: what it is told to connect to is
 * itself.
 */
final class RawDashboard implements AutoCloseable {
  /** Has a character of two bytes, and one that usually stands for what is none. */
  static final String LOG = "one\ntw\u00f6\ufffd\n";

  private final LoopbackServer server = LoopbackServer.serving(this::serve);
  private final Tail tail;
  private final @Nullable List<SSLContext> certificates;
  private final String answerToConnect;
  private final AtomicInteger connections = new AtomicInteger();
  private final List<String> heads = new CopyOnWriteArrayList<>();
  private final CountDownLatch tailEnded = new CountDownLatch(1);

  private RawDashboard(Tail tail, @Nullable List<SSLContext> certificates, String answerToConnect) {
    this.tail = tail;
    this.certificates = certificates;
    this.answerToConnect = answerToConnect;
    server.start();
  }

  /** Serves a tail. */
  interface Tail {
    /**
     * Is called when the request has been read.
     *
     * @param accept what {@code Sec-WebSocket-Accept} has to be
     */
    void serve(String accept, InputStream in, OutputStream out) throws IOException;
  }

  static RawDashboard tailing(Tail tail) {
    return new RawDashboard(tail, null, "200 Connection established");
  }

  /** Shows these certificates on its first connections in turn, and the last from then on. */
  static RawDashboard overTls(List<SSLContext> certificates, Tail tail) {
    return new RawDashboard(tail, certificates, "");
  }

  /** Connects to nothing, if it is taken for a proxy. */
  static RawDashboard refusingToConnect(String status, Tail tail) {
    return new RawDashboard(tail, null, status);
  }

  /** Accepts the WebSocket and sends these frames, without their being read at once. */
  static Tail frames(String hex) {
    return (accept, in, out) -> {
      out.write(switching(accept, ""));
      out.write(bytes(hex));
    };
  }

  /** Makes the answer that opens a WebSocket; each further header ends with CR and LF. */
  static byte[] switching(String accept, String headers) {
    return "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: %s\r\n%s\r\n"
        .formatted(accept, headers)
        .getBytes(StandardCharsets.US_ASCII);
  }

  /** Reads bytes from two digits each; what is in quotes stands for itself. */
  static byte[] bytes(String hex) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    for (String word : hex.isEmpty() ? new String[0] : hex.split(" ")) {
      if (word.startsWith("'")) {
        bytes.writeBytes(
            word.replace("'", "").replace('/', '\n').getBytes(StandardCharsets.US_ASCII));
      } else {
        bytes.write(Integer.parseInt(word, 16));
      }
    }
    return bytes.toByteArray();
  }

  URI url() {
    return server.url();
  }

  List<String> heads() {
    return List.copyOf(heads);
  }

  /** Waits until the tail was served and its connection is closed. */
  void awaitEndOfTail() throws InterruptedException {
    if (!tailEnded.await(20, TimeUnit.SECONDS)) {
      throw new AssertionError("the tail goes on");
    }
  }

  @Override
  public void close() {
    server.close();
  }

  private void serve(Socket plain) throws IOException {
    try {
      Socket socket = certificates == null ? plain : overTls(plain, certificates);
      InputStream in = new BufferedInputStream(socket.getInputStream());
      OutputStream out = socket.getOutputStream();
      for (RequestHead head = RequestHead.read(in); !head.isEnd(); head = RequestHead.read(in)) {
        heads.add(head.text());
        String request = head.text().lines().findFirst().orElse("");
        if (request.startsWith("CONNECT")) {
          out.write(
              "HTTP/1.1 %s\r\n\r\n".formatted(answerToConnect).getBytes(StandardCharsets.US_ASCII));
          if (!answerToConnect.startsWith("200")) {
            tailEnded.countDown();
            return;
          }
        } else if (request.contains("/logs/tail")) {
          serveTail(head.text(), in, out);
          return;
        } else {
          String body = request.contains("/logs") ? log() : job();
          out.write(RawServer.json(body).getBytes(StandardCharsets.UTF_8));
        }
      }
    } catch (SSLException refused) {
      tailEnded.countDown();
    }
  }

  private void serveTail(String head, InputStream in, OutputStream out) throws IOException {
    try {
      tail.serve(accept(head), in, out);
      out.flush();
      in.transferTo(OutputStream.nullOutputStream()); // until the client leaves
    } finally {
      tailEnded.countDown();
    }
  }

  private Socket overTls(Socket plain, List<SSLContext> certificates) throws IOException {
    int connection = Math.min(connections.getAndIncrement(), certificates.size() - 1);
    SSLSocket socket =
        (SSLSocket)
            certificates
                .get(connection)
                .getSocketFactory()
                .createSocket(plain, null, plain.getPort(), true);
    socket.setUseClientMode(false);
    socket.startHandshake();
    return socket;
  }

  private String job() {
    return "{\"type\":\"SUBMISSION\",\"submission_id\":\"job-1\",\"status\":\"%s\"}"
        .formatted(tailEnded.getCount() == 0 ? "SUCCEEDED" : "RUNNING");
  }

  private static String log() {
    return "{\"logs\":\"%s\"}".formatted(LOG.replace("\n", "\\n"));
  }

  private static String accept(String head) {
    String key =
        head.lines()
            .filter(line -> line.startsWith("Sec-WebSocket-Key: "))
            .map(line -> line.substring(line.indexOf(' ') + 1))
            .findFirst()
            .orElse("");
    try {
      return Base64.getEncoder()
          .encodeToString(
              MessageDigest.getInstance("SHA-1")
                  .digest(
                      (key + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11")
                          .getBytes(StandardCharsets.US_ASCII)));
    } catch (GeneralSecurityException impossible) {
      throw new IllegalStateException("every JDK has SHA-1", impossible);
    }
  }
}
