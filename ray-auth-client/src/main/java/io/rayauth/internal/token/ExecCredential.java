package io.rayauth.internal.token;

import io.rayauth.internal.json.JsonText;
import io.rayauth.token.AccessToken;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Reads what a credential program prints: an {@code ExecCredential} of {@code
 * client.authentication.k8s.io}, as the plugins of kubectl do, or the bare token.
 */
final class ExecCredential {
  private static final String GROUP = "client.authentication.k8s.io/";

  private ExecCredential() {}

  /**
   * Finds the token in the output.
   *
   * @throws IllegalArgumentException if there is none; the message goes on from "the command …" and
   *     holds nothing of the output
   */
  static AccessToken token(String output) {
    String text = Blanks.trim(output);
    if (text.isEmpty()) {
      throw new IllegalArgumentException("printed nothing");
    }
    if (text.startsWith("{")) {
      return fromJson(text);
    }
    long lines = text.lines().count();
    if (lines > 1) {
      throw new IllegalArgumentException("printed %,d lines instead of one token".formatted(lines));
    }
    try {
      return Jwt.token(text);
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException("printed no usable token: " + e.getMessage(), e);
    }
  }

  private static AccessToken fromJson(String json) {
    Map<String, @Nullable Object> credential;
    try {
      credential = JsonText.object(json);
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException("printed " + e.getMessage(), e);
    }
    if (!"ExecCredential".equals(credential.get("kind"))
        || !(credential.get("apiVersion") instanceof String version)
        || !version.startsWith(GROUP)) {
      throw new IllegalArgumentException(
          "printed JSON that is no ExecCredential of client.authentication.k8s.io; let it print the bare token instead");
    }
    if (!(credential.get("status") instanceof Map<?, ?> status)
        || !(status.get("token") instanceof String value)) {
      throw new IllegalArgumentException(
          "printed an ExecCredential without status.token; client certificates are not tokens");
    }
    try {
      return expiry(status.get("expirationTimestamp"))
          .map(expiresAt -> AccessToken.of(value, expiresAt))
          .orElseGet(() -> Jwt.token(value));
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(
          "printed an ExecCredential whose status is not usable: " + e.getMessage(), e);
    }
  }

  private static Optional<Instant> expiry(@Nullable Object timestamp) {
    if (timestamp == null) {
      return Optional.empty();
    }
    try {
      return Optional.of(OffsetDateTime.parse(timestamp.toString()).toInstant());
    } catch (DateTimeException e) { // its message quotes the text, whatever that may be
      throw new IllegalArgumentException("expirationTimestamp is no RFC 3339 time");
    }
  }
}
