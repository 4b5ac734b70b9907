package io.rayauth.internal.pack;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.zip.ZipEntry;

/**
 * Is one entry of a zip in the forms that APPNOTE.TXT 4.3 gives it: before its content, after it,
 * and in the list at the end. The JDK has these forms, but not the Unix modes, without which a Ray
 * node takes the executable bit off every file ({@code unzip_package} of {@code packaging.py}).
 */
final class ZipRecord {
  /** What a zip has room for. */
  private static final int LONGEST_NAME = 0xffff;

  private static final int UNIX_FILE = 0100000 << 16;
  private static final int UNIX_FOLDER = 0040000 << 16;
  private static final int DOS_FOLDER = 0x10;
  private static final int UNIX = 3 << 8;
  private static final int VERSION = 20;
  private static final int VERSION_64 = 45;

  /** 1980-02-01, midnight: unlike the first day a zip can tell, it is in every time zone's 1980. */
  private static final short ALWAYS = 1 | 2 << 5;

  private static final short SIZES_FOLLOW = 1 << 3;
  private static final short UTF_8 = 1 << 11;

  /** Stands where a number needs more than four bytes, which are in an extra field then. */
  private static final long IN_EXTRA_FIELD = 0xffffffffL;

  private static final int MOST_ENTRIES = 0xffff;

  /** A file that is announced to be larger may need more than four bytes for what it packs to. */
  private static final long LARGE = 0xf0000000L;

  private final byte[] name;
  private final int attributes;
  private final short flags;
  private final short method;
  private final boolean large;
  private long offset;
  private long crc;
  private long size;
  private long packed;

  private ZipRecord(String name, int attributes, int flags, int method, boolean large) {
    this.name = name.getBytes(StandardCharsets.UTF_8);
    if (this.name.length > LONGEST_NAME) {
      throw new IllegalArgumentException(
          "%s… has a path of more than %,d bytes, which no zip can hold; exclude it"
              .formatted(name.substring(0, 60), LONGEST_NAME));
    }
    this.attributes = attributes;
    this.flags = (short) (flags | (this.name.length == name.length() ? 0 : UTF_8));
    this.method = (short) method;
    this.large = large;
  }

  static ZipRecord folder(String name, int mode) {
    return new ZipRecord(
        name + "/", UNIX_FOLDER | mode << 16 | DOS_FOLDER, 0, ZipEntry.STORED, false);
  }

  /** Begins a file of about this many bytes. */
  static ZipRecord file(String name, int mode, long announced) {
    return new ZipRecord(
        name, UNIX_FILE | mode << 16, SIZES_FOLLOW, ZipEntry.DEFLATED, announced >= LARGE);
  }

  boolean isFile() {
    return method == ZipEntry.DEFLATED;
  }

  /** Says where in the zip the entry begins. */
  void beginsAt(long position) {
    offset = position;
  }

  /** Says what its content was. */
  void held(long checksum, long bytes) {
    crc = checksum;
    size = bytes;
  }

  void addPacked(int bytes) {
    packed += bytes;
  }

  /** 4.3.7: local file header. */
  byte[] header() {
    byte[] bytes = new byte[30 + name.length + (large ? 20 : 0)];
    ByteBuffer header = record(bytes, 0x04034b50);
    header.putShort((short) (large ? VERSION_64 : VERSION));
    header.putShort(flags).putShort(method).putShort((short) 0).putShort(ALWAYS).putInt(0);
    header.putInt(large ? -1 : 0).putInt(large ? -1 : 0);
    header.putShort((short) name.length).putShort((short) (large ? 20 : 0)).put(name);
    if (large) {
      header.putShort((short) 1).putShort((short) 16).putLong(0).putLong(0);
    }
    return bytes;
  }

  /** 4.3.9: data descriptor. */
  byte[] descriptor() {
    byte[] bytes = new byte[large ? 24 : 16];
    ByteBuffer descriptor = record(bytes, 0x08074b50).putInt((int) crc);
    if (large) {
      descriptor.putLong(packed).putLong(size);
    } else {
      descriptor.putInt((int) packed).putInt((int) size);
    }
    return bytes;
  }

  /** 4.3.12: central directory header; 4.5.3 for what four bytes cannot hold. */
  byte[] listed() {
    long[] wide = {size, packed, offset};
    int extra = 0;
    for (long number : wide) {
      extra += number >= IN_EXTRA_FIELD ? 8 : 0;
    }
    extra += extra > 0 ? 4 : 0;
    int version = large || extra > 0 ? VERSION_64 : VERSION;
    byte[] bytes = new byte[46 + name.length + extra];
    ByteBuffer listed = record(bytes, 0x02014b50);
    listed.putShort((short) (UNIX | version)).putShort((short) version);
    listed.putShort(flags).putShort(method).putShort((short) 0).putShort(ALWAYS);
    listed.putInt((int) crc).putInt(narrow(packed)).putInt(narrow(size));
    listed.putShort((short) name.length).putShort((short) extra);
    listed.putShort((short) 0).putShort((short) 0).putShort((short) 0);
    listed.putInt(attributes).putInt(narrow(offset)).put(name);
    if (extra > 0) {
      listed.putShort((short) 1).putShort((short) (extra - 4));
      Arrays.stream(wide).filter(number -> number >= IN_EXTRA_FIELD).forEach(listed::putLong);
    }
    return bytes;
  }

  /** 4.3.14 to 4.3.16: what ends the list of entries. */
  static byte[] end(long entries, long listOffset, long listSize) {
    boolean wide =
        entries >= MOST_ENTRIES || listOffset >= IN_EXTRA_FIELD || listSize >= IN_EXTRA_FIELD;
    ByteBuffer end = ByteBuffer.allocate(wide ? 98 : 22).order(ByteOrder.LITTLE_ENDIAN);
    if (wide) {
      end.putInt(0x06064b50).putLong(44);
      end.putShort((short) (UNIX | VERSION_64)).putShort((short) VERSION_64);
      end.putInt(0).putInt(0).putLong(entries).putLong(entries);
      end.putLong(listSize).putLong(listOffset);
      end.putInt(0x07064b50).putInt(0).putLong(listOffset + listSize).putInt(1);
    }
    short count = (short) Math.min(entries, MOST_ENTRIES);
    end.putInt(0x06054b50).putInt(0).putShort(count).putShort(count);
    return end.putInt(narrow(listSize)).putInt(narrow(listOffset)).putShort((short) 0).array();
  }

  private static int narrow(long number) {
    return (int) Math.min(number, IN_EXTRA_FIELD);
  }

  private static ByteBuffer record(byte[] bytes, int signature) {
    return ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).putInt(signature);
  }
}
