package io.rayauth.benchmarks;

import java.io.BufferedReader;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/**
 * Tails a log of a gigabyte as fast as it is taken, in frames of ten lines as Ray does; each job
 * ends when its log was sent. Made beforehand: a megabyte of frames, sent over and over.
 */
final class TailServer implements AutoCloseable {
  static final long CHARACTERS = 1_000_000_000L;

  private static final int LINE = 100;
  private static final int LINES_IN_FRAME = 10;
  private static final int LINES = 10_000;
  private static final int ROUNDS = (int) (CHARACTERS / (LINE * LINES));

  private final ServerSocket listener;
  private final ExecutorService threads = Executors.newCachedThreadPool();
  private final Set<String> ended = ConcurrentHashMap.newKeySet();
  private final byte[] frames;
  private final byte[] lastLines;

  private TailServer(ServerSocket listener) {
    this.listener = listener;
    ByteArrayOutputStream framed = new ByteArrayOutputStream();
    StringBuilder all = new StringBuilder();
    for (int i = 0; i < LINES; i += LINES_IN_FRAME) {
      StringBuilder frame = new StringBuilder();
      for (int line = i; line < i + LINES_IN_FRAME; line++) {
        String text =
            "2026-11-25 12:00:00,%03d\tINFO train.py:88 -- step %d, loss %.6f"
                .formatted(line % 1000, line, 1.0 / (line + 1));
        frame.append(text).append(".".repeat(LINE - 1 - text.length())).append('\n');
      }
      byte[] payload = frame.toString().getBytes(StandardCharsets.US_ASCII);
      framed.write(0x81);
      framed.write(126);
      framed.writeBytes(ByteBuffer.allocate(2).putShort((short) payload.length).array());
      framed.writeBytes(payload);
      all.append(frame);
    }
    this.frames = framed.toByteArray();
    this.lastLines = all.substring(all.length() - 1000 * LINE).getBytes(StandardCharsets.US_ASCII);
  }

  static TailServer start() throws IOException {
    TailServer started = new TailServer(new ServerSocket(0, 50, InetAddress.getLoopbackAddress()));
    started.threads.execute(started::accept);
    return started;
  }

  URI url() {
    return URI.create("http://localhost:" + listener.getLocalPort());
  }

  @Override
  public void close() throws IOException {
    listener.close();
    threads.shutdownNow();
  }

  private void accept() {
    while (true) {
      try {
        Socket client = listener.accept();
        threads.execute(() -> serve(client));
      } catch (IOException closed) {
        return;
      }
    }
  }

  private void serve(Socket client) {
    try (client) {
      BufferedReader in =
          new BufferedReader(
              new InputStreamReader(client.getInputStream(), StandardCharsets.US_ASCII));
      String[] path = in.readLine().split(" ", -1)[1].split("[/?]", -1);
      String key = "";
      for (String line = in.readLine(); !line.isEmpty(); line = in.readLine()) {
        if (line.startsWith("Sec-WebSocket-Key: ")) {
          key = line.substring("Sec-WebSocket-Key: ".length());
        }
      }
      OutputStream out = client.getOutputStream();
      if (path[path.length - 1].equals("tail")) {
        tail(path[3], key, out);
      } else if (path[2].equals("v0")) {
        send(out, "text/plain", lastLines);
      } else {
        send(out, "application/json; charset=utf-8", json(path));
      }
      client.shutdownOutput();
      client.getInputStream().transferTo(OutputStream.nullOutputStream());
    } catch (IOException left) {
      // The client has what it wants.
    }
  }

  private byte[] json(String[] path) {
    String text =
        path[2].equals("version")
            ? """
            {"version": "4", "ray_version": "2.60.0", "ray_commit": "", "session_name": "benchmark"}\
            """
            : """
            {"type": "SUBMISSION", "submission_id": "%s", "status": "%s", "entrypoint": "train", "driver_node_id": "00"}\
            """
                .formatted(path[3], ended.contains(path[3]) ? "SUCCEEDED" : "RUNNING");
    return text.getBytes(StandardCharsets.US_ASCII);
  }

  private static void send(OutputStream out, String type, byte[] body) throws IOException {
    String head =
        "HTTP/1.1 200 OK\r\nContent-Type: %s\r\nContent-Length: %d\r\nConnection: close\r\n\r\n"
            .formatted(type, body.length);
    out.write(head.getBytes(StandardCharsets.US_ASCII));
    out.write(body);
  }

  private void tail(String id, String key, OutputStream out) throws IOException {
    String head =
        "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: upgrade\r\nSec-WebSocket-Accept: %s\r\n\r\n"
            .formatted(accept(key));
    out.write(head.getBytes(StandardCharsets.US_ASCII));
    for (int round = 0; round < ROUNDS; round++) {
      out.write(frames);
    }
    ended.add(id);
    out.write(new byte[] {(byte) 0x88, 2, 3, (byte) 0xe8});
  }

  /** The answer to a handshake (RFC 6455 section 4.2.2). */
  private static String accept(String key) {
    try {
      byte[] hash =
          MessageDigest.getInstance("SHA-1")
              .digest(
                  (key + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11")
                      .getBytes(StandardCharsets.US_ASCII));
      return Base64.getEncoder().encodeToString(hash);
    } catch (NoSuchAlgorithmException impossible) {
      throw new IllegalStateException("every JDK has SHA-1", impossible);
    }
  }
}
