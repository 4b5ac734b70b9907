package io.rayauth.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(10)
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
}
