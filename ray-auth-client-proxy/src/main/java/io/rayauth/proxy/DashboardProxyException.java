package io.rayauth.proxy;

import io.rayauth.error.RayException;
import java.io.Serial;
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
}
