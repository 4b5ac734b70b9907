package io.rayauth.kubernetes;

import io.rayauth.internal.token.Jwt;
import io.rayauth.token.AccessToken;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Tells what a token says about itself. Nothing is verified: it is the caller's own token, and the
 * server checks it anyway.
 */
record TokenClaims(Map<String, @Nullable Object> claims) {

  static TokenClaims of(AccessToken token) {
    return new TokenClaims(Jwt.claims(token.value()));
  }

  /** Tells whether it says anything. */
  boolean isJwt() {
    return !claims.isEmpty();
  }

  Optional<Instant> end() {
    return Jwt.moment(claims, "exp");
  }

  Optional<Instant> begin() {
    return Jwt.moment(claims, "nbf");
  }

  /** Returns the user, which for a ServiceAccount is the name that the API server knows. */
  Optional<String> subject() {
    return text("sub");
  }

  Optional<String> issuer() {
    return text("iss");
  }

  List<String> audiences() {
    Object audience = claims.get("aud");
    if (audience instanceof List<?> list) {
      return list.stream().map(String::valueOf).toList();
    }
    return audience instanceof String one ? List.of(one) : List.of();
  }

  private Optional<String> text(String claim) {
    return claims.get(claim) instanceof String text ? Optional.of(text) : Optional.empty();
  }
}
