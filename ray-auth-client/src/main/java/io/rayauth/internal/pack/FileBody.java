package io.rayauth.internal.pack;

import java.io.FileNotFoundException;
import java.io.UncheckedIOException;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.Flow;
import java.util.function.LongConsumer;

/** Streams a file into a request and tells how far it got. */
final class FileBody {
  /** The slowest upload that is waited for, in bytes each second. */
  private static final long SLOWEST_UPLOAD = 128 * 1024;

  private FileBody() {}

  /** Returns how long to wait for an upload, where a request without a body has the timeout. */
  static Duration patience(Duration timeout, long size) {
    return timeout.plusSeconds(size / SLOWEST_UPLOAD);
  }

  /**
   * Returns the bytes, read from the disk as the network takes them; {@code sent} hears how many
   * were handed to it.
   */
  static BodyPublisher of(Path file, long size, LongConsumer sent) {
    try {
      BodyPublisher bytes = BodyPublishers.ofFile(file);
      return BodyPublishers.fromPublisher(
          subscriber -> bytes.subscribe(new Counting(subscriber, sent)), size);
    } catch (FileNotFoundException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Passes everything on and counts the bytes. */
  private static final class Counting implements Flow.Subscriber<ByteBuffer> {
    private final Flow.Subscriber<? super ByteBuffer> target;
    private final LongConsumer sent;
    private long total;

    Counting(Flow.Subscriber<? super ByteBuffer> target, LongConsumer sent) {
      this.target = target;
      this.sent = sent;
    }

    @Override
    public void onSubscribe(Flow.Subscription subscription) {
      target.onSubscribe(subscription);
    }

    @Override
    public void onNext(ByteBuffer bytes) {
      total += bytes.remaining();
      sent.accept(total); // before the server can have them, so that no news comes after its answer
      target.onNext(bytes);
    }

    @Override
    public void onError(Throwable failure) {
      target.onError(failure);
    }

    @Override
    public void onComplete() {
      target.onComplete();
    }
  }
}
