package io.rayauth.internal.http;

import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.net.http.HttpResponse.BodyHandler;
import java.net.http.HttpResponse.BodySubscriber;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Flow;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Hands on a body while it arrives, up to a limit; a longer one is not read on. Read by one thread.
 *
 * <p>The JDK's own stream of this kind passes over interrupts in some releases of JDK 17.
 */
public final class ArrivingBody extends InputStream implements BodySubscriber<ArrivingBody> {
  /** How many portions of up to 16 KiB may wait to be read. */
  private static final int AHEAD = 32;

  /** Is put behind the last portion; no portion is empty. */
  private static final List<ByteBuffer> END = List.of();

  private final long limit;
  private final long announced;
  private final BlockingQueue<List<ByteBuffer>> arrived = new LinkedBlockingQueue<>();
  private final Queue<ByteBuffer> current = new ArrayDeque<>();
  private long length;
  private boolean ended;
  private volatile @Nullable Throwable failure;
  private volatile @Nullable Runnable whenClosed;
  private volatile Flow.@Nullable Subscription subscription;

  private ArrivingBody(long limit, long announced) {
    this.limit = limit;
    this.announced = announced;
  }

  static BodyHandler<ArrivingBody> upTo(long limit) {
    return head -> new ArrivingBody(limit, LimitedBody.announced(head));
  }

  @Override
  public CompletionStage<ArrivingBody> getBody() {
    return CompletableFuture.completedFuture(this);
  }

  @Override
  public void onSubscribe(Flow.Subscription subscription) {
    this.subscription = subscription;
    if (announced > limit) {
      subscription.cancel();
      onError(new LimitedBody.TooLong(limit));
    } else {
      subscription.request(AHEAD);
    }
  }

  @Override
  public void onNext(List<ByteBuffer> portion) {
    if (portion.isEmpty()) {
      requestAnother();
    } else {
      arrived.add(portion);
    }
  }

  @Override
  public void onError(Throwable failure) {
    this.failure = failure;
    arrived.add(END);
  }

  @Override
  public void onComplete() {
    arrived.add(END);
  }

  @Override
  public int read() throws IOException {
    byte[] one = new byte[1];
    return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
  }

  @Override
  public int read(byte[] target, int offset, int size) throws IOException {
    if (size == 0) {
      return 0;
    }
    int read = read(target, offset, size, Long.MAX_VALUE);
    return read == 0 ? -1 : read;
  }

  /**
   * Reads what has arrived, waiting for it for a while.
   *
   * @return how many bytes were read, 0 if none came in time, -1 at the end of the body
   */
  public int read(byte[] target, long nanos) throws IOException {
    return read(target, 0, target.length, nanos);
  }

  private int read(byte[] target, int offset, int size, long nanos) throws IOException {
    ByteBuffer next = next(nanos);
    if (next == null) {
      return ended ? -1 : 0;
    }
    int read = Math.min(size, next.remaining());
    next.get(target, offset, read);
    length += read;
    if (length > limit) {
      throw new LimitedBody.TooLong(limit);
    }
    return read;
  }

  /** Returns a buffer with something in it, null at the end of the body or if none came in time. */
  private @Nullable ByteBuffer next(long nanos) throws IOException {
    while (!ended) {
      ByteBuffer first = current.peek();
      if (first != null && first.hasRemaining()) {
        return first;
      }
      if (first != null) {
        current.remove();
      } else if (!awaitPortion(nanos)) {
        return null;
      }
    }
    return null;
  }

  private boolean awaitPortion(long nanos) throws IOException {
    List<ByteBuffer> portion;
    try {
      portion = arrived.poll(nanos, TimeUnit.NANOSECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException("interrupted while the body arrived");
    }
    if (portion == null) {
      return false;
    }
    if (portion.isEmpty()) {
      ended = true;
      Throwable failure = this.failure;
      if (failure != null) {
        throw new IOException(failure.getMessage(), failure);
      }
      return true;
    }
    current.addAll(portion);
    requestAnother();
    return true;
  }

  private void requestAnother() {
    Flow.Subscription subscription = this.subscription;
    if (subscription != null) {
      subscription.request(1);
    }
  }

  /** Closes the connection, unless the body has been read to its end. */
  @Override
  public void close() {
    Runnable whenClosed = this.whenClosed;
    if (whenClosed != null) {
      whenClosed.run();
    }
    if (!ended) {
      cancel();
    }
  }

  /** Sets what is done when the reader is through with this body. */
  void whenClosed(Runnable action) {
    whenClosed = action;
  }

  /** Ends the body from outside; its reader gets the failure. */
  void abort(IOException why) {
    cancel();
    onError(why);
  }

  private void cancel() {
    Flow.Subscription subscription = this.subscription;
    if (subscription != null) {
      subscription.cancel();
    }
  }
}
