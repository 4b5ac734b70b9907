package io.rayauth.proxy.internal.entrance;

import io.rayauth.proxy.DashboardProxyListener;
import io.rayauth.proxy.internal.browser.Browser;
import io.rayauth.proxy.internal.guard.Doorkeeper;
import io.rayauth.proxy.internal.guard.GuardSettings;
import io.rayauth.proxy.internal.listen.HttpListener;
import io.rayauth.proxy.internal.log.Activity;
import io.rayauth.proxy.internal.log.ProxyEvents;
import io.rayauth.proxy.internal.log.RequestLog;
import io.rayauth.proxy.internal.page.Pages;
import io.rayauth.time.TimeSource;
import io.undertow.server.HttpHandler;
import java.net.URI;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Lets people in to what a handler shows: makes links, opens them in a browser, has the guard look
 * at each request and the log write down what became of it, until it is closed.
 *
 * <p>Thread-safe.
 */
public final class Entrance {
  private final HttpListener listener;
  private final ProxyEvents events;
  private final TimeSource time;
  private final URI address;
  private final Doorkeeper doorkeeper;
  private final Browser browser = Browser.ofThisMachine();
  private final AtomicBoolean closing = new AtomicBoolean();
  private final CountDownLatch closed = new CountDownLatch(1);

  /** Creates an entrance that nobody gets in by yet. */
  public Entrance(
      HttpListener listener,
      GuardSettings settings,
      ProxyEvents events,
      HttpHandler shown,
      Pages pages) {
    this.listener = listener;
    this.events = events;
    this.time = settings.time();
    this.address = settings.site().address(listener.address().getPort());
    this.doorkeeper = new Doorkeeper(settings, this::sessionStarted, shown, pages);
  }

  /** Begins to let people in. */
  public void serve(Activity activity) {
    listener.serve(new RequestLog(events, activity, time).around(doorkeeper));
  }

  /** Returns a link that signs one browser in, once. */
  public URI newLink() {
    return address.resolve(doorkeeper.newLink());
  }

  /** Returns where it is, without any secret. */
  public URI address() {
    return address;
  }

  /** Opens a new link in the browser of the person who runs this program. Blocks for a moment. */
  public void openInBrowser() {
    browser.open(newLink());
  }

  /** Blocks until it is closed, and what is behind it too. */
  public void awaitClosed() throws InterruptedException {
    closed.await();
  }

  /**
   * Lets nobody in any more, then closes what is behind; does nothing the second time. The listener
   * is told and those who wait go on even if the latter fails.
   */
  public void close(Runnable behind) {
    if (!closing.compareAndSet(false, true)) {
      return;
    }
    try {
      browser.close();
      doorkeeper.close();
      behind.run();
    } finally {
      events.tell(DashboardProxyListener::onClosed);
      closed.countDown();
    }
  }

  private void sessionStarted(int sessions) {
    browser.forget();
    events.tell(told -> told.onSessionStarted(sessions));
  }
}
