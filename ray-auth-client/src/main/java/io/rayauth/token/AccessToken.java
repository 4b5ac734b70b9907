package io.rayauth.token;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.time.Instant;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Holds a bearer token that is known to fit into an HTTP header, with the moment it expires where
 * that is known.
 *
 * <p>Immutable and thread-safe. {@link #toString()} never shows the token, the class is not
 * serializable and {@link #equals(Object)} takes the same time wherever two tokens differ.
 */
public final class AccessToken {
  /**
   * Ray's HTTP server refuses header values above 8,190 bytes, {@code "Bearer "} included, and
   * quotes the beginning of the value when it does (aiohttp's {@code max_field_size}).
   */
  private static final int LONGEST = 8_179;

  private final String value;
  private final @Nullable Instant expiresAt;

  private AccessToken(String value, @Nullable Instant expiresAt) {
    this.value = validated(value);
    this.expiresAt = expiresAt;
  }

  /**
   * Creates a token that is not known to expire.
   *
   * @param value the bare token, without {@code "Bearer "}
   * @return the token
   * @throws IllegalArgumentException if the value is empty, longer than 8,179 characters or holds a
   *     character that RFC 6750 (section 2.1) does not allow; the message does not contain the
   *     value
   */
  public static AccessToken of(String value) {
    return new AccessToken(value, null);
  }

  /**
   * Creates a token that expires.
   *
   * @param value the bare token, without {@code "Bearer "}
   * @param expiresAt the moment from which on it is refused
   * @return the token
   * @throws IllegalArgumentException if the value is empty, longer than 8,179 characters or holds a
   *     character that RFC 6750 (section 2.1) does not allow; the message does not contain the
   *     value
   */
  public static AccessToken of(String value, Instant expiresAt) {
    return new AccessToken(value, expiresAt);
  }

  /**
   * Returns the bare token: the one place where the secret comes out.
   *
   * @return the token without {@code "Bearer "}
   */
  public String value() {
    return value;
  }

  /**
   * Returns the moment the token expires.
   *
   * @return empty if the token has no known end
   */
  public Optional<Instant> expiresAt() {
    return Optional.ofNullable(expiresAt);
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof AccessToken that
        && MessageDigest.isEqual(bytes(), that.bytes())
        && expiresAt().equals(that.expiresAt());
  }

  @Override
  public int hashCode() {
    return value.hashCode();
  }

  @Override
  public String toString() {
    return expiresAt == null ? "AccessToken[…]" : "AccessToken[…, expires " + expiresAt + "]";
  }

  private byte[] bytes() {
    return value.getBytes(StandardCharsets.US_ASCII);
  }

  private static String validated(String value) {
    if (value.isEmpty()) {
      throw new IllegalArgumentException("the token is empty");
    }
    if (value.length() > LONGEST) {
      throw new IllegalArgumentException(
          "the token has %,d characters; Ray's HTTP server takes at most %,d"
              .formatted(value.length(), LONGEST));
    }
    boolean padding = false;
    for (int i = 0; i < value.length(); i++) {
      char c = value.charAt(i);
      padding |= c == '=' && i > 0;
      if (padding ? c != '=' : !isTokenCharacter(c)) {
        throw new IllegalArgumentException(
            "the token contains " + describe(c) + " at index " + i + hint(c));
      }
    }
    return value;
  }

  /** The alphabet of {@code b64token}, RFC 6750 section 2.1. */
  private static boolean isTokenCharacter(char c) {
    return (c >= 'a' && c <= 'z')
        || (c >= 'A' && c <= 'Z')
        || (c >= '0' && c <= '9')
        || "-._~+/".indexOf(c) >= 0;
  }

  private static String describe(char c) {
    return switch (c) {
      case '\n', '\r' -> "a line break";
      case ' ', '\t' -> "a blank";
      case '=' -> "'=' before its end";
      default ->
          c < 0x20 || c > 0x7e
              ? "character U+%04X".formatted((int) c)
              : "a character that a bearer token cannot have";
    };
  }

  private static String hint(char c) {
    return switch (c) {
      case '\n', '\r' -> "; was it read from a file without trimming?";
      case ' ' -> "; give the bare token, without \"Bearer \"";
      default -> "; RFC 6750 allows letters, digits and -._~+/ with = at the end";
    };
  }
}
