package io.rayauth.internal.token;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.rayauth.error.RayException;
import io.rayauth.error.RayInterruptedException;
import io.rayauth.token.AccessToken;
import io.rayauth.token.CachePolicy;
import io.rayauth.token.TokenProvider;
import io.rayauth.token.TokenUnavailableException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What happens when many threads ask one cache at once. */
@Timeout(120)
class CachingTokenProviderThreadsTest {
  /** Those who wait do not take a fetch for one that hangs because the machine is busy. */
  private static final CachePolicy PATIENT =
      CachePolicy.builder().waitLimit(Duration.ofMinutes(1)).build();

  private final HandClock clock = new HandClock();
  private final AtomicInteger calls = new AtomicInteger();
  private final ExecutorService threads = Executors.newCachedThreadPool();
  private final CountDownLatch open = new CountDownLatch(1);
  private final Set<String> told = ConcurrentHashMap.newKeySet();

  @AfterEach
  void endThreads() {
    open.countDown();
    threads.shutdownNow();
    await().until(threads::isTerminated);
  }

  @Test
  void token_whenAThousandThreadsFindItExpired_fetchesOnce() throws Exception {
    CachingTokenProvider cache = cache(this::nextAfterOthersHaveQueued, PATIENT);
    cache.token();
    clock.advance(Duration.ofHours(2));

    List<AccessToken> tokens = atOnce(1_000, cache::token);

    assertThat(calls).hasValue(2);
    assertThat(tokens).hasSize(1_000).extracting(AccessToken::value).containsOnly("token-2");
  }

  @Test
  void reject_whenAHundredThreadsHoldOneRevokedToken_fetchesOnce() throws Exception {
    CachingTokenProvider cache = cache(this::nextAfterOthersHaveQueued, PATIENT);
    AccessToken revoked = cache.token();

    List<AccessToken> tokens =
        atOnce(
            100,
            () -> {
              cache.reject(revoked);
              return cache.token();
            });

    assertThat(calls).hasValue(2);
    assertThat(tokens).extracting(AccessToken::value).containsOnly("token-2");
  }

  @Test
  void reject_whenTheProviderKeepsGivingTheRevokedToken_stillFetchesOnce() throws Exception {
    AccessToken constant = AccessToken.of("revoked");
    CachingTokenProvider cache =
        cache(
            () -> {
              calls.incrementAndGet();
              return constant;
            },
            PATIENT);
    AccessToken revoked = cache.token();

    atOnce(
        100,
        () -> {
          cache.reject(revoked);
          return cache.token();
        });

    assertThat(calls).hasValue(2);
  }

  @Test
  void token_whenTheFetchFails_allWaitingCallersShareTheFailure() throws Exception {
    AtomicReference<CachingTokenProvider> self = new AtomicReference<>();
    CachingTokenProvider cache =
        cache(
            () -> {
              awaitWaiting(self.get(), 49);
              throw TokenUnavailableException.broken("failure " + calls.incrementAndGet());
            },
            PATIENT);
    self.set(cache);

    List<String> failures =
        atOnce(
            50,
            () -> {
              try {
                return cache.token().value();
              } catch (TokenUnavailableException e) {
                return e.getMessage();
              }
            });

    assertThat(failures).hasSize(50).containsOnly("failure 1");
  }

  @Test
  void token_whenTheFetchHangs_oneWaitingCallerAsksForAll() throws Exception {
    CachePolicy policy = CachePolicy.builder().waitLimit(Duration.ofSeconds(3)).build();
    CachingTokenProvider cache = cache(this::hangTheFirstTime, policy);
    Future<AccessToken> hung = threads.submit(cache::token);
    await().until(() -> calls.get() == 1);

    List<AccessToken> tokens = atOnce(20, cache::token);

    assertThat(tokens).extracting(AccessToken::value).containsOnly("token-2");
    assertThat(calls).hasValue(2);
    assertThat(hung).isNotDone();

    open.countDown();
    hung.get();

    assertThat(cache.token().value())
        .as("a late answer replaces no newer one")
        .isEqualTo("token-2");
  }

  @Test
  void token_whenInterruptedWhileWaiting_throwsAndKeepsTheFlag() throws Exception {
    CachingTokenProvider cache = cache(this::hangTheFirstTime, PATIENT);
    threads.submit(cache::token);
    await().until(() -> calls.get() == 1);

    Future<Boolean> waiting =
        threads.submit(() -> {
          Thread.currentThread().interrupt();
          assertThatThrownBy(cache::token).isInstanceOf(RayInterruptedException.class);
          return Thread.interrupted();
        });

    assertThat(waiting.get()).isTrue();
  }

