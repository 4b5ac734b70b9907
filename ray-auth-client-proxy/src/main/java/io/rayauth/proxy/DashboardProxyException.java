package io.rayauth.proxy;

import io.rayauth.error.RayException;
import java.io.Serial;
import org.jspecify.annotations.Nullable;

/** Says why a proxy could not start, and what to do about it. */
public final class DashboardProxyException extends RayException {
  @Serial private static final long serialVersionUID = 1L;

  DashboardProxyException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
