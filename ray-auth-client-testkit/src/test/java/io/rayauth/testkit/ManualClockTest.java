package io.rayauth.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class ManualClockTest {
  @Test
  void advance_whenCalled_movesBothClocks() {
    ManualClock clock = ManualClock.startingAt(Instant.EPOCH);
    long before = clock.nanoTime();

    clock.advance(Duration.ofSeconds(3));

    assertThat(clock.instant()).isEqualTo(Instant.ofEpochSecond(3));
    assertThat(clock.nanoTime() - before).isEqualTo(3_000_000_000L);
  }

  @Test
  void sleep_whenCalled_returnsAtOnceAndMovesTheClock() throws InterruptedException {
    ManualClock clock = ManualClock.startingAt(Instant.EPOCH);

    clock.sleep(Duration.ofDays(7));
    clock.sleep(Duration.ofSeconds(-1));

    assertThat(clock.instant()).isEqualTo(Instant.EPOCH.plus(Duration.ofDays(7)));
    assertThat(clock.sleeps()).containsExactly(Duration.ofDays(7), Duration.ofSeconds(-1));
  }

  @Test
  void sleep_whenInterrupted_throwsAndClearsTheFlag() {
    ManualClock clock = ManualClock.create();
    Thread.currentThread().interrupt();

    assertThatThrownBy(() -> clock.sleep(Duration.ZERO)).isInstanceOf(InterruptedException.class);

    assertThat(Thread.currentThread().isInterrupted()).isFalse();
  }

  @Test
  void advance_whenNegative_isRefused() {
    assertThatThrownBy(() -> ManualClock.create().advance(Duration.ofNanos(-1)))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void sleep_onAClockThatHoldsSleepers_lastsUntilTheTestHasMovedTheClock() throws Exception {
    ManualClock clock = ManualClock.holdingSleepers();
    CompletableFuture<Instant> woken = new CompletableFuture<>();
    Thread sleeper = new Thread(() -> woken.complete(afterSleep(clock, Duration.ofSeconds(3))));
    sleeper.start();
    clock.awaitSleepers(1);

    clock.advance(Duration.ofSeconds(2));
    clock.awaitSleepers(1);
    assertThat(woken).isNotDone();
    clock.advance(Duration.ofSeconds(1));

    assertThat(woken.get(20, TimeUnit.SECONDS)).isEqualTo(clock.instant());
    sleeper.join();
  }

  @Test
  void sleep_onAClockThatHoldsSleepers_canBeInterrupted() throws Exception {
    ManualClock clock = ManualClock.holdingSleepers();
    CompletableFuture<Instant> woken = new CompletableFuture<>();
    Thread sleeper =
        new Thread(() -> {
          try {
            woken.complete(afterSleep(clock, Duration.ofDays(1)));
          } catch (IllegalStateException e) {
            woken.completeExceptionally(e);
          }
        });
    sleeper.start();
    clock.awaitSleepers(1);

    sleeper.interrupt();

    assertThat(woken)
        .failsWithin(Duration.ofSeconds(20))
        .withThrowableThat()
        .withRootCauseInstanceOf(InterruptedException.class);
    sleeper.join();
  }

  @Test
  void awaitSleepers_whenASleeperWasInterrupted_waitsForWhatItDoesNext() throws Exception {
    ManualClock clock = ManualClock.holdingSleepers();
    Thread sleeper =
        new Thread(() -> {
          assertThatThrownBy(() -> clock.sleep(Duration.ofDays(1)))
              .isInstanceOf(InterruptedException.class);
          Instant unused = afterSleep(clock, Duration.ofDays(2));
        });
    sleeper.start();
    clock.awaitSleepers(1);

    sleeper.interrupt();
    clock.awaitSleepers(1);

    assertThat(clock.sleeps()).containsExactly(Duration.ofDays(1), Duration.ofDays(2));
    clock.advance(Duration.ofDays(3));
    sleeper.join();
  }

  private static Instant afterSleep(ManualClock clock, Duration sleep) {
    try {
      clock.sleep(sleep);
      return clock.instant();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }
}
