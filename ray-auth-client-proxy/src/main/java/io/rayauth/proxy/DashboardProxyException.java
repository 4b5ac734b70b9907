package io.rayauth.proxy;

import io.rayauth.error.RayException;
import java.io.IOException;
import java.io.Serial;
import java.net.InetSocketAddress;
import org.jspecify.annotations.Nullable;

/** Says why a dashboard cannot be shown from this machine, and what to do about it. */
public final class DashboardProxyException extends RayException {
  @Serial private static final long serialVersionUID = 1L;

  /**
   * Creates an exception.
   *
   * @param message what went wrong and what to do, without any secret
   * @param cause what caused it
   */
  public DashboardProxyException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }

  static DashboardProxyException cannotListen(InetSocketAddress address, IOException cause) {
    return new DashboardProxyException(
        "cannot listen on %s:%d: %s; use another port(…), or port(0) for any that is free"
            .formatted(address.getHostString(), address.getPort(), cause.getMessage()),
        cause);
  }
}