  @Test
  void token_whenTheFetchingThreadIsInterrupted_anotherOneTakesOver() throws Exception {
    AtomicReference<CachingTokenProvider> self = new AtomicReference<>();
    CachingTokenProvider cache =
        cache(
            () -> {
              int call = calls.incrementAndGet();
              if (call == 1) {
                awaitWaiting(self.get(), 1);
                throw new RayInterruptedException("interrupted", new InterruptedException());
              }
              return AccessToken.of("token-" + call);
            },
            PATIENT);
    self.set(cache);
    Future<AccessToken> interrupted = threads.submit(cache::token);
    await().until(() -> calls.get() == 1);

    assertThat(cache.token().value()).isEqualTo("token-2");
    assertThatThrownBy(interrupted::get).hasCauseInstanceOf(RayInterruptedException.class);
  }

  @Test
  void token_whenStale_isRefreshedOnADaemonThreadThatEndsByItself() throws Exception {
    AtomicReference<Thread> refresher = new AtomicReference<>();
    CachingTokenProvider cache =
        cache(
            () -> {
              refresher.set(Thread.currentThread());
              return next();
            },
            PATIENT);
    cache.token();
    assertThat(refresher).hasValue(Thread.currentThread());
    clock.advance(Duration.ofMinutes(50));

    cache.token();
    await().until(() -> calls.get() == 2);

    assertThat(refresher.get().getName()).isEqualTo("ray-auth-token-refresh");
    assertThat(refresher.get().isDaemon()).isTrue();
    refresher.get().join();
    assertThat(cache.token().value()).isEqualTo("token-2");
  }

  @Test
  void close_whileABackgroundRefreshHangs_endsItsThreadSilently() throws Exception {
    AtomicReference<Thread> refresher = new AtomicReference<>();
    CachingTokenProvider cache =
        cache(
            () -> {
              if (calls.get() == 1) {
                refresher.set(Thread.currentThread());
                hang();
              }
              return next();
            },
            PATIENT);
    cache.token();
    clock.advance(Duration.ofMinutes(50));
    cache.token();
    await().until(() -> refresher.get() != null);

    cache.close();
    refresher.get().join();

    assertThat(cache.token().value()).as("still usable").isEqualTo("token-1");
    assertThat(told).containsExactly("refreshed");
  }

  @Test
  void token_whenOneBackgroundRefreshHangs_startsNoSecondOne() throws Exception {
    CachePolicy policy = CachePolicy.builder().waitLimit(Duration.ofMillis(20)).build();
    Set<Thread> hung = ConcurrentHashMap.newKeySet();
    Thread caller = Thread.currentThread();
    CachingTokenProvider cache =
        cache(
            () -> {
              if (!Thread.currentThread().equals(caller)) {
                hung.add(Thread.currentThread());
                hang();
              }
              return next();
            },
            policy);

    for (int i = 0; i < 4; i++) {
      cache.token();
      clock.advance(Duration.ofMinutes(50));
      cache.token();
      clock.advance(Duration.ofMinutes(15));
    }
    await().until(() -> !hung.isEmpty());

    assertThat(calls).as("callers asked by themselves").hasValue(4);
    assertThat(hung).hasSize(1);
    cache.close();
    for (Thread thread : hung) {
      thread.join();
    }
  }

  private static ConditionFactory await() {
    return Awaitility.await().atMost(Duration.ofSeconds(40));
  }

  private CachingTokenProvider cache(TokenProvider provider, CachePolicy policy) {
    return CachingTokenProvider.around(
        provider,
        policy,
        clock,
        () -> 0,
        new CachingTokenProvider.Listener() {
          @Override
          public void refreshed(Instant expiresAt) {
            told.add("refreshed");
          }

          @Override
          public void refreshFailed(RayException cause, Instant retryAt) {
            told.add("failed");
          }
        });
  }

  private AccessToken next() {
    return AccessToken.of(
        "token-" + calls.incrementAndGet(), clock.instant().plus(Duration.ofHours(1)));
  }

  /** Gives the others a chance to come in at the same time, if the cache let them. */
  private AccessToken nextAfterOthersHaveQueued() {
    AccessToken token = next();
    for (int i = 0; i < 200; i++) {
      Thread.yield();
    }
    return token;
  }

  private AccessToken hangTheFirstTime() {
    AccessToken token = next();
    if (token.value().equals("token-1")) {
      hang();
    }
    return token;
  }

  private void hang() {
    try {
      open.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new RayInterruptedException("interrupted", e);
    }
  }

  private static void awaitWaiting(CachingTokenProvider cache, int waiting) {
    await().until(() -> cache.waiting() >= waiting);
  }

  private <T> List<T> atOnce(int count, Callable<T> call) throws Exception {
    CyclicBarrier start = new CyclicBarrier(count);
    List<Future<T>> futures = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      futures.add(
          threads.submit(() -> {
            start.await();
            return call.call();
          }));
    }
    List<T> results = new ArrayList<>();
    for (Future<T> future : futures) {
      results.add(future.get());
    }
    return results;
  }
}
