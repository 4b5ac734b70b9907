package io.rayauth.internal.pack;

import java.nio.file.Path;

/**
 * Is one path of a folder that goes into the package, links followed.
 *
 * @param path relative to the root with slashes, empty for the root itself
 * @param file where it is
 * @param kind what it is
 * @param size in bytes, 0 for all but files
 * @param mode the permission bits
 */
record TreeEntry(String path, Path file, Kind kind, long size, int mode) {
  enum Kind {
    FILE,
    FOLDER,
    /** Has nothing in it on the disk, whatever is left out. */
    EMPTY_FOLDER,
    /** Counts by its name and is not packed, as in Ray's own packages. */
    DANGLING_LINK
  }
}
