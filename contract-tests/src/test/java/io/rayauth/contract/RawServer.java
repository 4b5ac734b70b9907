package io.rayauth.contract;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
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

  private final LoopbackServer server = LoopbackServer.serving(this::serve);
  private final Function<String, String> answers;
  private final List<String> heads = new CopyOnWriteArrayList<>();
  private final AtomicInteger connections = new AtomicInteger();
  private final Semaphore requests = new Semaphore(0);
  private final CountDownLatch firstDisconnect = new CountDownLatch(1);

  private RawServer(Function<String, String> answers) {
    this.answers = answers;
    server.start();
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
    return server.url();
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
    server.close();
  }

  private void serve(Socket socket) throws IOException {
    connections.incrementAndGet();
    try {
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
    } finally {
      firstDisconnect.countDown();
    }
  }
}
