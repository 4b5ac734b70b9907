package io.rayauth.internal.pack;

import io.rayauth.job.PackageUri;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Flow;
import java.util.function.LongConsumer;

/**
 * Is one file on its way to the cluster's store, under the name Ray's own client would give it.
 *
 * @param file the file
 * @param uri {@code gcs://_ray_pkg_} and the SHA-1 of its bytes, or a wheel's own file name
 * @param size in bytes
 */
public record Archive(Path file, PackageUri uri, long size) {
  /** The dashboard's limit for a body ({@code DASHBOARD_CLIENT_MAX_SIZE}). */
  private static final long LARGEST = 100L << 20;

  private static final Map<String, String> EXTENSIONS =
      Map.of(
          ".zip", ".zip", ".tar.gz", ".tar.gz", ".tgz", ".tar.gz", ".tar.xz", ".tar.xz", ".jar",
          ".jar", ".whl", ".whl");

  /**
   * Reads a file and names it.
   *
   * @throws IllegalArgumentException if it is no archive, not readable, or too large to upload
   */
  public static Archive of(Path file) {
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
              + " is a directory; this version uploads archives only, so zip it first (without a top-level folder)");
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
      if (size > LARGEST) {
        throw new IllegalArgumentException(
            "%s has %,d bytes; the dashboard takes at most %,d. Put it where the cluster can fetch it (s3://, gs://, https://) and name that in the runtime env"
                .formatted(file, size, LARGEST));
      }
      String stored = extension.equals(".whl") ? name : "_ray_pkg_" + sha1(file) + extension;
      return new Archive(file, new PackageUri("gcs://" + stored), size);
    } catch (IOException e) {
      throw new IllegalArgumentException(file + " cannot be read: " + e, e);
    }
  }

  /**
   * Tells whether Ray takes this as a working directory.
   *
   * @throws IllegalArgumentException if it does not
   */
  public Archive asWorkingDir() {
    if (uri.value().endsWith(".jar") || uri.value().endsWith(".whl")) {
      throw new IllegalArgumentException(
          file + " cannot be a working directory: Ray takes .zip, .tar.gz, .tgz and .tar.xz");
    }
    return this;
  }

  /**
   * Returns the bytes, streamed from the disk; {@code sent} hears how many were handed to the
   * network.
   */
  public BodyPublisher body(LongConsumer sent) {
    try {
      BodyPublisher bytes = BodyPublishers.ofFile(file);
      return BodyPublishers.fromPublisher(
          subscriber -> bytes.subscribe(new Counting(subscriber, sent)), size);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static String sha1(Path file) throws IOException {
    try (InputStream in = Files.newInputStream(file)) {
      MessageDigest sha1 = MessageDigest.getInstance("SHA-1");
      byte[] buffer = new byte[64 * 1024];
      for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
        sha1.update(buffer, 0, n);
      }
      return HexFormat.of().formatHex(sha1.digest());
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JVM has SHA-1", e);
    }
  }

  /** Passes everything on and counts the bytes. */
  private static final class Counting implements Flow.Subscriber<ByteBuffer> {
    private final Flow.Subscriber<? super ByteBuffer> target;
    private final LongConsumer sent;
    private long total;

    Counting(Flow.Subscriber<? super ByteBuffer> target, LongConsumer sent) {
      this.target = target;
      this.sent = sent;
    }

    @Override
    public void onSubscribe(Flow.Subscription subscription) {
      target.onSubscribe(subscription);
    }

    @Override
    public void onNext(ByteBuffer bytes) {
      total += bytes.remaining();
      target.onNext(bytes);
      sent.accept(total);
    }

    @Override
    public void onError(Throwable failure) {
      target.onError(failure);
    }

    @Override
    public void onComplete() {
      target.onComplete();
    }
  }
}
