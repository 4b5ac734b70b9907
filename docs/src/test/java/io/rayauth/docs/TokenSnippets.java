package io.rayauth.docs;

import static org.assertj.core.api.Assertions.assertThat;

import io.rayauth.JobClient;
import io.rayauth.RayClientListener;
import io.rayauth.error.RayException;
import io.rayauth.testkit.FakeRay;
import io.rayauth.testkit.Gate;
import io.rayauth.token.AccessToken;
import io.rayauth.token.CachePolicy;
import io.rayauth.token.TokenProvider;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(120)
class TokenSnippets {
  private static final String TOKEN = "canary-tokens";

  private final FakeRay ray = FakeRay.builder().gate(Gate.rayToken(TOKEN)).start();

  @AfterEach
  void close() {
    ray.close();
  }

  // @start region=listener
  private static final class TokenMetrics implements RayClientListener {
    final AtomicInteger refreshes = new AtomicInteger();
    final AtomicInteger failures = new AtomicInteger();

    @Override
    public void onTokenRefreshed(@Nullable Instant expiresAt) {
      refreshes.incrementAndGet();
    }

    @Override
    public void onTokenRefreshFailed(RayException cause, Instant retryAt) {
      failures.incrementAndGet();
    }
  }

  // @end

  @Test
  void chain_whenTheFirstIsAbsent_takesTheNext(@TempDir Path folder) throws IOException {
    Path tokenFile = Files.writeString(folder.resolve("token"), TOKEN);

    // @start region=chain
    TokenProvider tokens =
        TokenProvider.chain(
            TokenProvider.ofEnv("TEAM_A_RAY_TOKEN"),
            TokenProvider.ofFile(tokenFile),
            TokenProvider.ofCommand(List.of("kubectl", "create", "token", "ray-user")));
    // @end

    assertAccepted(tokens);
  }

  @Test
  void own_withAVault_getsInAndIsAskedOnce() {
    AtomicInteger reads = new AtomicInteger();
    Vault vault =
        path -> {
          reads.incrementAndGet();
          return Optional.of(new Vault.Secret(TOKEN, Instant.now().plus(Duration.ofHours(1))));
        };

    assertAccepted(new VaultTokenProvider(vault));

    assertThat(reads).hasValue(1);
  }

  @Test
  void listener_whenTheTokenIsFetched_counts() {
    TokenMetrics metrics = new TokenMetrics();

    try (JobClient client =
        JobClient.builder(ray.url())
            .tokenProvider(TokenProvider.of(TOKEN))
            .listener(metrics)
            .build()) {
      client.version();
    }

    assertThat(metrics.refreshes).hasValue(1);
    assertThat(metrics.failures).hasValue(0);
  }

  @Test
  void cached_withAPolicy_getsIn() {
    TokenProvider provider =
        () -> AccessToken.of(TOKEN, Instant.now().plus(Duration.ofMinutes(10)));

    // @start region=cache
    TokenProvider tokens =
        provider.cached(
            CachePolicy.builder()
                .expiryMargin(Duration.ofMinutes(1)) // expired from one minute before its end
                .staleFraction(0.3) // renewed in the background in the last 30 % of its life
                .build());
    // @end

    assertAccepted(tokens);
  }

  private void assertAccepted(TokenProvider tokens) {
    try (JobClient client = JobClient.builder(ray.url()).tokenProvider(tokens).build()) {
      client.version();
      assertThat(client.jobs()).isEmpty();
    }
  }
}
