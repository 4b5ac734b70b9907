package io.rayauth.internal.pack;

import io.rayauth.job.PackageReport;
import io.rayauth.job.PackageUri;
import java.io.IOException;
import java.nio.file.Path;

/** Is something on this machine that a job needs, and the name the cluster knows it by. */
interface LocalPackage {
  /** Returns what the user named. */
  Path source();

  /** Returns its name in the cluster's store. */
  PackageUri uri();

  /**
   * Returns what decides how a package of this name is laid out: two of one name must not differ.
   */
  String layout();

  /** Returns the same under another name. */
  LocalPackage named(PackageUri name);

  /** Returns the size of what is in it, not compressed. */
  long bytes();

  /** Starts the report on it. */
  PackageReport.Builder report();

  /**
   * Returns the file to send.
   *
   * @param limit in bytes
   * @throws FolderChangedException if it would not be what its name says
   * @throws IllegalArgumentException if it would be larger than the limit
   */
  SealedPackage seal(long limit) throws IOException;

  /** Looks at it again, as it has changed. */
  LocalPackage readAgain() throws IOException;
}
