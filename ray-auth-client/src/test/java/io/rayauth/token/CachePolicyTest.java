package io.rayauth.token;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.time.Duration;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(20)
class CachePolicyTest {

  @Test
  void defaults_areTheDocumentedOnes() {
    CachePolicy policy = CachePolicy.defaults();

    assertThat(policy.expiryMargin()).isEqualTo(Duration.ofSeconds(40));
    assertThat(policy.staleFraction()).isEqualTo(0.5);
    assertThat(policy.longestStale()).isEqualTo(Duration.ofMinutes(20));
    assertThat(policy.jitter()).isEqualTo(0.1);
    assertThat(policy.waitLimit()).isEqualTo(Duration.ofSeconds(5));
    assertThat(policy.failureBackoff()).isEqualTo(Duration.ofSeconds(10));
    assertThat(policy.refreshExecutor()).isEmpty();
  }

  @Test
  void builder_refusesWhatMakesNoSense() {
    CachePolicy.Builder builder = CachePolicy.builder();
    Duration negative = Duration.ofNanos(-1);

    refuses(() -> builder.expiryMargin(negative));
    refuses(() -> builder.longestStale(negative));
    refuses(() -> builder.waitLimit(Duration.ZERO));
    refuses(() -> builder.failureBackoff(Duration.ZERO));
    refuses(() -> builder.staleFraction(1.01));
    refuses(() -> builder.staleFraction(-0.01));
    refuses(() -> builder.jitter(Double.NaN));
  }

  private static void refuses(ThrowingCallable call) {
    assertThatIllegalArgumentException().isThrownBy(call);
  }
}
