package io.rayauth.internal.call;

import io.rayauth.RayClientListener;
import io.rayauth.job.PackageUri;
import java.lang.System.Logger.Level;
import java.util.function.Consumer;
import java.util.function.LongConsumer;

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

  /** Returns what tells the listener how many bytes of a package were sent so far. */
  public LongConsumer uploadProgress(PackageUri uri, long totalBytes) {
    return sent -> tell(listener -> listener.onUploadProgress(uri, sent, totalBytes));
  }
}
