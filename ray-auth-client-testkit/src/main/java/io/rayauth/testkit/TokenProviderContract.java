package io.rayauth.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.rayauth.token.AccessToken;
import io.rayauth.token.TokenProvider;
import io.rayauth.token.TokenUnavailableException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Tests what every {@link TokenProvider} must do; a test class implements it and says how its
 * provider is made.
 *
 * <pre>{@code
 * class VaultTokenProviderTest implements TokenProviderContract {
 *   public TokenProvider newProvider() {
 *     return new VaultTokenProvider(stubOfVault);
 *   }
 * }
 * }</pre>
 */
public interface TokenProviderContract {
  /** How many threads ask at once. */
  int THREADS = 8;

  /** How long one test may take, in seconds. */
  int SECONDS = 60;

  /**
   * Makes a provider that has a token to give.
   *
   * @return a new provider each time
   */
  TokenProvider newProvider();

  /**
   * Makes a provider whose source does not exist, so that a chain may go on to its next one.
   *
   * @return empty if there is no such case, which is the default
   */
  default Optional<TokenProvider> newAbsentProvider() {
    return Optional.empty();
  }

  /**
   * Makes a provider whose source exists but cannot be used, so that a chain must stop.
   *
   * @return empty if there is no such case, which is the default
   */
  default Optional<TokenProvider> newBrokenProvider() {
    return Optional.empty();
  }

  /** Checks that a token comes, again and again. */
  @Test
  @Timeout(SECONDS)
  default void token_whenAskedTwice_isThereBothTimes() {
    TokenProvider provider = newProvider();

    AccessToken first = provider.token();
    AccessToken second = provider.token();

    assertThat(first).isNotNull();
    assertThat(second).isNotNull();
  }

  /** Checks that a provider can be logged. */
  @Test
  @Timeout(SECONDS)
  default void toString_afterATokenWasGiven_doesNotShowIt() {
    TokenProvider provider = newProvider();

    String secret = provider.token().value();

    assertThat(provider.toString().contains(secret)).as("the token is in toString()").isFalse();
  }

  /**
   * Checks that one provider serves many threads.
   *
   * @throws Exception if a thread fails
   */
  @Test
  @Timeout(SECONDS)
  default void token_whenManyThreadsAsk_answersEachOfThem() throws Exception {
    TokenProvider provider = newProvider();
    CyclicBarrier together = new CyclicBarrier(THREADS);
    ExecutorService threads = Executors.newFixedThreadPool(THREADS);
    try {
      List<Future<AccessToken>> answers = new ArrayList<>();
      for (int i = 0; i < THREADS; i++) {
        answers.add(
            threads.submit(() -> {
              together.await();
              return provider.token();
            }));
      }

      for (Future<AccessToken> answer : answers) {
        assertThat(answer.get()).isNotNull();
      }
    } finally {
      threads.shutdownNow();
      assertThat(threads.awaitTermination(SECONDS, TimeUnit.SECONDS)).isTrue();
    }
  }

  /** Checks how a provider says that its source does not exist. */
  @Test
  @Timeout(SECONDS)
  default void token_whenTheSourceDoesNotExist_isAbsent() {
    Optional<TokenProvider> provider = newAbsentProvider();
    assumeTrue(provider.isPresent(), "this provider's source always exists");

    Throwable thrown = catchThrowable(provider.get()::token);

    assertThat(thrown).isInstanceOf(TokenUnavailableException.class);
    assertThat(((TokenUnavailableException) thrown).isAbsent()).isTrue();
  }

  /** Checks how a provider says that its source cannot be used, and that it gives nothing away. */
  @Test
  @Timeout(SECONDS)
  default void token_whenTheSourceIsBroken_isUnavailableAndShowsNoToken() {
    Optional<TokenProvider> provider = newBrokenProvider();
    assumeTrue(provider.isPresent(), "this provider's source cannot break");

    Throwable thrown = catchThrowable(provider.get()::token);

    assertThat(thrown).isInstanceOf(TokenUnavailableException.class);
    assertThat(((TokenUnavailableException) thrown).isAbsent()).isFalse();
    String secret = newProvider().token().value();
    StringWriter trace = new StringWriter();
    thrown.printStackTrace(new PrintWriter(trace));
    assertThat(trace.toString().contains(secret)).as("the token is in the exception").isFalse();
  }
}
