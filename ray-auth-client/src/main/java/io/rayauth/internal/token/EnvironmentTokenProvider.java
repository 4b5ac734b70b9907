package io.rayauth.internal.token;

import io.rayauth.token.AccessToken;
import io.rayauth.token.TokenProvider;
import io.rayauth.token.TokenUnavailableException;
import java.util.Map;

/**
 * Takes the token from an environment variable, blanks at both ends cut off.
 *
 * <p>No end is read out of it, even if it is a JWT: asking again could not give another one.
 */
public final class EnvironmentTokenProvider implements TokenProvider {
  private final Map<String, String> environment;
  private final String variable;

  /** Creates a provider over an environment, usually {@link System#getenv()}. */
  public EnvironmentTokenProvider(Map<String, String> environment, String variable) {
    if (variable.isBlank()) {
      throw new IllegalArgumentException("the name of the environment variable is empty");
    }
    this.environment = environment;
    this.variable = variable;
  }

  @Override
  public AccessToken token() {
    String value = environment.get(variable);
    if (value == null) {
      throw TokenUnavailableException.absent(
          "the environment variable " + variable + " is not set");
    }
    String trimmed = Blanks.trim(value);
    if (trimmed.isEmpty()) {
      throw TokenUnavailableException.broken(
          "the environment variable "
              + variable
              + " is set but empty; give it a token or remove it");
    }
    try {
      return AccessToken.of(trimmed);
    } catch (IllegalArgumentException e) {
      throw TokenUnavailableException.broken(
          "the environment variable " + variable + " holds no usable token: " + e.getMessage(), e);
    }
  }

  @Override
  public String toString() {
    return "environment variable " + variable;
  }
}
