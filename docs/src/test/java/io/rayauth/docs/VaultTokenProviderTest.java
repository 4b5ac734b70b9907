package io.rayauth.docs;

import io.rayauth.testkit.TokenProviderContract;
import io.rayauth.token.TokenProvider;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

// @start region=contract
class VaultTokenProviderTest implements TokenProviderContract {
  @Override
  public TokenProvider newProvider() {
    Instant end = Instant.now().plus(Duration.ofHours(1));
    return new VaultTokenProvider(path -> Optional.of(new Vault.Secret("canary-vault", end)));
  }

  @Override
  public Optional<TokenProvider> newAbsentProvider() {
    return Optional.of(new VaultTokenProvider(path -> Optional.empty()));
  }

  @Override
  public Optional<TokenProvider> newBrokenProvider() {
    return Optional.of(
        new VaultTokenProvider(path -> {
          throw new IOException("not now");
        }));
  }
}
// @end
