package io.rayauth.internal.submit;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/** Makes 128 bits of any text: the first half of its SHA-256, as 32 hex digits. */
public final class ShortHash {
  private static final int BYTES = 16;

  private ShortHash() {}

  /**
   * Returns the hash of a text. Its UTF-16 units are hashed, as half a surrogate pair has no UTF-8.
   */
  public static String of(String text) {
    MessageDigest digest = sha256();
    for (int i = 0; i < text.length(); i++) {
      digest.update((byte) (text.charAt(i) >> 8));
      digest.update((byte) text.charAt(i));
    }
    return HexFormat.of().formatHex(digest.digest(), 0, BYTES);
  }

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }
}
