package io.rayauth.internal.logs;

import io.rayauth.internal.http.JdkTransport;
import java.io.IOException;
import java.net.http.WebSocket;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Receives one WebSocket's text and hands it to the thread that follows.
 *
 * <p>Asks for more only while little is waiting to be taken, so that a slow reader slows the server
 * down instead of filling the memory. The JDK hands on frames in pieces of up to 16 KiB, whatever
 * their size.
 */
final class TailConnection implements LogReading, WebSocket.Listener {
  /** How many characters may wait to be taken. */
  private static final int AHEAD = 1 << 18;

  /**
   * The reader waits this long for more than one frame, which Ray fills with ten lines only: to
   * wake it for each costs more than to read them.
   */
  private static final long BATCH_NANOS = TimeUnit.MILLISECONDS.toNanos(1);

  /** How many characters are worth to be taken at once. */
  private static final int BATCH = 1 << 16;

  /** For how many pieces the server is asked at once; JDK 17 misses some cuts while it is none. */
  private static final int PIECES_AHEAD = 8;

  /**
   * The longest pause within one frame, which Ray writes in one go. JDK 17 does not always tell
   * when a connection is cut there.
   */
  private static final long STALLED_FRAME_NANOS = TimeUnit.SECONDS.toNanos(5);

  private final JdkTransport transport;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition arrival = lock.newCondition();
  private final CompletableFuture<Void> neverClosed = new CompletableFuture<>();

  /** What has arrived, taken by the reader all at once. */
  private Deque<String> arrived = new ArrayDeque<>();

  private int waiting;

  /** For how many pieces the server was not asked yet, because enough is waiting. */
  private int owed;

  private boolean ended;

  /** Whether the last piece was only a part of its frame. */
  private boolean withinFrame;

  private @Nullable WebSocket socket;

  /** What the reader has taken and not returned yet; its own. */
  private Deque<String> taken = new ArrayDeque<>();

  TailConnection(JdkTransport transport) {
    this.transport = transport;
  }

  @Override
  public void onOpen(WebSocket socket) {
    lock.lock();
    try {
      this.socket = socket;
    } finally {
      lock.unlock();
    }
    socket.request(PIECES_AHEAD);
  }

  @Override
  public @Nullable CompletionStage<?> onText(WebSocket socket, CharSequence data, boolean last) {
    String piece = data.toString();
    boolean more;
    lock.lock();
    try {
      arrived.add(piece);
      waiting += piece.length();
      withinFrame = !last;
      more = waiting < AHEAD;
      owed += more ? 0 : 1;
      if (arrived.size() == 1 || waiting >= BATCH) {
        arrival.signal();
      }
    } finally {
      lock.unlock();
    }
    if (more) {
      socket.request(1);
    }
    return null;
  }

  @Override
  public CompletionStage<?> onClose(WebSocket socket, int code, String reason) {
    end();
    // Never completed, so no close frame goes back: Ray ignores it, and the connection is cut.
    return neverClosed;
  }

  @Override
  public void onError(WebSocket socket, Throwable failure) {
    end();
  }

  private void end() {
    lock.lock();
    try {
      ended = true;
      arrival.signal();
    } finally {
      lock.unlock();
    }
  }

  @Override
  public @Nullable String next(Duration patience) throws InterruptedException {
    if (taken.isEmpty() && !take(patience.toNanos())) {
      return null;
    }
    String next = taken.poll();
    return next == null ? "" : next;
  }

  /** Takes what has arrived, waiting for it for a while; false at the end. */
  private boolean take(long nanos) throws InterruptedException {
    WebSocket resumed = null;
    int asked;
    lock.lock();
    try {
      boolean amidFrame = withinFrame && arrived.isEmpty();
      long left = amidFrame ? Math.min(nanos, STALLED_FRAME_NANOS) : nanos;
      while (arrived.isEmpty() && !ended && left > 0) {
        left = arrival.awaitNanos(left);
      }
      if (arrived.isEmpty()) {
        if (ended || amidFrame) {
          return false;
        }
        keepAlive();
        return true;
      }
      for (left = BATCH_NANOS; waiting < BATCH && !ended && left > 0; ) {
        left = arrival.awaitNanos(left);
      }
      Deque<String> emptied = taken;
      taken = arrived;
      arrived = emptied;
      waiting = 0;
      asked = owed;
      owed = 0;
      resumed = socket;
    } finally {
      lock.unlock();
    }
    if (resumed != null && asked > 0) {
      resumed.request(asked);
    }
    return true;
  }

  /**
   * Sends a pong that nobody asked for (RFC 6455 section 5.5.3): to intermediaries that cut what is
   * idle it is traffic, Ray ignores it, and if the other end is gone it fails.
   */
  private void keepAlive() {
    if (socket != null) {
      CompletableFuture<WebSocket> unused =
          socket
              .sendPong(ByteBuffer.allocate(0))
              .whenComplete((sent, failure) -> {
                if (failure instanceof IOException) {
                  end();
                }
              });
    }
  }

  /** No text says that a log is whole: Ray closes with 1000 whatever happened. */
  @Override
  public boolean isWhole() {
    return false;
  }

  @Override
  public void close() {
    WebSocket open;
    lock.lock();
    try {
      open = socket;
    } finally {
      lock.unlock();
    }
    if (open != null) {
      transport.drop(open);
    }
  }
}
