package io.rayauth.internal.pack;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.zip.Deflater;

/**
 * Is a piece of a file on its way into a zip. Pieces are deflated independently, so by several
 * threads, and are one stream when they are put together: each but the last ends on a whole byte
 * ({@code Z_SYNC_FLUSH}), and each knows what came before it as its dictionary. Level 1, as level 6
 * takes twice the time for 3 % less.
 *
 * <p>Is filled and emptied by one thread, and deflated by another in between.
 */
final class DeflateBlock {
  private static final int SIZE = 128 * 1024;

  /** How far back a deflated stream can refer. */
  private static final int WINDOW = 32 * 1024;

  /** RFC 1951 gives the length two bytes. */
  private static final int MOST_STORED = 0xffff;

  /**
   * More than zlib and what stands in for it make of content that does not shrink, and than {@link
   * #store} does. There is always room left: where there is none, zlib marks the end of a piece
   * once more, and the bytes would depend on how much room there was.
   */
  private static final int LARGEST_OUTPUT = SIZE + SIZE / 8 + 64;

  /** What to do with the content; both make deflated streams. */
  enum Method {
    DEFLATE,
    /** Only wraps it. */
    STORE
  }

  private final Deflater deflater = new Deflater(Deflater.BEST_SPEED, true);
  private final byte[] input = new byte[SIZE];
  private final byte[] dictionary = new byte[WINDOW];
  private final byte[] output = new byte[LARGEST_OUTPUT];
  private int inputLength;
  private int dictionaryLength;
  private int outputLength;
  private Method method = Method.DEFLATE;
  private boolean first;
  private boolean last;

  /** Begins the first piece of a file. */
  void begin(Method chosen) {
    method = chosen;
    inputLength = 0;
    outputLength = 0;
    dictionaryLength = 0;
    first = true;
    last = false;
  }

  /** Begins the piece that comes after another one, which is full. */
  void follow(DeflateBlock before) {
    begin(before.method);
    first = false;
    if (method == Method.DEFLATE) {
      dictionaryLength = WINDOW;
      System.arraycopy(before.input, SIZE - WINDOW, dictionary, 0, WINDOW);
    }
  }

  /** Takes as much as there is room for and returns how much that was. */
  int fill(byte[] bytes, int from, int length) {
    int taken = Math.min(length, SIZE - inputLength);
    System.arraycopy(bytes, from, input, inputLength, taken);
    inputLength += taken;
    return taken;
  }

  void endsTheFile() {
    last = true;
  }

  boolean isFirst() {
    return first;
  }

  boolean isLast() {
    return last;
  }

  boolean isFull() {
    return inputLength == SIZE;
  }

  int inputLength() {
    return inputLength;
  }

  int outputLength() {
    return outputLength;
  }

  /** Makes the output; any thread may do this. */
  void pack() {
    if (method == Method.STORE) {
      store();
    } else {
      deflate();
    }
  }

  private void deflate() {
    deflater.reset();
    if (dictionaryLength > 0) {
      deflater.setDictionary(dictionary, 0, dictionaryLength);
    }
    deflater.setInput(input, 0, inputLength);
    if (last) {
      deflater.finish();
    }
    int flush = last ? Deflater.NO_FLUSH : Deflater.SYNC_FLUSH;
    outputLength = deflater.deflate(output, 0, output.length, flush);
    if (outputLength == output.length) {
      throw new IllegalStateException("zlib made more of a block than it can be");
    }
  }

  /** RFC 1951, 3.2.4: blocks that are not compressed. */
  private void store() {
    ByteBuffer out = ByteBuffer.wrap(output).order(ByteOrder.LITTLE_ENDIAN);
    int from = 0;
    do {
      int length = Math.min(inputLength - from, MOST_STORED);
      out.put((byte) (last && from + length == inputLength ? 1 : 0));
      out.putShort((short) length).putShort((short) ~length).put(input, from, length);
      from += length;
    } while (from < inputLength);
    outputLength = out.position();
  }

  /** Returns the deflated bytes, as many as {@link #outputLength()}. */
  byte[] output() {
    return output;
  }

  /** Gives back the memory that is not the JVM's. */
  void release() {
    deflater.end();
  }
}
