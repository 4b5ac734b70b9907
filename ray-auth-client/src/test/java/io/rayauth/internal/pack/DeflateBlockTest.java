package io.rayauth.internal.pack;

import static org.assertj.core.api.Assertions.assertThat;

import io.rayauth.internal.pack.DeflateBlock.Method;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** What one piece of a file becomes, whatever its block was used for before. */
class DeflateBlockTest {
  private static final int SIZE = 128 * 1024;

  /** Around every size that a buffer may have or grow to, where zlib would end a piece twice. */
  @Test
  void pack_whateverTheBlockHeldBefore_givesTheSameBytes() {
    DeflateBlock used = new DeflateBlock();
    packed(used, SIZE);
    try {
      for (int size = 64 * 1024; size <= SIZE; size += 32 * 1024) {
        int noise = size - (packed(used, size - 2000).length - (size - 2000));
        for (int bytes = noise - 10; bytes <= noise + 10; bytes++) {
          DeflateBlock fresh = new DeflateBlock();
          try {
            assertThat(Arrays.mismatch(packed(fresh, bytes), packed(used, bytes)))
                .as("where pieces with %,d bytes of noise differ", bytes)
                .isEqualTo(-1);
          } finally {
            fresh.release();
          }
        }
      }
    } finally {
      used.release();
    }
  }

  /** Packs a piece that is not the last, and deflates to a few bytes more than its noise. */
  private static byte[] packed(DeflateBlock block, int noise) {
    byte[] content = new byte[SIZE];
    byte[] random = new byte[Math.min(noise, SIZE)];
    new Random(1).nextBytes(random);
    System.arraycopy(random, 0, content, 0, random.length);
    block.begin(Method.DEFLATE);
    block.fill(content, 0, SIZE);
    block.pack();
    return Arrays.copyOf(block.output(), block.outputLength());
  }
}
