package io.rayauth.kubernetes.internal.tunnel;

import io.rayauth.error.RayException;
import io.rayauth.time.TimeSource;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.lang.System.Logger.Level;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.ReentrantLock;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Carries one connection: what the program sends goes up into the pod, what the pod answers comes
 * down; one thread each way.
 *
 * <p>A failure before the first byte of an answer is told as HTTP, status 502 with the reason, if
 * that is what the program speaks, because a mute connection reset would tell it nothing. Otherwise
 * the connection is reset, and the {@link Dialer} remembers why.
 */
final class TunnelConnection {
  private static final System.Logger LOG = System.getLogger(TunnelConnection.class.getName());

  private static final int PIECE = 64 * 1024;

  /** How long the program may take to read an answer that is the last one. */
  private static final Duration LAST_READ = Duration.ofSeconds(2);

  /** How long the pod may be silent after the program has said all it has to say. */
  private static final Duration SILENCE = Duration.ofSeconds(1);

  /** What a kubelet says when nobody listens on the port, and nothing was delivered therefore. */
  private static final Pattern NOBODY_LISTENS =
      Pattern.compile("connection refused|failed to (dial|connect)", Pattern.CASE_INSENSITIVE);

  private final Socket local;
  private final Dialer dialer;
  private final TimeSource time;
  private final CountDownLatch spoken = new CountDownLatch(1);
  private final CountDownLatch opened = new CountDownLatch(1);
  private final CountDownLatch upEnded = new CountDownLatch(1);
  private final CountDownLatch downEnded = new CountDownLatch(1);
  private final AtomicBoolean closed = new AtomicBoolean();

  /** Guards what is below: a frame goes to the stream it is replayed on, or to the next. */
  private final ReentrantLock lock = new ReentrantLock();

  private byte[] first = {};
  private int framesSent;
  private boolean discarding;

  private volatile boolean speaksHttp;
  private volatile @Nullable PodStream stream;
  private volatile long bytesDown;

  TunnelConnection(Socket local, Dialer dialer, TimeSource time) {
    this.local = local;
    this.dialer = dialer;
    this.time = time;
  }

