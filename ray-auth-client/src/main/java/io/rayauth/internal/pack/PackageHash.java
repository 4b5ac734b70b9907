package io.rayauth.internal.pack;

import io.rayauth.job.PackageUri;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/**
 * Adds up the hash by which Ray's own client names a folder's package, so that both find each
 * other's uploads.
 *
 * <p>For each path the SHA-1 of its name and content, and of that the first eight bytes, joined by
 * XOR ({@code _hash_directory} of {@code packaging.py}). So the order does not count, and neither
 * do modes and times.
 */
final class PackageHash {
  /** Ray starts with eight ASCII zeros. */
  private static final long START = 0x3030303030303030L;

  private final MessageDigest sha1 = sha1();
  private long sum = START;

  static MessageDigest sha1() {
    try {
      return MessageDigest.getInstance("SHA-1");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JVM has SHA-1", e);
    }
  }

  /** Begins a path; what a file holds follows in {@link #content}. */
  void begin(String path) {
    sha1.update((path.isEmpty() ? "." : path).getBytes(StandardCharsets.UTF_8));
  }

  void content(byte[] buffer, int length) {
    sha1.update(buffer, 0, length);
  }

  void end() {
    sum ^= ByteBuffer.wrap(sha1.digest()).getLong();
  }

  /** Returns the name of a package with all that was added so far. */
  PackageUri uri() {
    return new PackageUri("gcs://_ray_pkg_" + HexFormat.of().toHexDigits(sum) + ".zip");
  }
}
