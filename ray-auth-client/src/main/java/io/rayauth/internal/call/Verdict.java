package io.rayauth.internal.call;

import io.rayauth.internal.http.ApiResponse;
import io.rayauth.internal.http.Outcome;
import io.rayauth.time.TimeSource;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Decides what follows from an attempt.
 *
 * @param kind what follows
 * @param retryAfter the pause the server asked for, null if it did not
 */
record Verdict(Kind kind, @Nullable Duration retryAfter) {
  enum Kind {
    OK,
    /** The token, or the lack of one, was refused. */
    REJECTED,
    /** Another attempt may fare better. */
    AGAIN,
    FAILED
  }

  /**
   * What a dashboard says with status 500 while it restarts or has lost its agent for a moment. A
   * malformed request gets the first one too, which costs some attempts in vain.
   */
  private static final List<String> PASSING_FAULTS =
      List.of(
          "Server got itself in trouble",
          "No available agent to submit job",
          "ClientConnectorError",
          "ServerDisconnectedError",
          "Authorization error (user=");

  static Verdict of(Outcome outcome, TimeSource time) {
    if (outcome instanceof Outcome.NoAnswer no) {
      return new Verdict(no.repeatable() ? Kind.AGAIN : Kind.FAILED, null);
    }
    ApiResponse response = ((Outcome.Answer) outcome).response();
    Kind kind =
        switch (response.status()) {
          case 200, 201, 202, 204 -> response.isHtml() ? Kind.FAILED : Kind.OK;
          case 401, 403 -> Kind.REJECTED;
          case 408, 429, 502, 503, 504 -> Kind.AGAIN;
          case 500 ->
              PASSING_FAULTS.stream().anyMatch(response.text()::contains)
                  ? Kind.AGAIN
                  : Kind.FAILED;
          default -> Kind.FAILED;
        };
    return new Verdict(kind, kind == Kind.AGAIN ? retryAfter(response, time).orElse(null) : null);
  }

  /** RFC 9110 section 10.2.3: seconds, or a date. */
  private static Optional<Duration> retryAfter(ApiResponse response, TimeSource time) {
    return response
        .header("Retry-After")
        .map(String::strip)
        .flatMap(value -> {
          try {
            Duration pause =
                value.matches("\\d{1,9}")
                    ? Duration.ofSeconds(Long.parseLong(value))
                    : Duration.between(
                        time.instant(),
                        ZonedDateTime.parse(value, DateTimeFormatter.RFC_1123_DATE_TIME)
                            .toInstant());
            return Optional.of(pause.isNegative() ? Duration.ZERO : pause);
          } catch (DateTimeException e) {
            return Optional.empty();
          }
        });
  }
}
