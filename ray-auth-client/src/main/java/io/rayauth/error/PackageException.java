package io.rayauth.error;

import java.io.Serial;
import org.jspecify.annotations.Nullable;

/**
 * Says that a package could not be made or stored: its folder changes while it is read, the disk
 * for temporary files is full, a package store failed. Nothing was submitted.
 */
public class PackageException extends RayException {
  @Serial private static final long serialVersionUID = 1L;

  /**
   * Creates an exception.
   *
   * @param message what went wrong and what to do
   * @param cause what caused it
   */
  public PackageException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
