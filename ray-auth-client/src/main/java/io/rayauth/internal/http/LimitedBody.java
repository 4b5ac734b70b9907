package io.rayauth.internal.http;

import java.io.IOException;
import java.net.http.HttpResponse.BodyHandler;
import java.net.http.HttpResponse.BodySubscriber;
import java.net.http.HttpResponse.BodySubscribers;
import java.net.http.HttpResponse.ResponseInfo;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Flow;
import org.jspecify.annotations.Nullable;

/** Collects a body into one array, up to a limit; a longer one is not read on. */
final class LimitedBody implements BodySubscriber<byte[]> {
  /** Says that a body was longer than the limit. */
  static final class TooLong extends IOException {
    private static final long serialVersionUID = 1L;

    TooLong(long limit) {
      super("the answer is longer than the limit of %,d bytes".formatted(limit));
    }
  }

  private final long limit;
  private final long announced;
  private final CompletableFuture<byte[]> body = new CompletableFuture<>();
  private final List<ByteBuffer> received = new ArrayList<>();
  private long length;
  private Flow.@Nullable Subscription subscription;

  private LimitedBody(long limit, long announced) {
    this.limit = limit;
    this.announced = announced;
  }

  /**
   * Takes the JDK's own subscriber where the head announces a length that is allowed: for any other
   * one the JDK changes threads once more at the end of each body.
   */
  static BodyHandler<byte[]> upTo(long limit) {
    return head -> {
      long announced = announced(head);
      return announced >= 0 && announced <= limit
          ? BodySubscribers.ofByteArray()
          : new LimitedBody(limit, announced);
    };
  }

  /** Returns the length the head announces, a negative number if it announces none. */
  static long announced(ResponseInfo head) {
    List<String> length = head.headers().allValues("Content-Length");
    return length.isEmpty() ? -1 : Long.parseLong(length.get(0));
  }

  @Override
  public CompletionStage<byte[]> getBody() {
    return body;
  }

  @Override
  public void onSubscribe(Flow.Subscription subscription) {
    this.subscription = subscription;
    if (announced > limit) {
      refuse(subscription);
    } else {
      subscription.request(Long.MAX_VALUE);
    }
  }

  @Override
  public void onNext(List<ByteBuffer> buffers) {
    for (ByteBuffer buffer : buffers) {
      length += buffer.remaining();
      received.add(buffer);
    }
    if (length > limit && subscription != null) {
      refuse(subscription);
    }
  }

  private void refuse(Flow.Subscription subscription) {
    subscription.cancel();
    received.clear();
    body.completeExceptionally(new TooLong(limit));
  }

  @Override
  public void onError(Throwable failure) {
    body.completeExceptionally(failure);
  }

  @Override
  public void onComplete() {
    byte[] whole = new byte[(int) length];
    int at = 0;
    for (ByteBuffer buffer : received) {
      int size = buffer.remaining();
      buffer.get(whole, at, size);
      at += size;
    }
    received.clear();
    body.complete(whole);
  }
}
