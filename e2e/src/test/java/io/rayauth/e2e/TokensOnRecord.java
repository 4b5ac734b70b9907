package io.rayauth.e2e;

import io.rayauth.token.AccessToken;
import io.rayauth.token.TokenProvider;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** Passes on the tokens of another provider and remembers them. */
final class TokensOnRecord implements TokenProvider {
  private final TokenProvider tokens;
  private final List<String> given = new CopyOnWriteArrayList<>();

  TokensOnRecord(TokenProvider tokens) {
    this.tokens = tokens;
  }

  @Override
  public AccessToken token() {
    AccessToken token = tokens.token();
    given.add(token.value());
    return token;
  }

  /** Returns how many were given. */
  int count() {
    return given.size();
  }

  /** Tells whether one of them is in a text; so that a test that fails need not print any. */
  boolean isAnyIn(String text) {
    return given.stream().anyMatch(text::contains);
  }
}
