package io.rayauth.token;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import java.io.Serializable;
import java.time.Instant;
import java.util.Random;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(20)
class AccessTokenTest {
  private static final Pattern B64TOKEN = Pattern.compile("[A-Za-z0-9._~+/-]+=*");
  private static final Instant END = Instant.parse("2026-11-24T04:00:00Z");

  @Test
  void of_forAnyText_acceptsExactlyTheAlphabetOfRfc6750AndNeverQuotesTheRest() {
    Random random = new Random(6750);
    for (int i = 0; i < 15_000; i++) {
      String text = text(random);

      Throwable refusal = catchThrowable(() -> AccessToken.of(text));

      if (B64TOKEN.matcher(text).matches()) {
        assertThat(refusal).as("refusal of an allowed text").isNull();
        assertThat(AccessToken.of(text).value()).isEqualTo(text);
      } else {
        assertThat(refusal).isInstanceOf(IllegalArgumentException.class).hasNoCause();
        if (text.length() > 3) {
          assertThat(refusal.getMessage()).doesNotContain(text);
        }
      }
    }
  }

  @Test
  void of_whenItEndsWithALineBreak_asksWhetherItWasReadFromAFile() {
    assertThatThrownBy(() -> AccessToken.of("abc\n"))
        .hasMessage(
            "the token contains a line break at index 3; was it read from a file without trimming?");
  }

  @Test
  void of_whenItHasTheScheme_saysToLeaveItOut() {
    assertThatThrownBy(() -> AccessToken.of("Bearer abc"))
        .hasMessageContaining("without \"Bearer \"");
  }

  @Test
  void of_whenItIsLongerThanRayTakes_isRefused() {
    assertThat(AccessToken.of("a".repeat(8_179)).value()).hasSize(8_179);
    assertThatThrownBy(() -> AccessToken.of("a".repeat(8_180)))
        .hasMessageContaining("8,180")
        .hasMessageNotContaining("aaa");
  }

  @Test
  void toString_showsTheEndAndNeverTheToken() {
    assertThat(AccessToken.of("s3cret")).hasToString("AccessToken[…]");
    assertThat(AccessToken.of("s3cret", END))
        .hasToString("AccessToken[…, expires 2026-11-24T04:00:00Z]");
  }

  @Test
  void equals_comparesTokenAndEnd() {
    assertThat(AccessToken.of("a", END))
        .isEqualTo(AccessToken.of("a", END))
        .hasSameHashCodeAs(AccessToken.of("a", END))
        .isNotEqualTo(AccessToken.of("b", END))
        .isNotEqualTo(AccessToken.of("a", END.plusSeconds(1)))
        .isNotEqualTo(AccessToken.of("a"))
        .isNotEqualTo("a");
  }

  @Test
  void type_isNotSerializable() {
    assertThat(Serializable.class.isAssignableFrom(AccessToken.class)).isFalse();
  }

  private static String text(Random random) {
    String likely = "abcXYZ019-._~+/==";
    StringBuilder text = new StringBuilder();
    for (int length = random.nextInt(12); length > 0; length--) {
      text.append(
          random.nextInt(20) == 0
              ? (char) random.nextInt(0x200)
              : likely.charAt(random.nextInt(likely.length())));
    }
    return text.toString();
  }
}
