package io.rayauth.token;

/**
 * Gives the bearer token that a request is sent with.
 *
 * <p>One blocking method, so that a lambda will do. A provider need not cache: {@link
 * io.rayauth.JobClient} calls it once, keeps the token while it is good and asks again when it gets
 * old or is refused. Implementations must be thread-safe.
 */
@FunctionalInterface
public interface TokenProvider {

  /**
   * Returns a token that is good now. May block and may do I/O; called from any thread, and by one
   * thread at a time for each client unless a call hangs.
   *
   * @return the token, fetched anew unless this provider caches
   * @throws TokenUnavailableException if there is none; the message says which source was asked
   */
  AccessToken token();

  static TokenProvider of(String token) {
    AccessToken value = AccessToken.of(token);
    return () -> value;
  }

  static TokenProvider named(String name) {
    throw TokenUnavailableException.absent("no provider " + name);
  }

  static TokenProvider rayEnvironment() {
    return () -> AccessToken.of(System.getenv("RAY_AUTH_TOKEN"));
  }

  static TokenProvider ofFile(java.nio.file.Path file) {
    return () -> {
      try {
        return AccessToken.of(java.nio.file.Files.readString(file).strip());
      } catch (java.io.IOException e) {
        throw TokenUnavailableException.broken("no file " + file, e);
      }
    };
  }
}
