package io.rayauth.internal.pack;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import org.jspecify.annotations.Nullable;

/** Reads of a zip what {@code java.util.zip} does not show. */
final class ZipListing {
  /**
   * Is an entry.
   *
   * @param unixMode type and permissions, octal as Python writes it
   * @param sha1 of the content, null for folders
   */
  record Entry(String name, String unixMode, long size, @Nullable String sha1) {}

  private static final int END = 0x06054b50;
  private static final int UNIX = 3;

  private ZipListing() {}

  /** Returns all entries by name. */
  static List<Entry> of(Path file) throws IOException {
    ByteBuffer zip = ByteBuffer.wrap(Files.readAllBytes(file)).order(ByteOrder.LITTLE_ENDIAN);
    int end = zip.limit() - 22;
    while (zip.getInt(end) != END) {
      end--;
    }
    int at = zip.getInt(end + 16);
    List<Entry> entries = new ArrayList<>();
    try (ZipFile content = new ZipFile(file.toFile(), StandardCharsets.UTF_8)) {
      for (int i = 0; i < zip.getShort(end + 10); i++) {
        int length = zip.getShort(at + 28);
        byte[] name = new byte[length];
        zip.get(at + 46, name);
        if (zip.get(at + 5) != UNIX) {
          throw new IOException("entry " + i + " was not made on Unix");
        }
        entries.add(
            entry(content, new String(name, StandardCharsets.UTF_8), zip.getInt(at + 38) >>> 16));
        at += 46 + length + zip.getShort(at + 30) + zip.getShort(at + 32);
      }
    }
    entries.sort(Comparator.comparing(Entry::name));
    return entries;
  }

  private static Entry entry(ZipFile zip, String name, int mode) throws IOException {
    ZipEntry entry = zip.getEntry(name);
    String sha1 = null;
    if (!entry.isDirectory()) {
      try (InputStream in = zip.getInputStream(entry)) {
        sha1 = HexFormat.of().formatHex(PackageHash.sha1().digest(in.readAllBytes()));
      }
    }
    return new Entry(name, "0o" + Integer.toOctalString(mode), entry.getSize(), sha1);
  }
}
