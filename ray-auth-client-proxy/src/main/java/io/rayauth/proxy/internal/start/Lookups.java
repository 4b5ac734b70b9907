package io.rayauth.proxy.internal.start;

import io.rayauth.error.RayException;
import io.rayauth.proxy.DashboardSource;
import io.rayauth.proxy.DashboardSource.Listed;
import io.rayauth.proxy.internal.page.Place;
import io.rayauth.time.TimeSource;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * Asks all places at once, waits for them a moment, and remembers for another what they said.
 *
 * <p>Thread-safe.
 */
final class Lookups {
  /** What is this old still counts: people reload in a hurry, and each look costs some requests. */
  private static final Duration FRESH = Duration.ofSeconds(5);

  /** A page is shown without the places that have not answered by then. */
  private static final Duration PATIENCE = Duration.ofSeconds(2);

  private final DashboardSource source;
  private final ExecutorService threads;
  private final Duration limit;
  private final TimeSource time;
  private final Map<String, Lookup> lookups = new HashMap<>();

  /**
   * Creates one that has asked nobody.
   *
   * @param limit after which a place counts as not answering
   */
  Lookups(DashboardSource source, ExecutorService threads, Duration limit, TimeSource time) {
    this.source = source;
    this.threads = threads;
    this.limit = limit;
    this.time = time;
  }

  /**
   * Returns what is known after a moment. Blocks for that moment at most.
   *
   * @throws RayException if the source does not know its places
   */
  List<Place> places() throws InterruptedException {
    List<Lookup> asked = source.places().stream().map(this::asked).toList();
    Duration patience = limit.compareTo(PATIENCE) < 0 ? limit : PATIENCE;
    long until = System.nanoTime() + patience.toNanos();
    for (Lookup lookup : asked) {
      lookup.await(until - System.nanoTime());
    }
    return asked.stream().map(Lookup::place).toList();
  }

  private synchronized Lookup asked(String place) {
    Lookup last = lookups.get(place);
    if (last == null || last.isOld()) {
      last = new Lookup(place);
      lookups.put(place, last);
      threads.execute(last);
    }
    return last;
  }

  /** One place, asked once. */
  private final class Lookup extends FutureTask<List<Listed>> {
    private final String name;
    private final long askedAt = time.nanoTime();
    private volatile long answeredAt;

    Lookup(String name) {
      super(() -> source.list(name));
      this.name = name;
    }

    @Override
    protected void done() {
      answeredAt = time.nanoTime();
    }

    boolean isOld() {
      return isDone() && time.nanoTime() - answeredAt > FRESH.toNanos();
    }

    void await(long nanos) throws InterruptedException {
      try {
        get(Math.max(0, nanos), TimeUnit.NANOSECONDS);
      } catch (ExecutionException | CancellationException e) {
        return; // place() says so
      } catch (TimeoutException e) {
        if (time.nanoTime() - askedAt >= limit.toNanos()) {
          cancel(true);
        }
      }
    }

    Place place() {
      if (!isDone()) {
        return new Place(name, null, null);
      }
      try {
        return new Place(name, get(), null);
      } catch (CancellationException e) {
        return failed("did not answer within %d s; look again later".formatted(limit.toSeconds()));
      } catch (ExecutionException e) {
        Throwable cause = e.getCause();
        return failed(
            cause instanceof RayException ? cause.getMessage() : "cannot be asked: " + cause);
      } catch (InterruptedException e) {
        throw new IllegalStateException("it is done, so nothing waits", e);
      }
    }

    private Place failed(@Nullable String why) {
      return new Place(name, null, String.valueOf(why));
    }
  }
}
