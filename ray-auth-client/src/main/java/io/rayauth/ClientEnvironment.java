package io.rayauth;

import io.rayauth.internal.call.Credential;
import io.rayauth.internal.token.JobHeaders;
import io.rayauth.token.AccessToken;
import io.rayauth.token.TokenProvider;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * Reads the variables that Ray's own client reads ({@code
 * python/ray/dashboard/modules/dashboard_sdk.py} and {@code job/cli.py}).
 */
final class ClientEnvironment {
  private static final String DEFAULT_ADDRESS = "http://localhost:8265";

  private final Map<String, String> variables;

  private ClientEnvironment(Map<String, String> variables) {
    this.variables = variables;
  }

  static ClientEnvironment of(Map<String, String> variables) {
    return new ClientEnvironment(variables);
  }

  JobClient client() {
    String variable = isSet("RAY_API_SERVER_ADDRESS") ? "RAY_API_SERVER_ADDRESS" : "RAY_ADDRESS";
    String address = isSet(variable) ? variables.getOrDefault(variable, "") : DEFAULT_ADDRESS;
    JobClient.Builder builder = readFrom(variable, () -> JobClient.builder(address));
    boolean authorized =
        isSet("RAY_JOB_HEADERS") && readFrom("RAY_JOB_HEADERS", () -> applyHeaders(builder));
    if (!authorized && isSet("RAY_AUTH_PROVIDER")) {
      String name = variables.getOrDefault("RAY_AUTH_PROVIDER", "");
      builder.tokenProvider(readFrom("RAY_AUTH_PROVIDER", () -> TokenProvider.named(name)));
    } else if (!authorized && wantsToken()) {
      builder.tokenProvider(TokenProvider.rayEnvironment());
    }
    return readFrom(variable, builder::build); // which refuses plain http to another host
  }

  /** Names the variable when its value cannot be used. */
  private static <T> T readFrom(String variable, Supplier<T> reading) {
    try {
      return reading.get();
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(variable + ": " + e.getMessage(), e);
    }
  }

  /**
   * Tells whether one of the headers is {@code Authorization}, after which no other token is looked
   * for.
   */
  private boolean applyHeaders(JobClient.Builder builder) {
    Map<String, String> headers = JobHeaders.parse(variables.getOrDefault("RAY_JOB_HEADERS", ""));
    Optional<AccessToken> bearer = JobHeaders.bearer(headers, Credential.EDGE);
    bearer.ifPresent(token -> builder.tokenProvider(() -> token));
    (bearer.isPresent() ? JobHeaders.without(headers, Credential.EDGE) : headers)
        .forEach(builder::header);
    return headers.keySet().stream().anyMatch(Credential.EDGE::equalsIgnoreCase);
  }

  /**
   * Ray's own client sends a token only in token mode; a variable that holds one says as much. The
   * file in the home folder alone does not: it would go to any address.
   */
  private boolean wantsToken() {
    return variables.getOrDefault("RAY_AUTH_MODE", "").equalsIgnoreCase("token")
        || isSet("RAY_AUTH_TOKEN")
        || isSet("RAY_AUTH_TOKEN_PATH");
  }

  private boolean isSet(String name) {
    return !variables.getOrDefault(name, "").isEmpty();
  }
}
