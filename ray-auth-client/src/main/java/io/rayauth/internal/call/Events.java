package io.rayauth.internal.call;

import io.rayauth.RayClientListener;
import java.lang.System.Logger.Level;
import java.util.function.Consumer;

/** Tells a listener what happens and survives what it throws. */
public final class Events {
  private static final System.Logger LOG = System.getLogger(Events.class.getName());

  private final RayClientListener listener;

  /** Wraps a listener. */
  public Events(RayClientListener listener) {
    this.listener = listener;
  }

  /** Calls one of the listener's methods. */
  public void tell(Consumer<RayClientListener> event) {
    try {
      event.accept(listener);
    } catch (RuntimeException e) {
      LOG.log(Level.DEBUG, "the listener failed and was ignored", e);
    }
  }
}
