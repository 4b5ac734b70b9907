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
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Is one file that is sent as it is, under the name Ray's own client would give it.
 *
 * @param file the file
 * @param uri {@code gcs://_ray_pkg_} and the SHA-1 of its bytes, or a wheel's own file name
 * @param size in bytes
 * @param contents what can be told of what is in it
 */
record Archive(Path file, PackageUri uri, long size, ArchiveContents contents)
    implements LocalPackage {
  private static final Map<String, String> EXTENSIONS =
      Map.of(
          ".zip", ".zip", ".tar.gz", ".tar.gz", ".tgz", ".tar.gz", ".tar.xz", ".tar.xz", ".jar",
          ".jar", ".whl", ".whl");

  /** Name and version, a build number if there is one, and the three tags (PEP 427). */
  private static final Pattern WHEEL =
      Pattern.compile("([^-]+-[^-]+)(?:-(\\d[^-]*))?((?:-[^-]+){3}\\.whl)");

  /**
   * Reads a file and names it.
   *
   * @throws IllegalArgumentException if it is no archive or not readable
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
      String stored = extension.equals(".whl") ? name : "_ray_pkg_" + sha1(file) + extension;
      return new Archive(
          file, new PackageUri("gcs://" + stored), size, ArchiveContents.of(file, extension));
    } catch (IOException e) {
      throw new IllegalArgumentException(file + " cannot be read: " + e, e);
    }
  }

  /** Checks that it is not larger than the dashboard takes, which needs nothing to be sent. */
  Archive checkedForCluster() {
    if (size > ClusterStore.LARGEST) {
      throw tooLarge();
    }
    return this;
  }

  private TooLargeException tooLarge() {
    return new TooLargeException(
        "%s has %,d bytes; the dashboard takes at most %,d. Take out what the job does not need, put it where the cluster can fetch it (s3://, gs://, https://) and name that in the runtime env, or give the client a packageStore(…)"
            .formatted(file, size, ClusterStore.LARGEST));
  }

  /**
   * Checks that the nodes make of it what they make of the same file in the cluster's own store.
   */
  Archive checkedForStore() {
    if (contents.onlyFolder() != null) {
      throw new IllegalArgumentException(
          "%s has %,d bytes, more than the dashboard takes, and all of it is in one folder, '%s/', which nodes take away from what they fetch from elsewhere. Pack it without that folder, or inside one more"
              .formatted(file, size, contents.onlyFolder()));
    }
    return this;
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
  public long bytes() {
    return size;
  }

  @Override
  public PackageReport.Builder report() {
    String name = FileNames.of(file);
    PackageReport.Builder report = PackageReport.of(file, uri.value());
    contents.report().describeIn(report);
    return report.files(1, size).largest(List.of(new SizedPath(name, size)));
  }

  /** The name is the hash of what was read, so other bytes must not go out under it. */
  @Override
  public SealedPackage seal(long limit) throws IOException {
    if (size > limit) {
      throw tooLarge();
    }
    Archive again = readAgain();
    if (!again.uri.equals(uri) || again.size != size) {
      throw new FolderChangedException(file + " is not what it was when it was read", null);
    }
    return new SealedPackage(file, size, SealedPackage.Ownership.USERS);
  }

  @Override
  public Archive forStore() {
    return this;
  }

  /**
   * A wheel's hash is its build number, as a bucket keeps for longer than a cluster what it has.
   */
  @Override
  public String nameInStore() throws IOException {
    Matcher wheel = WHEEL.matcher(uri.name());
    if (!wheel.matches()) {
      return uri.name();
    }
    String build = wheel.group(2) == null ? "0" : wheel.group(2);
    return wheel.group(1) + "-" + build + "_" + sha1(file).substring(0, 16) + wheel.group(3);
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
