package io.rayauth.internal.pack;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Is a package that is ready to be sent.
 *
 * @param file the package
 * @param size in bytes
 * @param ownership whose file it is
 */
record SealedPackage(Path file, long size, Ownership ownership) implements AutoCloseable {
  enum Ownership {
    USERS,
    /** Was made for this one time. */
    OURS
  }

  @Override
  public void close() throws IOException {
    if (ownership == Ownership.OURS) {
      Files.deleteIfExists(file);
    }
  }
}
