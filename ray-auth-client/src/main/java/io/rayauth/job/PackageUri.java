package io.rayauth.job;

/**
 * Names an uploaded package, such as {@code gcs://_ray_pkg_0123456789abcdef.zip}.
 *
 * @param value the whole URI
 */
public record PackageUri(String value) {
  private static final String SCHEME = "gcs://";

  /**
   * Creates a URI.
   *
   * @throws IllegalArgumentException if it does not start with {@code gcs://}, has no name, or the
   *     name has a slash
   */
  public PackageUri {
    if (!value.startsWith(SCHEME)
        || value.length() == SCHEME.length()
        || value.indexOf('/', SCHEME.length()) >= 0) {
      throw new IllegalArgumentException(
          "not the URI of a package in the cluster's store: "
              + value
              + "; expected gcs://<name>, such as gcs://_ray_pkg_0123456789abcdef.zip");
    }
  }

  /**
   * Returns the name of the package within the store.
   *
   * @return what follows {@code gcs://}
   */
  public String name() {
    return value.substring(SCHEME.length());
  }

  @Override
  public String toString() {
    return value;
  }
}
