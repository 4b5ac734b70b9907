package io.rayauth.internal.pack;

import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.util.Arrays;

/**
 * Passes a zip on and writes the Unix modes into the list of entries at its end, where {@code
 * ZipOutputStream} leaves them out. Without them a Ray node takes the executable bit off every file
 * ({@code unzip_package} of {@code packaging.py}).
 *
 * <p>Form: APPNOTE.TXT 4.3.12, central directory header.
 */
final class UnixModes extends FilterOutputStream {
  static final int DOS_DIRECTORY = 0x10;

  private static final byte[] SIGNATURE = {'P', 'K', 1, 2};
  private static final int HEADER = 46;
  private static final int MADE_BY = 5;
  private static final int NAME_LENGTH = 28;
  private static final int EXTRA_LENGTH = 30;
  private static final int COMMENT_LENGTH = 32;
  private static final int EXTERNAL_ATTRIBUTES = 38;
  private static final byte UNIX = 3;

  private final byte[] header = new byte[HEADER];
  private int[] attributes = new int[64];
  private int expected;
  private int patched;
  private long written;
  private boolean inList;
  private int headerBytes;
  private int bytesToPass;

  UnixModes(OutputStream out) {
    super(out);
  }

  /** Remembers the attributes of the next entry. */
  void expect(int mode, int dosAttributes) {
    if (expected == attributes.length) {
      attributes = Arrays.copyOf(attributes, 2 * expected);
    }
    attributes[expected++] = (mode << 16) | dosAttributes;
  }

  /** Says that all entries were passed and what comes is the list of them. */
  void listFollows() {
    inList = true;
  }

  long written() {
    return written;
  }

  @Override
  public void write(byte[] bytes, int from, int length) throws IOException {
    if (!inList) {
      out.write(bytes, from, length);
      written += length;
      return;
    }
    for (int i = from; i < from + length; i++) {
      write(bytes[i]);
    }
  }

  @Override
  public void write(int b) throws IOException {
    written++;
    if (!inList || patched == expected || bytesToPass > 0) {
      bytesToPass -= bytesToPass > 0 ? 1 : 0;
      out.write(b);
      return;
    }
    header[headerBytes++] = (byte) b;
    if (headerBytes == HEADER) {
      patchHeader();
      out.write(header);
      bytesToPass = number(NAME_LENGTH) + number(EXTRA_LENGTH) + number(COMMENT_LENGTH);
      headerBytes = 0;
    }
  }

  private void patchHeader() {
    if (!Arrays.equals(header, 0, SIGNATURE.length, SIGNATURE, 0, SIGNATURE.length)) {
      throw new IllegalStateException("the zip's list of entries is not where it was expected");
    }
    header[MADE_BY] = UNIX;
    int value = attributes[patched++];
    for (int i = 0; i < 4; i++) {
      header[EXTERNAL_ATTRIBUTES + i] = (byte) (value >>> (8 * i));
    }
  }

  private int number(int at) {
    return (header[at] & 0xff) | ((header[at + 1] & 0xff) << 8);
  }
}