  /** Opens the stream and brings down what the pod answers; returns when all is closed. */
  void runDown() {
    try {
      local.setTcpNoDelay(true);
      long until = dialer.deadline();
      PodStream dialed = connect(dialer.dial(until));
      opened.countDown();
      String failure = bringDown(dialed, until);
      if (failure == null) {
        finish();
      } else {
        fail(failure);
      }
    } catch (RayException e) {
      fail(String.valueOf(e.getMessage()));
    } catch (IOException e) {
      LOG.log(Level.DEBUG, "the program left a tunnelled connection", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      downEnded.countDown();
      opened.countDown();
      close();
    }
  }

  /** Sends up what comes from the program, once there is a stream; returns at its end. */
  void runUp() {
    byte[] frame = new byte[PodStream.DATA_OFFSET + PIECE];
    try {
      InputStream in = local.getInputStream();
      int n = in.read(frame, PodStream.DATA_OFFSET, PIECE);
      speaksHttp = n > 0 && Character.isUpperCase(frame[PodStream.DATA_OFFSET]);
      spoken.countDown();
      opened.await();
      while (n >= 0) {
        sendUp(frame, n);
        n = in.read(frame, PodStream.DATA_OFFSET, PIECE);
      }
      upEnded.countDown();
      awaitSilence();
    } catch (IOException e) {
      LOG.log(Level.DEBUG, "a tunnelled connection ended", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      spoken.countDown();
      upEnded.countDown();
      close();
    }
  }

  /** Returns where this connection ends, null before it is open. */
  @Nullable HeadPod pod() {
    PodStream used = stream;
    return used == null ? null : used.pod();
  }

  /** Cuts the connection, so that the program notices. */
  void reset() {
    try {
      local.setSoLinger(true, 0);
    } catch (IOException e) {
      LOG.log(Level.DEBUG, "already closed", e);
    }
    close();
  }

  /** Closes both sides; does nothing the second time. */
  void close() {
    if (!closed.compareAndSet(false, true)) {
      return;
    }
    try {
      local.close();
    } catch (IOException e) {
      LOG.log(Level.DEBUG, "already closed", e);
    }
    PodStream used = stream; // without the lock, which a sender may hold that waits for the pod
    if (used != null) {
      used.close();
    }
  }

  /** Takes a stream into use and sends on it what the one before did not deliver. */
  private PodStream connect(PodStream dialed) throws IOException {
    lock.lock();
    try {
      stream = dialed;
      if (closed.get()) {
        dialed.close();
        throw new IOException("closed while the port-forward was opened");
      }
      if (framesSent > 0) {
        dialed.send(first.clone(), first.length - PodStream.DATA_OFFSET);
      }
      return dialed;
    } finally {
      lock.unlock();
    }
  }

  private void sendUp(byte[] frame, int length) throws IOException {
    lock.lock();
    try {
      PodStream used = stream;
      if (discarding || used == null) {
        return;
      }
      framesSent++;
      if (framesSent == 1) {
        first = Arrays.copyOf(frame, PodStream.DATA_OFFSET + length);
      }
      used.send(frame, length);
    } catch (IOException e) {
      if (framesSent > 1) {
        discarding = true; // the thread that brings down answers will say what has happened
      }
      LOG.log(Level.DEBUG, "not sent", e);
    } finally {
      lock.unlock();
    }
  }

  /** Returns what broke the stream, null if the pod was done. */
  private @Nullable String bringDown(PodStream dialed, long until) throws IOException {
    OutputStream out = local.getOutputStream();
    PodStream from = dialed;
    byte[] piece = new byte[PIECE];
    long total = 0;
    while (true) {
      int length = from.receive(piece);
      if (length >= 0) {
        if (total == 0) {
          dialer.answered();
        }
        out.write(piece, 0, length);
        total += length;
        bytesDown = total;
        continue;
      }
      String failure = from.failure();
      from.close(); // or a sender might wait for a kubelet that takes nothing more, with the lock
      if (failure == null) {
        return null;
      }
      dialer.lost(from.pod());
      String told = "port-forward to head pod " + from.pod() + ": " + failure;
      if (!mayReplay(failure, until)) {
        return told;
      }
      dialer.failed(told);
      dialer.pause();
      from = connect(dialer.dial(until));
    }
  }

  private boolean mayReplay(String failure, long until) {
    lock.lock();
    try {
      return !closed.get()
          && bytesDown == 0
          && framesSent <= 1
          && NOBODY_LISTENS.matcher(failure).find()
          && time.nanoTime() < until;
    } finally {
      lock.unlock();
    }
  }

  private void fail(String failure) {
    LOG.log(Level.DEBUG, () -> "a tunnelled connection failed: " + failure);
    dialer.failed(failure);
    try {
      boolean hasSpoken = spoken.await(LAST_READ.toNanos(), TimeUnit.NANOSECONDS);
      if (bytesDown == 0 && hasSpoken && speaksHttp) {
        tell(failure);
      } else {
        reset();
      }
    } catch (IOException e) {
      LOG.log(Level.DEBUG, "nobody is there to be told", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void tell(String failure) throws IOException, InterruptedException {
    byte[] text = (failure + "\n").getBytes(StandardCharsets.UTF_8);
    String head =
        "HTTP/1.1 502 Bad Gateway\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Length: "
            + text.length
            + "\r\nConnection: close\r\n\r\n";
    OutputStream out = local.getOutputStream();
    out.write(head.getBytes(StandardCharsets.US_ASCII));
    out.write(text);
    finish();
  }

  /** Says that nothing more comes, and reads on for a while: else the last answer may get lost. */
  private void finish() throws IOException, InterruptedException {
    lock.lock();
    try {
      discarding = true;
    } finally {
      lock.unlock();
    }
    opened.countDown();
    local.shutdownOutput();
    boolean unused = upEnded.await(LAST_READ.toNanos(), TimeUnit.NANOSECONDS);
  }

  /** The protocol has no half-close, so the stream stays open as long as the pod talks. */
  private void awaitSilence() throws InterruptedException {
    long before;
    do {
      before = bytesDown;
    } while (!downEnded.await(SILENCE.toNanos(), TimeUnit.NANOSECONDS) && bytesDown != before);
  }
}
