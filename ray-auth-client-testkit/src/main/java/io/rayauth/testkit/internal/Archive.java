package io.rayauth.testkit.internal;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermission;
import java.util.EnumSet;
import java.util.Enumeration;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.zip.ZipEntry;
import java.util.zip.ZipException;
import java.util.zip.ZipFile;

/** Unpacks packages as a Ray node does: Unix modes kept, names that lead outside skipped. */
final class Archive {
  private static final int CENTRAL_HEADER = 0x02014b50;
  private static final int CENTRAL_HEADER_SIZE = 46;
  private static final int END_RECORD = 0x06054b50;
  private static final int END_RECORD_SIZE = 22;

  private Archive() {}

  /**
   * Unpacks a package whose kind its name tells.
   *
   * @throws ZipException if it is no archive of that kind
   */
  static void unpack(Path archive, String name, Path target) throws IOException {
    Files.createDirectories(target);
    if (name.endsWith(".zip") || name.endsWith(".whl")) {
      unzip(archive, target);
    } else {
      untar(archive, target);
    }
  }

  private static void unzip(Path archive, Path target) throws IOException {
    Map<String, Integer> modes = modes(Files.readAllBytes(archive));
    try (ZipFile zip = new ZipFile(archive.toFile(), StandardCharsets.UTF_8)) {
      for (Enumeration<? extends ZipEntry> all = zip.entries(); all.hasMoreElements(); ) {
        ZipEntry entry = all.nextElement();
        Path file = target.resolve(entry.getName()).normalize();
        if (!file.startsWith(target) || entry.getName().startsWith("/")) {
          continue;
        }
        if (entry.isDirectory()) {
          Files.createDirectories(file);
          continue;
        }
        Files.createDirectories(file.resolveSibling("."));
        try (InputStream in = zip.getInputStream(entry)) {
          Files.copy(in, file, StandardCopyOption.REPLACE_EXISTING);
        }
        int mode = modes.getOrDefault(entry.getName(), 0);
        if (mode != 0) {
          Files.setPosixFilePermissions(file, permissions(mode));
        }
      }
    }
  }

  /** Reads the upper half of the external attributes, which java.util.zip does not show. */
  private static Map<String, Integer> modes(byte[] zip) {
    Map<String, Integer> modes = new HashMap<>();
    ByteBuffer bytes = ByteBuffer.wrap(zip).order(ByteOrder.LITTLE_ENDIAN);
    int end = zip.length - END_RECORD_SIZE;
    while (end >= 0 && bytes.getInt(end) != END_RECORD) {
      end--;
    }
    int at = end < 0 ? zip.length : bytes.getInt(end + 16);
    while (at >= 0
        && at + CENTRAL_HEADER_SIZE <= zip.length
        && bytes.getInt(at) == CENTRAL_HEADER) {
      int nameLength = bytes.getShort(at + 28) & 0xffff;
      int extraLength = bytes.getShort(at + 30) & 0xffff;
      int commentLength = bytes.getShort(at + 32) & 0xffff;
      String name = new String(zip, at + CENTRAL_HEADER_SIZE, nameLength, StandardCharsets.UTF_8);
      modes.put(name, bytes.getInt(at + 38) >>> 16);
      at += CENTRAL_HEADER_SIZE + nameLength + extraLength + commentLength;
    }
    return modes;
  }

  private static Set<PosixFilePermission> permissions(int mode) {
    Set<PosixFilePermission> permissions = EnumSet.noneOf(PosixFilePermission.class);
    PosixFilePermission[] fromHighest = PosixFilePermission.values();
    for (int i = 0; i < fromHighest.length; i++) {
      if ((mode & (0400 >> i)) != 0) {
        permissions.add(fromHighest[i]);
      }
    }
    return permissions;
  }

  private static void untar(Path archive, Path target) throws IOException {
    Process tar =
        new ProcessBuilder("tar", "-xf", archive.toString(), "-C", target.toString())
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .redirectError(ProcessBuilder.Redirect.DISCARD)
            .start();
    try {
      if (!tar.waitFor(1, TimeUnit.MINUTES) || tar.exitValue() != 0) {
        tar.destroyForcibly();
        throw new ZipException("not a tar file");
      }
    } catch (InterruptedException e) {
      tar.destroyForcibly();
      Thread.currentThread().interrupt();
      throw new IOException("interrupted while unpacking", e);
    }
  }
}
