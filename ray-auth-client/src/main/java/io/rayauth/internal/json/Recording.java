package io.rayauth.internal.json;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * Passes a stream on and remembers what was read last, so that a part of it can be copied out. Not
 * thread-safe.
 */
final class Recording extends InputStream {
  private final InputStream source;
  private byte[] kept = new byte[1 << 14];
  private long keptFrom;
  private int length;
  private long forgotten;
  private byte[] beginning = {};

  Recording(InputStream source) {
    this.source = source;
  }

  @Override
  public int read() throws IOException {
    byte[] one = new byte[1];
    return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
  }

  @Override
  public int read(byte[] target, int offset, int size) throws IOException {
    int read = source.read(target, offset, size);
    if (read > 0) {
      makeRoom(read);
      System.arraycopy(target, offset, kept, length, read);
      length += read;
      if (keptFrom == 0 && beginning.length < JobCodec.EXCERPT) {
        beginning = Arrays.copyOf(kept, Math.min(length, JobCodec.EXCERPT));
      }
    }
    return read;
  }

  @Override
  public void close() throws IOException {
    source.close();
  }

  /** Copies what was read from one position of the stream up to another. */
  byte[] slice(long from, long to) {
    return Arrays.copyOfRange(kept, (int) (from - keptFrom), (int) (to - keptFrom));
  }

  /** Allows to forget what comes before a position. */
  void forgetBefore(long position) {
    forgotten = position;
  }

  /** Returns the beginning of the stream as text. */
  String excerpt() {
    return new String(beginning, StandardCharsets.UTF_8);
  }

  private void makeRoom(int more) {
    int useless = (int) (forgotten - keptFrom);
    if (useless > 0) {
      length -= useless;
      System.arraycopy(kept, useless, kept, 0, length);
      keptFrom = forgotten;
    }
    if (length + more > kept.length) {
      kept = Arrays.copyOf(kept, Math.max(length + more, 2 * kept.length));
    }
  }
}
