package io.rayauth.contract;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;

/**
 * Answers with the very bytes a test gives it and keeps the very bytes it was sent, which no server
 * that understands HTTP would do.
 */
final class RawServer implements AutoCloseable {
  /** Stands for an answer that never comes. */
  static final String SILENCE = "";

  /** At the end of an answer: closes the connection after what is in front of it. */
  static final String CLOSE = "\u0004";

  private final ServerSocket listener;
  private final Function<String, String> answers;
  private final ExecutorService threads = Executors.newCachedThreadPool();
  private final Set<Socket> open = ConcurrentHashMap.newKeySet();
  private final List<String> heads = new CopyOnWriteArrayList<>();
  private final AtomicInteger connections = new AtomicInteger();
  private final Semaphore requests = new Semaphore(0);
  private final CountDownLatch firstDisconnect = new CountDownLatch(1);

  private RawServer(Function<String, String> answers) {
    this.answers = answers;
    try {
      this.listener = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    threads.execute(this::accept);
  }

  /** Starts a server that gives these answers in turn, and the last one from then on. */
  static RawServer answering(String... answers) {
    AtomicInteger asked = new AtomicInteger();
    return new RawServer(head -> answers[Math.min(asked.getAndIncrement(), answers.length - 1)]);
  }

  /** Starts a server whose answer depends on request line and headers. */
  static RawServer deciding(Function<String, String> answers) {
    return new RawServer(answers);
  }

  /** Makes an answer of the Jobs API. */
  static String json(String body) {
    return answer("200 OK", "Content-Type: application/json; charset=utf-8\r\n", body);
  }

  /** Makes an answer; each header ends with CR and LF. */
  static String answer(String status, String headers, String body) {
    return "HTTP/1.1 %s\r\n%sContent-Length: %d\r\n\r\n%s"
        .formatted(status, headers, body.getBytes(StandardCharsets.UTF_8).length, body);
  }

  URI url() {
    return URI.create("http://127.0.0.1:" + listener.getLocalPort());
  }

  /** Returns the request lines and headers so far, with the line breaks they came with. */
  List<String> heads() {
    return List.copyOf(heads);
  }

  /** Returns how many connections there were so far. */
  int connections() {
    return connections.get();
  }

  /** Waits until so many more requests have come. */
  void awaitRequests(int count) throws InterruptedException {
    if (!requests.tryAcquire(count, 20, TimeUnit.SECONDS)) {
      throw new AssertionError("only these requests came: " + heads.size());
    }
  }

  void awaitDisconnect() throws InterruptedException {
    if (!firstDisconnect.await(20, TimeUnit.SECONDS)) {
      throw new AssertionError("the client kept its connection");
    }
  }

  @Override
  public void close() {
    try {
      listener.close();
      for (Socket socket : open) {
        socket.close();
      }
      threads.shutdown();
      if (!threads.awaitTermination(20, TimeUnit.SECONDS)) {
        throw new AssertionError("a thread of the server is left");
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void accept() {
    while (!listener.isClosed()) {
      try {
        Socket socket = listener.accept();
        open.add(socket);
        connections.incrementAndGet();
        threads.execute(() -> serve(socket));
      } catch (IOException closed) {
        return;
      }
    }
  }

  private void serve(Socket socket) {
    try (socket) {
      InputStream in = new BufferedInputStream(socket.getInputStream());
      for (RequestHead head = RequestHead.read(in); !head.isEnd(); head = RequestHead.read(in)) {
        heads.add(head.text());
        in.skipNBytes(head.bodyLength());
        requests.release();
        String answer = answers.apply(head.text());
        boolean last = answer.endsWith(CLOSE);
        socket.getOutputStream().write(answer.replace(CLOSE, "").getBytes(StandardCharsets.UTF_8));
        if (last) {
          return;
        }
      }
    } catch (IOException disconnected) {
      // Which is what some tests wait for.
    } finally {
      firstDisconnect.countDown();
      open.remove(socket);
    }
  }
}
