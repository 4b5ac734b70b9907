package io.rayauth.internal.watch;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(20)
class PaceTest {
  private static final long SECOND = Duration.ofSeconds(1).toNanos();

  private final SplittableRandom random = new SplittableRandom(7);
  private final Pace pace = new Pace(Duration.ofSeconds(1), Duration.ofSeconds(5), random);

  @Test
  void afterLook_whateverHappened_staysWithinTheTwoPauses() {
    for (int i = 0; i < 10_000; i++) {
      if (random.nextInt(20) == 0) {
        long unused = pace.hurry();
      }
      assertThat(pace.afterLook(random.nextInt(20) == 0, SECOND / 100))
          .isBetween(SECOND, 5 * SECOND);
    }
  }

  @Test
  void afterLook_forTwoClientsThatBeganTogether_differs() {
    Pace other = new Pace(Duration.ofSeconds(1), Duration.ofSeconds(5), random);

    assertThat(pace.afterLook(true, 0)).isNotEqualTo(other.afterLook(true, 0));
  }

  @Test
  void afterLook_thatTookLong_isNineTimesAsLong() {
    assertThat(pace.afterLook(true, 4 * SECOND)).isEqualTo(36 * SECOND);
  }

  @Test
  void hurry_makesTheNextPauseAShortOne() {
    for (int i = 0; i < 10; i++) {
      long ignored = pace.afterLook(false, 0);
    }
    assertThat(pace.afterLook(false, 0)).isEqualTo(5 * SECOND);

    long unused = pace.hurry();

    assertThat(pace.afterLook(false, 0)).isLessThan(2 * SECOND);
  }

  @Test
  void hurry_afterALookThatTookLong_leavesItNineTimesAsLong() {
    assertThat(pace.hurry()).isEqualTo(SECOND);
    long unused = pace.afterLook(true, 4 * SECOND);

    assertThat(pace.hurry()).isEqualTo(36 * SECOND);
  }

  @Test
  void afterFailure_again_growsToFifteenSecondsAndNeverFallsBelowTheShortest() {
    for (int failure = 0; failure < 10_000; failure++) {
      assertThat(pace.afterFailure())
          .isBetween(failure < 4 ? SECOND : 15 * SECOND / 2, 15 * SECOND);
    }
    assertThat(pace.afterLook(true, 0)).isLessThan(2 * SECOND);
    assertThat(pace.afterFailure()).isLessThanOrEqualTo(2 * SECOND);
  }

  @Test
  void afterFailure_withPausesOfDays_doesNotOverflow() {
    Pace slow = new Pace(Duration.ofDays(30), Duration.ofDays(60), random);

    for (int failure = 0; failure < 100; failure++) {
      assertThat(Duration.ofNanos(slow.afterFailure()))
          .isBetween(Duration.ofDays(30), Duration.ofDays(60));
    }
  }
}
