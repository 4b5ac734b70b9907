package io.rayauth.testkit;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.rayauth.token.AccessToken;
import io.rayauth.token.TokenProvider;
import io.rayauth.token.TokenUnavailableException;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class TokenProviderContractTest implements TokenProviderContract {
  /** Does everything wrong that the contract forbids. */
  private static final class Leaky implements TokenProvider {
    @Override
    public AccessToken token() {
      return AccessToken.of("s3cret");
    }

    @Override
    public String toString() {
      return "Leaky[s3cret]";
    }
  }

  private record LeakyContract(Optional<TokenProvider> newBrokenProvider)
      implements TokenProviderContract {
    @Override
    public TokenProvider newProvider() {
      return new Leaky();
    }

    @Override
    public Optional<TokenProvider> newAbsentProvider() {
      return newBrokenProvider;
    }
  }

  @Override
  public TokenProvider newProvider() {
    return () -> AccessToken.of("s3cret");
  }

  @Override
  public Optional<TokenProvider> newAbsentProvider() {
    return Optional.of(() -> {
      throw TokenUnavailableException.absent("nothing here");
    });
  }

  @Override
  public Optional<TokenProvider> newBrokenProvider() {
    return Optional.of(() -> {
      throw TokenUnavailableException.broken("unreadable");
    });
  }

  @Test
  void contract_whenAProviderShowsItsToken_fails() {
    TokenProviderContract contract = new LeakyContract(Optional.empty());

    assertThatThrownBy(contract::toString_afterATokenWasGiven_doesNotShowIt)
        .isInstanceOf(AssertionError.class);
  }

  @Test
  void contract_whenAnExceptionShowsTheToken_fails() {
    TokenProviderContract contract =
        new LeakyContract(
            Optional.of(() -> {
              throw TokenUnavailableException.broken("cannot use s3cret");
            }));

    assertThatThrownBy(contract::token_whenTheSourceIsBroken_isUnavailableAndShowsNoToken)
        .isInstanceOf(AssertionError.class);
    assertThatThrownBy(contract::token_whenTheSourceDoesNotExist_isAbsent)
        .isInstanceOf(AssertionError.class);
    assertThatCode(contract::token_whenAskedTwice_isThereBothTimes).doesNotThrowAnyException();
  }
}
