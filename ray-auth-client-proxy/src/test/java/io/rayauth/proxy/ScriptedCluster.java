package io.rayauth.proxy;

import static org.awaitility.Awaitility.await;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;

/** Is a cluster that answers byte for byte what a test wants. */
final class ScriptedCluster implements AutoCloseable {
  private final ServerSocket server;
  private final Script script;
  private final List<Call> calls = new CopyOnWriteArrayList<>();
  private final Set<Thread> threads = ConcurrentHashMap.newKeySet();
  private final Set<Socket> sockets = ConcurrentHashMap.newKeySet();

  private ScriptedCluster(ServerSocket server, Script script) {
    this.server = server;
    this.script = script;
    start(this::accept);
  }

  /** Answers one request. A connection goes on with the next one until the script closes it. */
  interface Script {
    void answer(Call call) throws Exception;
  }

  /** Is one request: its head is read, its body is not. */
  record Call(String head, Socket socket, int onConnection) {
    String target() {
      return head.split(" ", 3)[1];
    }

    String method() {
      return head.split(" ", 2)[0];
    }

    /** Returns the values of a header, joined. */
    String header(String name) {
      String start = name.toLowerCase(Locale.ROOT) + ":";
      return String.join(
          ", ",
          head.lines()
              .filter(line -> line.toLowerCase(Locale.ROOT).startsWith(start))
              .map(line -> line.substring(start.length()).strip())
              .toList());
    }

    boolean has(String name) {
      return head.toLowerCase(Locale.ROOT).contains("\r\n" + name.toLowerCase(Locale.ROOT) + ":");
    }

    InputStream in() throws IOException {
      return socket.getInputStream();
    }

    /** Reads the body, by its length or its chunks. */
    byte[] body() throws IOException {
      String length = header("Content-Length");
      if (!length.isEmpty()) {
        return in().readNBytes(Integer.parseInt(length));
      }
      ByteArrayOutputStream body = new ByteArrayOutputStream();
      if (header("Transfer-Encoding").equals("chunked")) {
        for (int size = chunk(); size > 0; size = chunk()) {
          body.write(in().readNBytes(size));
          line(in());
        }
        line(in());
      }
      return body.toByteArray();
    }

    private int chunk() throws IOException {
      return Integer.parseInt(line(in()), 16);
    }

    void say(String bytes) throws IOException {
      OutputStream out = socket.getOutputStream();
      out.write(bytes.getBytes(StandardCharsets.ISO_8859_1));
      out.flush();
    }

    /** Answers with a text and its length. */
    void answer(String status, String text, String... headers) throws IOException {
      StringBuilder head = new StringBuilder("HTTP/1.1 " + status + "\r\n");
      for (String header : headers) {
        head.append(header).append("\r\n");
      }
      say(head + "Content-Length: " + text.length() + "\r\n\r\n" + text);
    }
  }

  static ScriptedCluster of(Script script) throws IOException {
    return new ScriptedCluster(new ServerSocket(0, 50, InetAddress.getLoopbackAddress()), script);
  }

  URI url() {
    return URI.create("http://127.0.0.1:" + server.getLocalPort());
  }

  /** Returns the requests so far. */
  List<Call> calls() {
    return calls;
  }

  /** Returns how many connections the other side has not closed yet. */
  int openSockets() {
    return sockets.size();
  }

  private void accept() throws IOException {
    while (true) {
      Socket socket = server.accept();
      sockets.add(socket);
      start(() -> serve(socket));
    }
  }

  private void serve(Socket socket) throws Exception {
    try (socket) {
      for (int onConnection = 1; !socket.isClosed(); onConnection++) {
        String head = head(socket.getInputStream());
        if (head.isEmpty()) {
          return;
        }
        Call call = new Call(head, socket, onConnection);
        calls.add(call);
        script.answer(call);
      }
    } finally {
      sockets.remove(socket);
    }
  }

  private static String head(InputStream in) throws IOException {
    StringBuilder head = new StringBuilder();
    for (String line = line(in); !line.isEmpty(); line = line(in)) {
      head.append(line).append("\r\n");
    }
    return head.toString();
  }

  private static String line(InputStream in) throws IOException {
    ByteArrayOutputStream line = new ByteArrayOutputStream();
    for (int b = in.read(); b >= 0 && b != '\n'; b = in.read()) {
      if (b != '\r') {
        line.write(b);
      }
    }
    return line.toString(StandardCharsets.ISO_8859_1);
  }

  private interface Work {
    void run() throws Exception;
  }

  private void start(Work work) {
    Thread thread =
        new Thread(
            () -> {
              try {
                work.run();
              } catch (Exception gone) {
                // the other side is gone, or the test is over
              } finally {
                threads.remove(Thread.currentThread());
              }
            },
            "scripted-cluster");
    threads.add(thread);
    thread.start();
  }

  @Override
  public void close() throws IOException {
    server.close();
    for (Socket socket : sockets) {
      socket.close();
    }
    threads.forEach(Thread::interrupt);
    await().atMost(Duration.ofSeconds(20)).until(() -> threads.stream().noneMatch(Thread::isAlive));
  }
}
