package io.rayauth;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class RetryPolicyTest {

  @Test
  void delayAfter_whateverTheAttempt_staysBetweenZeroAndTenSeconds() {
    SplittableRandom random = new SplittableRandom(1);

    for (int attempt :
        new int[] {Integer.MIN_VALUE, 0, 1, 2, 5, 17, 63, 64, 65, Integer.MAX_VALUE}) {
      for (int i = 0; i < 200; i++) {
        assertThat(RetryPolicy.upTo(3).delayAfter(attempt, random))
            .isBetween(Duration.ZERO, Duration.ofSeconds(10));
      }
    }
  }

  @Test
  void delayAfter_growsWithTheAttempts() {
    SplittableRandom random = new SplittableRandom(1);

    long first = 0;
    long fifth = 0;
    for (int i = 0; i < 500; i++) {
      first += RetryPolicy.upTo(9).delayAfter(1, random).toNanos();
      fifth += RetryPolicy.upTo(9).delayAfter(5, random).toNanos();
    }

    assertThat(fifth).isGreaterThan(8 * first);
  }

  @Test
  void upTo_whenLessThanOnce_isRefused() {
    assertThatThrownBy(() -> RetryPolicy.upTo(0)).isInstanceOf(IllegalArgumentException.class);
  }
}
