package io.rayauth.internal.pack;

import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.function.Consumer;
import java.util.zip.ZipException;

/** Reads the names in a zip from the list at its end (APPNOTE.TXT 4.3.12 to 4.3.16). */
final class ZipNames {
  private static final int END = 0x06054b50;
  private static final int END_LENGTH = 22;
  private static final int LONGEST_COMMENT = 0xffff;
  private static final int LOCATOR = 0x07064b50;
  private static final int LOCATOR_LENGTH = 20;
  private static final int WIDE_END = 0x06064b50;
  private static final int WIDE_END_LENGTH = 56;
  private static final int LISTED = 0x02014b50;
  private static final int LISTED_LENGTH = 46;

  private ZipNames() {}

  /**
   * Reads one name after the other; none is kept.
   *
   * @throws ZipException if the file is no zip
   */
  static void read(Path file, Consumer<String> visitor) throws IOException {
    try (FileChannel zip = FileChannel.open(file)) {
      long end = findEnd(zip);
      ByteBuffer tail = bytes(zip, end, END_LENGTH);
      long entries = Short.toUnsignedLong(tail.getShort(10));
      long length = Integer.toUnsignedLong(tail.getInt(12));
      if (end >= LOCATOR_LENGTH) {
        ByteBuffer locator = bytes(zip, end - LOCATOR_LENGTH, LOCATOR_LENGTH);
        if (locator.getInt(0) == LOCATOR) {
          end = end - LOCATOR_LENGTH - WIDE_END_LENGTH;
          ByteBuffer wide = bytes(zip, end, WIDE_END_LENGTH);
          if (wide.getInt(0) != WIDE_END) {
            throw new ZipException("its end is not where it should be");
          }
          entries = wide.getLong(32);
          length = wide.getLong(40);
        }
      }
      readList(zip, end - length, entries, visitor);
    }
  }

  private static void readList(FileChannel zip, long start, long entries, Consumer<String> visitor)
      throws IOException {
    if (start < 0) {
      throw new ZipException("it is shorter than its own list of entries");
    }
    DataInputStream list =
        new DataInputStream(new BufferedInputStream(Channels.newInputStream(zip.position(start))));
    ByteBuffer listed = ByteBuffer.allocate(LISTED_LENGTH).order(ByteOrder.LITTLE_ENDIAN);
    for (long i = 0; i < entries; i++) {
      list.readFully(listed.array());
      if (listed.getInt(0) != LISTED) {
        throw new ZipException("its list of entries is broken");
      }
      byte[] name = new byte[Short.toUnsignedInt(listed.getShort(28))];
      list.readFully(name);
      list.skipNBytes(
          Short.toUnsignedLong(listed.getShort(30)) + Short.toUnsignedLong(listed.getShort(32)));
      visitor.accept(new String(name, StandardCharsets.UTF_8));
    }
  }

  /** Only a comment can follow the end. */
  private static long findEnd(FileChannel zip) throws IOException {
    int length = (int) Math.min(zip.size(), END_LENGTH + LONGEST_COMMENT);
    long from = zip.size() - length;
    ByteBuffer tail = bytes(zip, from, length);
    for (int at = length - END_LENGTH; at >= 0; at--) {
      if (tail.getInt(at) == END
          && at + END_LENGTH + Short.toUnsignedInt(tail.getShort(at + 20)) == length) {
        return from + at;
      }
    }
    throw new ZipException("it has no list of entries");
  }

  private static ByteBuffer bytes(FileChannel zip, long from, int length) throws IOException {
    if (from < 0) {
      throw new ZipException("it is too short");
    }
    ByteBuffer bytes = ByteBuffer.allocate(length).order(ByteOrder.LITTLE_ENDIAN);
    while (bytes.hasRemaining()) {
      if (zip.read(bytes, from + bytes.position()) < 0) {
        throw new ZipException("it ends too early");
      }
    }
    return bytes;
  }
}
