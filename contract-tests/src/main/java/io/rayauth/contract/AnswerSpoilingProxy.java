package io.rayauth.contract;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.net.URI;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/**
 * Stands between clients and a dashboard and spoils the answers to submissions; passes on
 * everything else, WebSockets included. Each exchange has a connection of its own.
 */
public final class AnswerSpoilingProxy implements AutoCloseable {
  /** What becomes of a submission. */
  public enum Fate {
    /** It and its answer arrive. */
    PASS_ON,
    /** It arrives, and the connection is closed in place of an answer. */
    CLOSE_AFTER,
    /** It arrives, and the connection is reset in place of an answer. */
    RESET_AFTER,
    /** It arrives, and the answer is cut off in the middle. */
    CUT_ANSWER,
    /** It arrives, and the answer is 503. */
    UNAVAILABLE_AFTER,
    /** It arrives, and its answer does not, for as long as the client waits. */
    HOLD_ANSWER,
    /** The connection is reset before it arrives. */
    RESET_BEFORE,
    /** It does not arrive, and the answer is 503. */
    UNAVAILABLE_BEFORE
  }

  private static final byte[] UNAVAILABLE =
      "HTTP/1.1 503 Service Unavailable\r\nConnection: close\r\nContent-Length: 0\r\n\r\n"
          .getBytes(ISO_8859_1);

  private final URI target;
  private final Supplier<Fate> fates;
  private final LoopbackServer server = LoopbackServer.serving(this::serve);
  private final Semaphore held = new Semaphore(0);

  private AnswerSpoilingProxy(URI target, Supplier<Fate> fates) {
    this.target = target;
    this.fates = fates;
    server.start();
  }

  /**
   * Starts a proxy on a free loopback port.
   *
   * @param target the dashboard, plain http without a path
   * @param fates is asked once for each submission that comes, on any thread
   * @return the running proxy; close it
   */
  public static AnswerSpoilingProxy before(URI target, Supplier<Fate> fates) {
    return new AnswerSpoilingProxy(target, fates);
  }

  /**
   * Returns where clients go.
   *
   * @return an http address
   */
  public URI url() {
    return server.url();
  }

  /**
   * Waits until the dashboard has answered one more submission whose answer is held.
   *
   * @throws InterruptedException if the thread is interrupted
   */
  public void awaitHeld() throws InterruptedException {
    if (!held.tryAcquire(60, TimeUnit.SECONDS)) {
      throw new AssertionError("no answer came that could be held");
    }
  }

  /** Drops all connections and ends all threads. */
  @Override
  public void close() {
    server.close();
  }

  private void serve(Socket client) throws IOException {
    InputStream in = new BufferedInputStream(client.getInputStream());
    RequestHead head = RequestHead.read(in);
    byte[] body = in.readNBytes(head.bodyLength());
    Fate fate = head.text().startsWith("POST /api/jobs/ ") ? fates.get() : Fate.PASS_ON;
    switch (fate) {
      case RESET_BEFORE -> reset(client);
      case UNAVAILABLE_BEFORE -> client.getOutputStream().write(UNAVAILABLE);
      default -> {
        if (!head.isEnd()) {
          exchange(client, in, head, body, fate);
        }
      }
    }
  }

  private void exchange(Socket client, InputStream in, RequestHead head, byte[] body, Fate fate)
      throws IOException {
    try (Socket ray = server.connect(target)) {
      ray.getOutputStream().write(forwarded(head).getBytes(ISO_8859_1));
      ray.getOutputStream().write(body);
      if (fate == Fate.PASS_ON) {
        server.beside(() -> pump(in, ray));
        pass(ray.getInputStream(), client.getOutputStream());
        return;
      }
      byte[] answer = ray.getInputStream().readAllBytes();
      switch (fate) {
        case RESET_AFTER -> reset(client);
        case CUT_ANSWER -> client.getOutputStream().write(answer, 0, answer.length / 2);
        case UNAVAILABLE_AFTER -> client.getOutputStream().write(UNAVAILABLE);
        case HOLD_ANSWER -> {
          held.release();
          in.transferTo(OutputStream.nullOutputStream()); // until the client leaves
        }
        default -> client.close();
      }
    }
  }

  /**
   * So that the end of the answer is the end of the connection; an upgrade needs its own header.
   */
  private static String forwarded(RequestHead head) {
    return head.text().contains("Upgrade: ")
        ? head.text()
        : head.text().replaceFirst("\r\n", "\r\nConnection: close\r\n");
  }

  private void pump(InputStream from, Socket to) {
    try (to) {
      pass(from, to.getOutputStream());
    } catch (IOException disconnected) {
      // which ends the other direction as well
    }
  }

  private static void pass(InputStream from, OutputStream to) throws IOException {
    byte[] piece = new byte[8192];
    for (int read = from.read(piece); read >= 0; read = from.read(piece)) {
      to.write(piece, 0, read);
      to.flush();
    }
  }

  private static void reset(Socket client) throws IOException {
    client.setSoLinger(true, 0);
    client.close();
  }
}
