package io.rayauth.internal.pack;

import java.io.IOException;
import java.lang.System.Logger.Level;
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
  private static final System.Logger LOG = System.getLogger(SealedPackage.class.getName());

  enum Ownership {
    USERS,
    /** Was made for this one time. */
    OURS
  }

  /** Deletes the file if it is ours; a job that was submitted does not fail for one that stays. */
  @Override
  public void close() {
    if (ownership == Ownership.OURS) {
      try {
        Files.deleteIfExists(file);
      } catch (IOException e) {
        LOG.log(Level.WARNING, "a temporary file could not be deleted and takes up room", e);
      }
    }
  }
}
