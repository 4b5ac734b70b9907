package io.rayauth.benchmarks;

import io.rayauth.token.AccessToken;
import io.rayauth.token.TokenProvider;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/**
 * Measures what every request pays for its token while the cached one is fresh.
 *
 * <p>The monotonic clock stands beside it: a cache that gives no token past its end has to read a
 * clock, and what that costs is the machine's doing.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(2)
public class CachedTokenBenchmark {
  private static final Duration LONGER_THAN_THE_RUN = Duration.ofHours(12);

  private final TokenProvider lasting = TokenProvider.of("bench-token").cached();
  private final TokenProvider expiring =
      cachedUntil(Instant.now().plus(LONGER_THAN_THE_RUN)); // its age is looked at each time

  /** Reads a token that has no known end. */
  @Benchmark
  public AccessToken lasting() {
    return lasting.token();
  }

  /** Reads a token that expires, but not yet. */
  @Benchmark
  public AccessToken expiring() {
    return expiring.token();
  }

  /** Reads the clock alone. */
  @Benchmark
  public long clock() {
    return System.nanoTime();
  }

  private static TokenProvider cachedUntil(Instant expiresAt) {
    TokenProvider fetched = () -> AccessToken.of("bench-token", expiresAt);
    return fetched.cached();
  }
}
