package io.rayauth.error;

import java.io.Serial;

/**
 * Says that the cluster's Ray is too old for something the caller asked for; nothing was submitted.
 */
public class UnsupportedRayVersionException extends RayException {
  @Serial private static final long serialVersionUID = 1L;

  /**
   * Creates an exception.
   *
   * @param message what was asked for, the version it needs and the version found
   */
  public UnsupportedRayVersionException(String message) {
    super(message, null);
  }
}
