package io.rayauth.internal.token;

import io.rayauth.token.AccessToken;
import java.util.Map;
import java.util.Optional;

/** Holds the headers of {@code RAY_JOB_HEADERS}. */
public record JobHeaders(
    Map<String, String> others, Optional<AccessToken> bearer, boolean setsAuthorization) {
  /** Reads the JSON. */
  public static JobHeaders parse(String json) {
    throw new IllegalArgumentException("RAY_JOB_HEADERS cannot be read yet");
  }
}
