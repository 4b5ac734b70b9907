package io.rayauth.proxy.internal.guard;

import io.github.bucket4j.Bucket;
import io.github.bucket4j.TimeMeter;
import io.rayauth.time.TimeSource;
import java.time.Duration;
import java.util.concurrent.Semaphore;

/**
 * Counts what one browser, or all of them, have under way, up to a limit. Thread-safe.
 *
 * @param rate is asked for each request that starts
 * @param requests one permit for each request under way
 * @param webSockets one permit for each WebSocket that is open
 */
record Load(Bucket rate, Semaphore requests, Semaphore webSockets) {
  private static final int BURST_SECONDS = 2;

  static Load upTo(int requestsPerSecond, int requests, int webSockets, TimeSource time) {
    Bucket rate =
        Bucket.builder()
            .addLimit(limit ->
                limit
                    .capacity((long) BURST_SECONDS * requestsPerSecond)
                    .refillGreedy(requestsPerSecond, Duration.ofSeconds(1)))
            .withCustomTimePrecision(new Meter(time))
            .build();
    return new Load(rate, new Semaphore(requests), new Semaphore(webSockets));
  }

  private record Meter(TimeSource time) implements TimeMeter {
    @Override
    public long currentTimeNanos() {
      return time.nanoTime();
    }

    @Override
    public boolean isWallClockBased() {
      return false;
    }
  }
}
