package io.rayauth.proxy.internal.guard;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.Base64;

/** Holds 256 random bits that let somebody in. Is never text, except for who is let in. */
final class Secret {
  private static final int BYTES = 32;
  private static final SecureRandom RANDOM = new SecureRandom();

  private final byte[] text;

  private Secret(byte[] text) {
    this.text = text;
  }

  static Secret create() {
    byte[] bits = new byte[BYTES];
    RANDOM.nextBytes(bits);
    return new Secret(Base64.getUrlEncoder().withoutPadding().encode(bits));
  }

  /** Compares in a time that says nothing of how much of a guess is right. */
  boolean equalsGuess(String guess) {
    return MessageDigest.isEqual(text, guess.getBytes(StandardCharsets.UTF_8));
  }

  /** Returns the secret as it stands in a link or a cookie: 43 characters of base64url. */
  String reveal() {
    return new String(text, StandardCharsets.US_ASCII);
  }

  @Override
  public String toString() {
    return "Secret[…]";
  }
}
