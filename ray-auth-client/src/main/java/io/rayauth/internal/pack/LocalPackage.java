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

  /** Returns the size of what is in it, not compressed. */
  long bytes();

  /** Starts the report on it. */
  PackageReport.Builder report();

  /**
   * Returns the file to send.
   *
   * @param limit in bytes
   * @throws FolderChangedException if it would not be what its name says
   * @throws TooLargeException if it would be larger than the limit
   * @throws io.rayauth.error.PackageException if there is no room for it
   */
  SealedPackage seal(long limit) throws IOException;

  /** Returns the same as nodes have to fetch it from elsewhere to get what this is. */
  LocalPackage forStore();

  /** Returns its name in a {@link io.rayauth.job.PackageStore}, which changes with the content. */
  String nameInStore() throws IOException;

  /** Looks at it again, as it has changed. */
  LocalPackage readAgain() throws IOException;
}
