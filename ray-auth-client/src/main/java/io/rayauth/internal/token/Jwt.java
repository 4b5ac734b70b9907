package io.rayauth.internal.token;

import io.rayauth.internal.json.JsonText;
import io.rayauth.token.AccessToken;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.Base64;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Looks into tokens that happen to be JSON Web Tokens (RFC 7519), to learn when they end.
 *
 * <p>No signature is checked: the server does that, and a forged end only harms whoever forged it.
 * Whatever cannot be understood counts as unknown, never as an error.
 */
public final class Jwt {
  private static final BigDecimal LATEST = BigDecimal.valueOf(Instant.MAX.getEpochSecond());
  private static final BigDecimal EARLIEST = BigDecimal.valueOf(Instant.MIN.getEpochSecond());

  /** Longer numbers would only cost time; the seconds of {@link Instant#MAX} have 17 digits. */
  private static final int MOST_DIGITS = 40;

  private Jwt() {}

  /**
   * Reads the claim {@code exp} out of a signed JWT.
   *
   * @param token any token
   * @return the moment it ends; empty if the token is no JWT or does not tell
   */
  public static Optional<Instant> expiry(String token) {
    return moment(claims(token), "exp");
  }

  /**
   * Reads what a signed JWT claims.
   *
   * @param token any token
   * @return the claims, empty if the token is no JWT
   */
  public static Map<String, @Nullable Object> claims(String token) {
    int first = token.indexOf('.');
    int second = token.indexOf('.', first + 1);
    if (first <= 0 || second < 0 || token.indexOf('.', second + 1) >= 0) {
      return Map.of();
    }
    try {
      byte[] payload = Base64.getUrlDecoder().decode(token.substring(first + 1, second));
      return JsonText.object(new String(payload, StandardCharsets.UTF_8));
    } catch (IllegalArgumentException notAJwt) {
      return Map.of();
    }
  }

  /**
   * Reads a claim that is a moment, such as {@code exp} or {@code nbf}.
   *
   * @param claims what a token claims
   * @param name the name of the claim
   * @return empty if it is not there or no moment
   */
  public static Optional<Instant> moment(Map<String, @Nullable Object> claims, String name) {
    return claims.get(name) instanceof Number seconds ? instant(seconds) : Optional.empty();
  }

  /**
   * Makes a token that expires when its own claim says so.
   *
   * @throws IllegalArgumentException if the text cannot be a token; the message does not contain it
   */
  public static AccessToken token(String value) {
    return expiry(value)
        .map(expiresAt -> AccessToken.of(value, expiresAt))
        .orElseGet(() -> AccessToken.of(value));
  }

  /** RFC 7519 allows fractions; they are cut off, so that a token rather ends too early. */
  private static Optional<Instant> instant(Number number) {
    String digits = number.toString();
    if (digits.length() > MOST_DIGITS) {
      return Optional.empty();
    }
    try {
      BigDecimal seconds = new BigDecimal(digits);
      if (seconds.compareTo(EARLIEST) < 0 || seconds.compareTo(LATEST) > 0) {
        return Optional.empty();
      }
      return Optional.of(
          Instant.ofEpochSecond(seconds.setScale(0, RoundingMode.FLOOR).longValueExact()));
    } catch (NumberFormatException | DateTimeException infinite) {
      return Optional.empty();
    }
  }
}
