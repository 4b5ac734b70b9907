package io.rayauth.internal.pack;

import java.io.IOException;
import java.io.Serial;
import org.jspecify.annotations.Nullable;

/**
 * Says that a folder or an archive is not as it was a moment ago; another look may find it at rest.
 */
final class FolderChangedException extends IOException {
  @Serial private static final long serialVersionUID = 1L;

  FolderChangedException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
