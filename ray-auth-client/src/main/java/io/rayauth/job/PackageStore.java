package io.rayauth.job;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.util.Optional;

/**
 * Takes packages that are too large for the dashboard to a place from which the cluster's nodes can
 * fetch them, such as object storage.
 *
 * <p>Is asked for folders of more than 100 MiB only. Must be thread-safe; the client asks for one
 * package from one thread at a time. The nodes fetch with their own credentials: this client's
 * token is never shown to a store.
 */
public interface PackageStore {

  /**
   * Looks for a package that was stored before, under the same name, by whomever. The name changes
   * with the content.
   *
   * @param name such as {@code _ray_pkg_0123456789abcdef_packed.zip}
   * @return where the nodes fetch it, empty if it has to be stored
   * @throws IOException if the store cannot tell
   */
  Optional<URI> find(String name) throws IOException;

  /**
   * Stores a package.
   *
   * @param name its name, which the address must end with, a query apart
   * @param zip the package; deleted after this call
   * @return where the nodes fetch it: a URI with a protocol Ray knows ({@code https}, {@code s3},
   *     {@code gs}, {@code azure}, {@code abfss}, {@code file})
   * @throws IOException if it is not stored
   */
  URI store(String name, Path zip) throws IOException;
}
