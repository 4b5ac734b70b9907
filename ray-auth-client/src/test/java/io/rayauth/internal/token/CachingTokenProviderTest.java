package io.rayauth.internal.token;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.rayauth.error.RayException;
import io.rayauth.token.AccessToken;
import io.rayauth.token.CachePolicy;
import io.rayauth.token.TokenProvider;
import io.rayauth.token.TokenUnavailableException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.random.RandomGenerator;
import java.util.stream.Stream;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** One thread, a clock moved by hand and background work that runs when the test says so. */
@Timeout(20)
class CachingTokenProviderTest {
  private static final Duration MINUTE = Duration.ofMinutes(1);

  private final HandClock clock = new HandClock();
  private final Deque<Runnable> background = new ArrayDeque<>();
  private final CachePolicy policy =
      CachePolicy.builder()
          .jitter(0)
          .waitLimit(
              Duration.ofMillis(1)) // background work that the test never runs counts as hung
          .refreshExecutor(background::add)
          .build();
  private final List<String> told = new ArrayList<>();
  private int calls;

  @Test
  void token_whenFresh_asksOnce() {
    CachingTokenProvider cache = cache(hourly());

    AccessToken first = cache.token();
    clock.advance(Duration.ofMinutes(39));

    assertThat(cache.token()).isSameAs(first);
    assertThat(calls).isEqualTo(1);
    assertThat(background).isEmpty();
  }

  @Test
  void token_whenStale_returnsTheOldOneAndRefreshesOnceInTheBackground() {
    CachingTokenProvider cache = cache(hourly());
    AccessToken first = cache.token();

    clock.advance(Duration.ofMinutes(40));
    AccessToken stale = cache.token();
    clock.advance(MINUTE);
    AccessToken stillStale = cache.token();

    assertThat(List.of(stale, stillStale)).containsOnly(first);
    assertThat(background).hasSize(1);
    assertThat(calls).isEqualTo(1);

    background.remove().run();

    assertThat(cache.token().value()).isEqualTo("token-2");
    assertThat(calls).isEqualTo(2);
  }

  @Test
  void freshToken_whileNothingIsDue_givesTheCachedOne() {
    CachingTokenProvider cache = cache(hourly());
    AccessToken first = cache.token();

    clock.advance(Duration.ofMinutes(39));

    assertThat(cache.freshToken()).isSameAs(first);
    assertThat(cache.freshToken()).isSameAs(first);
  }

  @Test
  void freshToken_whenATokenWouldBeFetchedOrRefreshed_isNullAndStartsNothing() {
    CachingTokenProvider cache = cache(hourly());
    AccessToken beforeTheFirst = cache.freshToken();
    AccessToken first = cache.token();

    clock.advance(Duration.ofMinutes(40));
    AccessToken whenStale = cache.freshToken();
    clock.advance(Duration.ofMinutes(20));
    AccessToken whenExpired = cache.freshToken();
    cache.reject(first);

    assertThat(beforeTheFirst).isNull();
    assertThat(whenStale).isNull();
    assertThat(whenExpired).isNull();
    assertThat(cache.freshToken()).isNull();
    assertThat(background).isEmpty();
    assertThat(calls).isEqualTo(1);
  }

  @Test
  void freshToken_withoutAnEnd_lastsUntilItIsRefused() {
    CachingTokenProvider cache = cache(() -> AccessToken.of("canary-lasting"));
    AccessToken only = cache.token();
    clock.advance(Duration.ofDays(1000));

    AccessToken later = cache.freshToken();
    cache.reject(only);

    assertThat(later).isSameAs(only);
    assertThat(cache.freshToken()).isNull();
  }

  @Test
  void token_whenWithinTheMargin_waitsForANewOne() {
    CachingTokenProvider cache = cache(hourly());
    cache.token();

    clock.advance(Duration.ofHours(1).minusSeconds(40));

    assertThat(cache.token().value()).isEqualTo("token-2");
    assertThat(background).isEmpty();
  }

  @ParameterizedTest(name = "a life of {0} is stale after {1} and expired after {2}")
  @CsvSource({
    "PT24H, PT23H40M, PT23H59M20S",
    "PT1H, PT40M, PT59M20S",
    "PT10M, PT5M, PT9M20S",
    "PT1M, PT30S, PT45S",
    "PT8S, PT4S, PT6S"
  })
  void token_marginsScaleWithTheLifetime(Duration life, Duration stale, Duration expired) {
    CachingTokenProvider cache = cache(() -> next(life));
    cache.token();

    clock.advance(stale.minusMillis(1));
    cache.token();
    assertThat(background).isEmpty();

    clock.advance(Duration.ofMillis(1));
    cache.token();
    assertThat(background).hasSize(1);

    clock.advance(expired.minus(stale).minusMillis(1));
    assertThat(cache.token().value()).isEqualTo("token-1");

    clock.advance(Duration.ofMillis(1));
    assertThat(cache.token().value()).isEqualTo("token-2");
  }

