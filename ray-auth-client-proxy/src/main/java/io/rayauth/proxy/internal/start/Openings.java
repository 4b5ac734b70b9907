package io.rayauth.proxy.internal.start;

import io.rayauth.error.RayException;
import io.rayauth.error.RayInterruptedException;
import io.rayauth.proxy.DashboardProxy;
import io.rayauth.proxy.DashboardProxyException;
import io.rayauth.proxy.DashboardProxyListener;
import io.rayauth.proxy.DashboardSource;
import io.rayauth.proxy.DashboardSource.Connection;
import java.net.URI;
import java.util.Map;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.function.UnaryOperator;

/**
 * Keeps the dashboards that were opened until nobody looks at them any more. Each has a proxy on a
 * port of its own, which is an origin of its own, so that no dashboard can look into another.
 *
 * <p>Thread-safe.
 */
final class Openings implements AutoCloseable {
  private final DashboardSource source;
  private final UnaryOperator<DashboardProxy.Builder> settings;
  private final DashboardProxyListener listener;
  private final Map<Key, Opening> openings = new ConcurrentHashMap<>();
  private volatile boolean closed;

  private record Key(String place, String name) {}

  /**
   * Creates one that has opened nothing.
   *
   * @param settings what all proxies have in common
   * @param listener is told what each of them does
   */
  Openings(
      DashboardSource source,
      UnaryOperator<DashboardProxy.Builder> settings,
      DashboardProxyListener listener) {
    this.source = source;
    this.settings = settings;
    this.listener = listener;
  }

  /**
   * Returns a new link to a dashboard, connected now or before. Blocks while it connects; whoever
   * wants the same one meanwhile waits for the same connection.
   *
   * @throws RayException if it cannot be reached
   */
  URI link(String place, String name) {
    Key key = new Key(place, name);
    Opening mine = new Opening(key);
    Opening opening = openings.computeIfAbsent(key, absent -> mine);
    if (closed) {
      opening.close();
    }
    if (opening == mine) {
      mine.run();
    }
    try {
      return opening.get().url();
    } catch (ExecutionException e) {
      openings.remove(key, opening);
      throw e.getCause() instanceof RuntimeException failure
          ? failure
          : new IllegalStateException(e.getCause());
    } catch (CancellationException e) {
      throw new DashboardProxyException("the start page is closing", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new RayInterruptedException("interrupted while a dashboard was opened", e);
    }
  }

  /** Closes all dashboards, and those that are being opened. */
  @Override
  public void close() {
    closed = true;
    openings.values().forEach(Opening::close);
  }

  private DashboardProxy open(Key key) {
    Connection connection = source.open(key.place(), key.name());
    try {
      return settings
          .apply(DashboardProxy.to(connection.jobs()))
          .title(key.name() + " · " + key.place())
          .listener(
              new ClosingListener(
                  listener,
                  () -> {
                    openings.remove(key);
                    connection.close();
                  }))
          .start();
    } catch (RuntimeException e) {
      connection.close();
      throw e;
    }
  }

  /** One dashboard, opened once. */
  private final class Opening extends FutureTask<DashboardProxy> {
    Opening(Key key) {
      super(() -> open(key));
    }

    /** What was cancelled too late to stop it is closed again. */
    @Override
    protected void set(DashboardProxy proxy) {
      super.set(proxy);
      if (isCancelled()) {
        proxy.close();
      }
    }

    void close() {
      if (cancel(true)) {
        return;
      }
      try {
        get().close();
      } catch (ExecutionException | CancellationException e) {
        // there is nothing to close
      } catch (InterruptedException e) {
        throw new IllegalStateException("it is done, so nothing waits", e);
      }
    }
  }
}
