package io.rayauth.internal.pack;

import io.rayauth.error.RayInterruptedException;
import io.rayauth.job.PackageUri;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/** Lets one thread at a time upload a package, and tells the next one that it was uploaded. */
final class UploadTurns {
  private final ConcurrentMap<PackageUri, Line> lines = new ConcurrentHashMap<>();

  /** Stands in line for a package from before the first look for it; others may look meanwhile. */
  Ticket join(PackageUri uri) {
    Line line =
        lines.compute(
            uri,
            (key, known) -> {
              Line joined = known == null ? new Line() : known;
              joined.length++;
              return joined;
            });
    return new Ticket(uri, line);
  }

  private static final class Line {
    private final ReentrantLock turn = new ReentrantLock(true);
    private int length; // guarded by the map
    private final AtomicInteger uploads = new AtomicInteger();
  }

  final class Ticket implements AutoCloseable {
    private final PackageUri uri;
    private final Line line;
    private final int uploadsBefore;

    private Ticket(PackageUri uri, Line line) {
      this.uri = uri;
      this.line = line;
      this.uploadsBefore = line.uploads.get();
    }

    /**
     * Waits until no other thread uploads this package.
     *
     * @return whether one has done so since this one stood in line
     */
    boolean awaitTurn() {
      try {
        line.turn.lockInterruptibly();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new RayInterruptedException(
            "interrupted while another thread was uploading " + uri, e);
      }
      return line.uploads.get() != uploadsBefore;
    }

    void uploaded() {
      line.uploads.incrementAndGet();
    }

    @Override
    public void close() {
      if (line.turn.isHeldByCurrentThread()) {
        line.turn.unlock();
      }
      @Nullable Line unused =
          lines.computeIfPresent(uri, (key, known) -> --known.length == 0 ? null : known);
    }
  }
}
