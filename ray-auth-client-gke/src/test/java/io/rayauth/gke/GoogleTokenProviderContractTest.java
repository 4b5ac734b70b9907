package io.rayauth.gke;

import io.rayauth.testkit.TokenProviderContract;
import io.rayauth.time.TimeSource;
import io.rayauth.token.TokenProvider;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.io.TempDir;

class GoogleTokenProviderContractTest implements TokenProviderContract {
  private final Google google = new Google();
  @TempDir Path home;

  @AfterEach
  void close() {
    google.close();
  }

  @Override
  public TokenProvider newProvider() {
    google.giveTokens(Google.TOKENS, "canary-ya29.user-access-token");
    return provider(new CredentialFiles(home).user());
  }

  @Override
  public Optional<TokenProvider> newAbsentProvider() {
    google.hide(Google.METADATA);
    return Optional.of(GoogleTokenProvider.applicationDefault(google.surroundings(home)));
  }

  @Override
  public Optional<TokenProvider> newBrokenProvider() {
    return Optional.of(provider(home.resolve("not-there.json")));
  }

  private TokenProvider provider(Path file) {
    return GoogleTokenProvider.applicationDefault(
        google.surroundings(
            home, Map.of("GOOGLE_APPLICATION_CREDENTIALS", file.toString()), TimeSource.system()));
  }
}