  @Test
  void token_whenTheMachineSlept_looksAtTheWallClock() {
    CachingTokenProvider cache = cache(hourly());
    cache.token();

    clock.stepWall(Duration.ofHours(2));

    assertThat(cache.token().value()).isEqualTo("token-2");
  }

  @Test
  void token_whenTheWallClockIsSetBack_isNotKeptLonger() {
    CachingTokenProvider cache = cache(hourly());
    cache.token();

    clock.stepWall(Duration.ofDays(-1));
    clock.advance(Duration.ofHours(1).minusSeconds(30));

    assertThat(cache.token().value()).isEqualTo("token-2");
  }

  @Test
  void token_whenTheWallClockIsSetForwardABit_isFetchedEarlier() {
    CachingTokenProvider cache = cache(hourly());
    cache.token();

    clock.stepWall(Duration.ofMinutes(30));
    clock.advance(Duration.ofMinutes(10));
    cache.token();

    assertThat(background).hasSize(1);
  }

  @Test
  void token_whenItHasNoEnd_isKeptUntilItIsRefused() {
    CachingTokenProvider cache = cache(() -> AccessToken.of("token-" + ++calls));
    AccessToken first = cache.token();
    clock.advance(Duration.ofDays(10_000));
    assertThat(cache.token()).isSameAs(first);

    cache.reject(first);

    assertThat(cache.token().value()).isEqualTo("token-2");
  }

  @Test
  void token_whenTheSourceMayChange_looksAgainAfterAMinute() {
    CachingTokenProvider cache =
        cache(
            new ChangingTokenProvider() {
              @Override
              public AccessToken token() {
                return AccessToken.of("token-" + ++calls);
              }

              @Override
              public Optional<Duration> recheckAfter() {
                return Optional.of(FILE_RECHECK);
              }
            });
    cache.token();
    clock.advance(Duration.ofSeconds(59));
    cache.token();
    assertThat(background).isEmpty();

    clock.advance(Duration.ofSeconds(1));
    cache.token();
    background.remove().run();

    assertThat(cache.token().value()).isEqualTo("token-2");
  }

  @Test
  void token_whenItArrivesExpired_isUsedForAMomentInsteadOfAskingEachTime() {
    CachingTokenProvider cache = cache(() -> next(Duration.ofHours(-1)));

    AccessToken first = cache.token();
    clock.advance(Duration.ofSeconds(9));
    assertThat(cache.token()).isSameAs(first);
    clock.advance(Duration.ofSeconds(1));

    assertThat(cache.token().value()).isEqualTo("token-2");
  }

  @Test
  void token_whenTheEndIsAbsurdlyFar_doesNotOverflow() {
    CachingTokenProvider cache = cache(() -> AccessToken.of("token-" + ++calls, Instant.MAX));
    AccessToken first = cache.token();

    clock.advance(Duration.ofDays(36_500));

    assertThat(cache.token()).isSameAs(first);
  }

  @Test
  void token_whenTheEndIsAbsurdlyLongAgo_doesNotOverflow() {
    CachingTokenProvider cache = cache(() -> AccessToken.of("token-" + ++calls, Instant.MIN));

    assertThat(cache.token()).isSameAs(cache.token());
  }

  @Test
  void token_whenTheBackgroundRefreshFails_servesTheOldOneAndBacksOff() {
    Deque<RuntimeException> failures = new ArrayDeque<>();
    CachingTokenProvider cache =
        cache(() -> {
          if (!failures.isEmpty()) {
            calls++;
            throw failures.remove();
          }
          return next(Duration.ofHours(1));
        });
    AccessToken first = cache.token();
    clock.advance(Duration.ofMinutes(45));
    failures.add(TokenUnavailableException.broken("no network"));
    failures.add(TokenUnavailableException.broken("no network either"));

    assertThat(cache.token()).isSameAs(first);
    background.remove().run();
    clock.advance(Duration.ofSeconds(9));
    assertThat(cache.token()).isSameAs(first);
    assertThat(background).as("pausing").isEmpty();

    clock.advance(Duration.ofSeconds(1));
    assertThat(cache.token()).isSameAs(first);
    background.remove().run();
    clock.advance(Duration.ofSeconds(19));
    cache.token();
    assertThat(background).as("pausing twice as long").isEmpty();

    clock.advance(Duration.ofSeconds(1));
    cache.token();
    background.remove().run();

    assertThat(cache.token()).isNotEqualTo(first);
    assertThat(told)
        .containsExactly(
            "refreshed 2026-11-24T05:00:00Z",
            "failed no network, again at 2026-11-24T04:45:10Z",
            "failed no network either, again at 2026-11-24T04:45:30Z",
            "refreshed 2026-11-24T05:45:30Z");
  }

