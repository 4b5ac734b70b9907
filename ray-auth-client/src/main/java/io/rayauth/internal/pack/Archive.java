package io.rayauth.internal.pack;

import io.rayauth.job.PackageReport;
import io.rayauth.job.PackageReport.SizedPath;
import io.rayauth.job.PackageUri;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Is one file on its way to the cluster's store, under the name Ray's own client would give it.
 *
 * @param file the file
 * @param uri {@code gcs://_ray_pkg_} and the SHA-1 of its bytes, or a wheel's own file name
 * @param size in bytes
 */
record Archive(Path file, PackageUri uri, long size) implements LocalPackage {
  private static final Map<String, String> EXTENSIONS =
      Map.of(
          ".zip", ".zip", ".tar.gz", ".tar.gz", ".tgz", ".tar.gz", ".tar.xz", ".tar.xz", ".jar",
          ".jar", ".whl", ".whl");

  /**
   * Reads a file and names it.
   *
   * @throws IllegalArgumentException if it is no archive, not readable, or too large to upload
   */
  static Archive of(Path file) {
    String name = String.valueOf(file.getFileName());
    String extension =
        EXTENSIONS.entrySet().stream()
            .filter(known -> name.toLowerCase(Locale.ROOT).endsWith(known.getKey()))
            .map(Map.Entry::getValue)
            .findFirst()
            .orElse("");
    if (Files.isDirectory(file)) {
      throw new IllegalArgumentException(
          file
              + " is a directory, and how it is packed depends on its use: give it to workingDir(…) or pyModule(…)");
    }
    if (!Files.isRegularFile(file)) {
      throw new IllegalArgumentException(file + " is not there, or is not a file");
    }
    if (extension.isEmpty()) {
      throw new IllegalArgumentException(
          file
              + " is not a package Ray can use: give a .zip, .tar.gz, .tgz, .tar.xz, .jar or .whl file");
    }
    try {
      long size = Files.size(file);
      if (size == 0) {
        throw new IllegalArgumentException(file + " is empty; Ray would store it and fail the job");
      }
      if (size > ClusterStore.LARGEST) {
        throw new IllegalArgumentException(
            "%s has %,d bytes; the dashboard takes at most %,d. Put it where the cluster can fetch it (s3://, gs://, https://) and name that in the runtime env"
                .formatted(file, size, ClusterStore.LARGEST));
      }
      String stored = extension.equals(".whl") ? name : "_ray_pkg_" + sha1(file) + extension;
      return new Archive(file, new PackageUri("gcs://" + stored), size);
    } catch (IOException e) {
      throw new IllegalArgumentException(file + " cannot be read: " + e, e);
    }
  }

  /**
   * Checks that Ray takes this for a use.
   *
   * @throws IllegalArgumentException if it does not
   */
  Archive checkedFor(PackageUse use) {
    if (!use.takes(uri.value())) {
      throw new IllegalArgumentException(
          "%s cannot be %s: Ray takes a folder%s and files that end in %s"
              .formatted(
                  file,
                  use.words(),
                  use == PackageUse.PY_MODULES ? ", a .py file" : "",
                  String.join(", ", use.extensions())));
    }
    return this;
  }

  @Override
  public Path source() {
    return file;
  }

  @Override
  public String layout() {
    return "as it is";
  }

  @Override
  public Archive named(PackageUri name) {
    return new Archive(file, name, size);
  }

  @Override
  public long bytes() {
    return size;
  }

  @Override
  public PackageReport.Builder report() {
    String name = FileNames.of(file);
    return PackageReport.of(file, uri.value())
        .files(1, size)
        .largest(List.of(new SizedPath(name, size)));
  }

  /** The name is the hash of what was read, so other bytes must not go out under it. */
  @Override
  public SealedPackage seal(long limit) throws IOException {
    if (!readAgain().equals(this)) {
      throw new FolderChangedException(file + " is not what it was when it was read", null);
    }
    return new SealedPackage(file, size, SealedPackage.Ownership.USERS);
  }

  @Override
  public Archive readAgain() {
    return of(file);
  }

  private static String sha1(Path file) throws IOException {
    try (InputStream in = Files.newInputStream(file)) {
      MessageDigest sha1 = PackageHash.sha1();
      byte[] buffer = new byte[64 * 1024];
      for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
        sha1.update(buffer, 0, n);
      }
      return HexFormat.of().formatHex(sha1.digest());
    }
  }
}
