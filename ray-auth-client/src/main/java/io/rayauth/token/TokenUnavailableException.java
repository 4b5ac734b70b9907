package io.rayauth.token;

import io.rayauth.error.RayException;
import java.io.Serial;
import org.jspecify.annotations.Nullable;

/**
 * Says that a {@link TokenProvider} has no token to give.
 *
 * <p>There are two kinds. <i>Absent</i>: the source is not there at all (a variable that is not
 * set, a file that does not exist); a chain goes on to its next provider. <i>Broken</i>: the source
 * is there but cannot be used (an empty file, a command that failed); a chain stops, so that a typo
 * never silently changes the identity a program runs under.
 */
public class TokenUnavailableException extends RayException {
  @Serial private static final long serialVersionUID = 1L;

  private final boolean absent;

  private TokenUnavailableException(String message, boolean absent, @Nullable Throwable cause) {
    super(message, cause);
    this.absent = absent;
  }

  /**
   * Says that the source does not exist here.
   *
   * @param message which source, without any part of a token
   * @return the exception to throw
   */
  public static TokenUnavailableException absent(String message) {
    return new TokenUnavailableException(message, true, null);
  }

  /**
   * Says that the source exists but cannot be used.
   *
   * @param message which source, why and what to do, without any part of a token
   * @return the exception to throw
   */
  public static TokenUnavailableException broken(String message) {
    return new TokenUnavailableException(message, false, null);
  }

  /**
   * Says that the source exists but cannot be used.
   *
   * @param message which source, why and what to do, without any part of a token
   * @param cause what failed
   * @return the exception to throw
   */
  public static TokenUnavailableException broken(String message, Throwable cause) {
    return new TokenUnavailableException(message, false, cause);
  }

  /**
   * Tells whether the source does not exist here at all, as opposed to being there and unusable.
   *
   * @return true if a chain may go on to its next provider
   */
  public boolean isAbsent() {
    return absent;
  }
}
