package io.rayauth.internal.token;

import io.rayauth.token.AccessToken;
import io.rayauth.token.RefusableTokenProvider;
import io.rayauth.token.TokenProvider;
import io.rayauth.token.TokenUnavailableException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Asks several providers in their order and takes the first token.
 *
 * <p>Only a provider whose source is absent is passed over; a broken one stops the search.
 */
public final class ChainTokenProvider implements ChangingTokenProvider, RefusableTokenProvider {
  private final List<TokenProvider> providers;

  /** The provider that gave the last token: how long that is kept depends on where it came from. */
  private volatile TokenProvider last;

  /**
   * Creates a chain.
   *
   * @throws IllegalArgumentException if there are no providers
   */
  public ChainTokenProvider(List<TokenProvider> providers) {
    if (providers.isEmpty()) {
      throw new IllegalArgumentException("a chain needs at least one token provider");
    }
    this.providers = List.copyOf(providers);
    this.last = this.providers.get(0);
  }

  @Override
  public AccessToken token() {
    List<String> tried = new ArrayList<>();
    for (TokenProvider provider : providers) {
      try {
        AccessToken token = provider.token();
        last = provider;
        return token;
      } catch (TokenUnavailableException e) {
        tried.add(String.valueOf(e.getMessage()));
        if (!e.isAbsent()) {
          throw TokenUnavailableException.broken(message(tried), e);
        }
      }
    }
    throw TokenUnavailableException.absent(message(tried));
  }

  @Override
  public Optional<Duration> recheckAfter() {
    return last instanceof ChangingTokenProvider changing
        ? changing.recheckAfter()
        : Optional.empty();
  }

  @Override
  public void reject(AccessToken used) {
    for (TokenProvider provider : providers) {
      if (provider instanceof RefusableTokenProvider refusable) {
        refusable.reject(used);
      }
    }
  }

  private static String message(List<String> tried) {
    return "no token: " + String.join("; ", tried);
  }
}
