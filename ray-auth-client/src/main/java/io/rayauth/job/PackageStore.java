package io.rayauth.job;

import io.rayauth.internal.http.Network;
import io.rayauth.internal.pack.HttpsPutStore;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.LongConsumer;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;

/**
 * Takes packages that are too large for the dashboard to a place from which the cluster's nodes can
 * fetch them, such as object storage.
 *
 * <p>Is asked for what is larger than the dashboard's 100 MiB when it is packed, and, to save the
 * packing, looked into for folders that are larger before. Must be thread-safe; the client asks for
 * one package from one thread at a time. The nodes fetch with their own credentials: this client's
 * token is never shown to a store.
 */
public interface PackageStore {

  /**
   * Looks for a package that was stored before, under the same name, by whomever. The name changes
   * with the content.
   *
   * @param name such as {@code _ray_pkg_0123456789abcdef_in_0123456789abcdef.zip}; of files that
   *     are given as they are it ends as theirs do
   * @return where the nodes fetch it, empty if it has to be stored
   * @throws IOException if the store cannot tell
   */
  Optional<URI> find(String name) throws IOException;

  /**
   * Stores a package.
   *
   * @param name its name, which the address must end with, a query apart
   * @param zip the package; not to be kept, changed or deleted, and gone after this call unless it
   *     is a file of the user's
   * @param sent is to be told how many bytes were handed to the network so far, for {@link
   *     io.rayauth.RayClientListener#onUploadProgress}; may be called from any thread
   * @return where the nodes fetch it: a URI with a protocol Ray knows ({@code https}, {@code s3},
   *     {@code gs}, {@code azure}, {@code abfss}, {@code file})
   * @throws IOException if it is not stored
   */
  URI store(String name, Path zip, LongConsumer sent) throws IOException;

  /**
   * Returns a store that sends packages to a folder of a web server by {@code PUT}.
   *
   * @param folder such as {@code https://artifacts.example.com/ray-packages}, without a query; the
   *     nodes fetch from the same addresses
   * @return a store that sends no credentials
   */
  static PackageStore httpsPut(URI folder) {
    return httpsPutBuilder(folder).build();
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
    return httpsPutBuilder(putAddress, fetchAddress).build();
  }

  /**
   * Starts what {@link #httpsPut(URI)} returns, for a server with a CA of its own or behind a
   * proxy.
   *
   * @param folder as there
   * @return a builder
   */
  static HttpsPutBuilder httpsPutBuilder(URI folder) {
    String base = folder.toString().replaceAll("/+$", "");
    Function<String, URI> address = name -> URI.create(base + "/" + name);
    return httpsPutBuilder(address, address);
  }

  /**
   * Starts what {@link #httpsPut(Function, Function)} returns, for a server with a CA of its own or
   * behind a proxy.
   *
   * @param putAddress as there
   * @param fetchAddress as there
   * @return a builder
   */
  static HttpsPutBuilder httpsPutBuilder(
      Function<String, URI> putAddress, Function<String, URI> fetchAddress) {
    return new HttpsPutBuilder(putAddress, fetchAddress);
  }

  /**
   * Collects how a web server is reached. It takes nothing from a client's builder: whom the client
   * trusts as a cluster need not be who stores packages. Not thread-safe.
   */
  final class HttpsPutBuilder {
    private final Function<String, URI> putAddress;
    private final Function<String, URI> fetchAddress;
    private @Nullable SSLContext sslContext;
    private @Nullable InetSocketAddress proxy;
    private Duration timeout = Duration.ofMinutes(1);

    private HttpsPutBuilder(Function<String, URI> putAddress, Function<String, URI> fetchAddress) {
      this.putAddress = putAddress;
      this.fetchAddress = fetchAddress;
    }

    /**
     * Sets whom the server is trusted by, and the certificate it is shown. Default: the JVM's.
     *
     * @param sslContext for TLS
     * @return this builder
     */
    public HttpsPutBuilder sslContext(SSLContext sslContext) {
      this.sslContext = sslContext;
      return this;
    }

    /**
     * Goes through an HTTP proxy. Default: the JVM's own settings.
     *
     * @param proxy the proxy's address
     * @return this builder
     */
    public HttpsPutBuilder proxy(InetSocketAddress proxy) {
      this.proxy = proxy;
      return this;
    }

    /**
     * Limits how long an answer is waited for. Default: 1 minute.
     *
     * @param timeout all attempts together; an upload has one more second for each 128 KiB
     * @return this builder
     */
    public HttpsPutBuilder timeout(Duration timeout) {
      this.timeout = timeout;
      return this;
    }

    /**
     * Creates the store; opens no connection.
     *
     * @return a thread-safe store without anything to close
     */
    public PackageStore build() {
      return new HttpsPutStore(
          putAddress, fetchAddress, new Network(sslContext, proxy, List.of()), timeout);
    }
  }
}
