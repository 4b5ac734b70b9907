package io.rayauth.token;

/**
 * Is a {@link TokenProvider} that remembers tokens itself, and can be told that one was refused.
 *
 * <p>For providers over a library that has a cache of its own: without this, the token that a
 * cluster has just refused would come out of it again. Providers that fetch a token at every call
 * need it not. Implementations must be thread-safe.
 */
public interface RefusableTokenProvider extends TokenProvider {

  /**
   * Forgets a token that a server refused, if it is the one that would be given next. Called before
   * the next {@link #token()}; must be quick and send nothing.
   *
   * @param used the token the request was sent with
   */
  void reject(AccessToken used);
}
