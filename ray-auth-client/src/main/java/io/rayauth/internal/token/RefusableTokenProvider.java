package io.rayauth.internal.token;

import io.rayauth.token.AccessToken;
import io.rayauth.token.TokenProvider;

/** Remembers tokens and can be told that one was refused. */
public interface RefusableTokenProvider extends TokenProvider {

  /**
   * Forgets a token that a server refused, if it is the one that would be given next.
   *
   * @param used the token the request was sent with
   */
  void reject(AccessToken used);
}
