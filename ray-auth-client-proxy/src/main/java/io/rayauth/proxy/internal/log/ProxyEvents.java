package io.rayauth.proxy.internal.log;

import io.rayauth.proxy.DashboardProxyListener;
import java.lang.System.Logger.Level;
import java.util.function.Consumer;

/** Tells a listener what happens and survives what it throws. */
public final class ProxyEvents {
  private static final System.Logger LOG = System.getLogger(ProxyEvents.class.getName());

  private final DashboardProxyListener listener;

  /** Wraps a listener. */
  public ProxyEvents(DashboardProxyListener listener) {
    this.listener = listener;
  }

  /** Calls one of the listener's methods. */
  public void tell(Consumer<DashboardProxyListener> event) {
    try {
      event.accept(listener);
    } catch (RuntimeException e) {
      LOG.log(Level.DEBUG, "the listener failed and was ignored", e);
    }
  }
}