  @Test
  void token_whenTheBackgroundFailsForever_pausesAtMost32TimesAsLong() {
    CachingTokenProvider cache =
        cache(() -> {
          if (++calls > 1) {
            throw new IllegalStateException("down");
          }
          return AccessToken.of("token-1", clock.instant().plus(Duration.ofDays(1)));
        });
    cache.token();
    clock.advance(Duration.ofDays(1).minusMinutes(20));

    List<Duration> pauses = new ArrayList<>();
    Instant last = null;
    for (int second = 0; second < 1_100; second++) {
      cache.token();
      if (!background.isEmpty()) {
        background.remove().run();
        if (last != null) {
          pauses.add(Duration.between(last, clock.instant()));
        }
        last = clock.instant();
      }
      clock.advance(Duration.ofSeconds(1));
    }

    assertThat(pauses)
        .extracting(Duration::toSeconds)
        .containsExactly(10L, 20L, 40L, 80L, 160L, 320L, 320L);
  }

  static Stream<Named<Executor>> refusingExecutors() {
    return Stream.of(
        Named.of(
            "shut down",
            task -> {
              throw new RejectedExecutionException("shut down");
            }),
        Named.of(
            "somebody's own",
            task -> {
              throw new IllegalStateException("not today");
            }),
        Named.of(
            "out of threads",
            task -> {
              throw new InternalError("unable to create a thread");
            }));
  }

  @ParameterizedTest
  @MethodSource("refusingExecutors")
  void token_whenTheExecutorRefuses_servesTheOldOneAndTells(Executor executor) {
    CachePolicy refusing = CachePolicy.builder().jitter(0).refreshExecutor(executor).build();
    CachingTokenProvider cache = cache(hourly(), refusing, () -> 0);
    AccessToken first = cache.token();
    clock.advance(Duration.ofMinutes(50));

    assertThat(cache.token()).isSameAs(first);
    clock.advance(Duration.ofMinutes(10));

    assertThat(cache.token().value()).isEqualTo("token-2");
    assertThat(told).anyMatch(line -> line.startsWith("failed the token refresh could not be"));
  }

  @Test
  void token_whenTheFetchFails_throwsWhatTheProviderThrewAndAsksAgainNextTime() {
    TokenUnavailableException broken = TokenUnavailableException.broken("out of order");
    CachingTokenProvider cache =
        cache(() -> {
          if (calls++ == 0) {
            throw broken;
          }
          return AccessToken.of("good");
        });

    assertThatThrownBy(cache::token).isSameAs(broken);
    assertThat(cache.token().value()).isEqualTo("good");
    assertThat(told).containsExactly("refreshed null");
  }

  @Test
  void token_whenTheProviderBreaksItsContract_saysSoAsOneOfOurs() {
    CachingTokenProvider throwing =
        cache(() -> {
          throw new IllegalStateException("bug");
        });
    CachingTokenProvider returningNull = cache(() -> null);

    assertThatThrownBy(throwing::token)
        .isInstanceOf(TokenUnavailableException.class)
        .hasMessage("the token provider failed with java.lang.IllegalStateException")
        .hasRootCauseMessage("bug");
    assertThatThrownBy(returningNull::token)
        .isInstanceOf(TokenUnavailableException.class)
        .hasMessageContaining("null");
  }

  @Test
  void token_whenTheListenerThrows_isReturnedAllTheSame() {
    CachingTokenProvider cache =
        CachingTokenProvider.around(
            hourly(),
            policy,
            clock,
            () -> 0,
            new CachingTokenProvider.Listener() {
              @Override
              public void refreshed(Instant expiresAt) {
                throw new IllegalStateException("listener");
              }
            });

    assertThat(cache.token().value()).isEqualTo("token-1");
  }

  @Test
  void reject_whenTheTokenIsNotTheCachedOne_changesNothing() {
    CachingTokenProvider cache = cache(hourly());
    AccessToken first = cache.token();

    cache.reject(AccessToken.of("some-other"));

    assertThat(cache.token()).isSameAs(first);
  }

