package io.rayauth.job;

import io.rayauth.internal.pack.HttpsPutStore;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.util.Optional;
import java.util.function.Function;

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

  /**
   * Returns a store that sends packages to a folder of a web server by {@code PUT}.
   *
   * @param folder such as {@code https://artifacts.example.com/ray-packages}, without a query; the
   *     nodes fetch from the same addresses
   * @return a store that sends no credentials
   */
  static PackageStore httpsPut(URI folder) {
    String base = folder.toString().replaceAll("/+$", "");
    return httpsPut(name -> URI.create(base + "/" + name), name -> URI.create(base + "/" + name));
  }

  /**
   * Returns a store that sends packages by {@code PUT} to addresses that may be signed, such as
   * those of S3 and Google Cloud Storage.
   *
   * @param putAddress gives the address to send a package of this name to; {@code https}, or {@code
   *     http} within the machine or the Kubernetes cluster
   * @param fetchAddress gives the address the nodes fetch it from, which the client asks for the
   *     first byte to see whether it is there
   * @return a store that sends no credentials but those in the address
   */
  static PackageStore httpsPut(
      Function<String, URI> putAddress, Function<String, URI> fetchAddress) {
    return new HttpsPutStore(putAddress, fetchAddress);
  }
}
