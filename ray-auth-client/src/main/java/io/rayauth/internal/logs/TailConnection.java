package io.rayauth.internal.logs;

import io.rayauth.internal.http.JdkTransport;
import java.net.http.WebSocket;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Receives one WebSocket's text and hands it to the thread that follows.
 *
 * <p>Asks for the next piece only after the last one was taken, so that a slow reader slows the
 * server down instead of filling the memory.
 */
final class TailConnection implements WebSocket.Listener {
  /**
   * The longest pause within one frame, which Ray writes in one go. JDK 17 tells nobody when a
   * connection is cut there.
   */
  private static final long STALLED_FRAME_NANOS = TimeUnit.SECONDS.toNanos(5);

  /** A part of the log, or null for the end of the stream: a queue holds no nulls. */
  private record Piece(@Nullable String text) {}

  /** One piece under way and the end behind it. */
  private final BlockingQueue<Piece> pieces = new ArrayBlockingQueue<>(2);

  private volatile @Nullable WebSocket socket;

  /** Whether the last piece was only a part of its frame. */
  private volatile boolean withinFrame;

  @Override
  public void onOpen(WebSocket socket) {
    this.socket = socket;
    socket.request(1);
  }

  @Override
  public @Nullable CompletionStage<?> onText(WebSocket socket, CharSequence data, boolean last) {
    withinFrame = !last;
    pieces.add(new Piece(data.toString()));
    return null;
  }

  @Override
  public @Nullable CompletionStage<?> onClose(WebSocket socket, int code, String reason) {
    end();
    // Never completed, so no close frame goes back: Ray ignores it, and the connection is cut.
    return new CompletableFuture<>();
  }

  @Override
  public void onError(WebSocket socket, Throwable failure) {
    end();
  }

  /** A second end changes nothing, so it need not fit in. */
  private void end() {
    boolean unused = pieces.offer(new Piece(null));
  }

  /**
   * Waits for the next piece; null at the end of the stream, the empty string if nothing came in
   * time.
   */
  @Nullable String next(long timeout, TimeUnit unit) throws InterruptedException {
    boolean waitsForTheRest = withinFrame && pieces.isEmpty();
    Piece piece =
        pieces.poll(
            waitsForTheRest ? STALLED_FRAME_NANOS : unit.toNanos(timeout), TimeUnit.NANOSECONDS);
    if (piece == null) {
      return waitsForTheRest ? null : "";
    }
    if (piece.text == null) {
      return null;
    }
    WebSocket open = socket;
    if (open != null) {
      open.request(1);
    }
    return piece.text;
  }

  void drop(JdkTransport transport) {
    WebSocket open = socket;
    if (open != null) {
      transport.drop(open);
    }
  }
}