  @Test
  void reject_whenAnEqualTokenIsCached_dropsIt() {
    CachingTokenProvider cache = cache(() -> AccessToken.of("t" + ++calls));
    cache.token();

    cache.reject(AccessToken.of("t1"));

    assertThat(cache.token().value()).isEqualTo("t2");
  }

  @Test
  void reject_whenTheProviderGivesTheRefusedTokenAgain_asksOnceForEachTimeItWasHandedOut() {
    AccessToken stubborn = AccessToken.of("stubborn");
    CachingTokenProvider cache =
        cache(() -> {
          calls++;
          return stubborn;
        });
    AccessToken first = cache.token();

    cache.reject(first);
    AccessToken second = cache.token();
    cache.reject(first); // a slow thread that still holds the first one
    assertThat(cache.token()).isSameAs(second);
    assertThat(calls).isEqualTo(2);

    cache.reject(second);
    cache.token();

    assertThat(second).isEqualTo(first);
    assertThat(calls).isEqualTo(3);
    assertThat(told).as("no new token").containsExactly("refreshed null");
  }

  @Test
  void reject_whenARefreshIsUnderWayThatBringsTheSameToken_asksAgain() {
    Deque<String> answers = new ArrayDeque<>(List.of("old", "old", "new"));
    List<CachingTokenProvider> self = new ArrayList<>();
    CachingTokenProvider cache =
        cache(() -> {
          AccessToken token =
              AccessToken.of(answers.remove(), HandClock.START.plus(Duration.ofHours(1)));
          if (!self.isEmpty()) {
            self.remove(0).reject(token); // refused while the provider is still busy
          }
          return token;
        });
    cache.token();
    self.add(cache);
    clock.advance(Duration.ofMinutes(50));
    cache.token();

    background.remove().run();

    assertThat(cache.token().value()).isEqualTo("new");
  }

  @Test
  void reject_whenTheProviderIsAChainWithACacheInIt_reachesThatCache() {
    TokenProvider inner = cache(() -> AccessToken.of("token-" + ++calls));
    CachingTokenProvider outer = cache(TokenProvider.chain(inner));
    AccessToken first = outer.token();

    outer.reject(first);

    assertThat(outer.token().value()).isEqualTo("token-2");
  }

  @Test
  void around_whenTheProviderCachesAlready_returnsIt() {
    CachingTokenProvider cache = cache(hourly());

    assertThat(cache(cache)).isSameAs(cache);
    assertThat(cache.cached()).isSameAs(cache);
  }

  @Test
  void token_withJitter_spreadsTheRefreshesOfAFleetWithinATenthOfTheStaleTime() {
    CachePolicy jittered = CachePolicy.builder().refreshExecutor(background::add).build();
    List<Long> starts = new ArrayList<>();
    for (int client = 0; client < 200; client++) {
      HandClock own = new HandClock();
      CachingTokenProvider cache =
          CachingTokenProvider.around(
              () -> AccessToken.of("t", own.instant().plus(Duration.ofHours(1))),
              jittered,
              own,
              new SplittableRandom(client),
              new CachingTokenProvider.Listener() {});
      cache.token();
      long seconds = 0;
      for (background.clear(); background.isEmpty(); seconds++) {
        own.advance(Duration.ofSeconds(1));
        cache.token();
      }
      starts.add(seconds);
    }

    assertThat(starts).allMatch(second -> second >= 40 * 60 && second <= 42 * 60 + 1);
    assertThat(starts.stream().distinct().count()).isGreaterThan(60);
  }

  @Test
  void toString_showsNoToken() {
    CachingTokenProvider cache = cache(() -> AccessToken.of("s3cret-token"));
    cache.token();

    assertThat(cache.toString()).doesNotContain("s3cret");
  }

  private TokenProvider hourly() {
    return () -> next(Duration.ofHours(1));
  }

  private AccessToken next(Duration life) {
    return AccessToken.of("token-" + ++calls, clock.instant().plus(life));
  }

  private CachingTokenProvider cache(TokenProvider provider) {
    return cache(provider, policy, () -> 0);
  }

  private CachingTokenProvider cache(
      TokenProvider provider, CachePolicy policy, RandomGenerator random) {
    return CachingTokenProvider.around(
        provider,
        policy,
        clock,
        random,
        new CachingTokenProvider.Listener() {
          @Override
          public void refreshed(Instant expiresAt) {
            told.add("refreshed " + expiresAt);
          }

          @Override
          public void refreshFailed(RayException cause, Instant retryAt) {
            told.add("failed " + cause.getMessage() + ", again at " + retryAt);
          }
        });
  }
}
