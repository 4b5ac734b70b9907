package io.rayauth.kubernetes.internal.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class WeakTokenTest {
  @ParameterizedTest(name = "{index}: {1}")
  @CsvSource({
    "'', is blank",
    "' \n ', is blank",
    "super-secret-example-token, is that of a sample",
    "raycluster_secret, is that of a sample",
    "ChangeMe-please-thank-you, is that of a sample",
    "<put the token here>, is that of a sample",
    "xxxxxxxxxxxxxxxxxxxxxxxx, is that of a sample",
    "canary-7f3a9, has less than 16 characters",
    "' canary-7f3a9       ', has less than 16 characters",
  })
  void why_whenTheTokenIsNoSecret_saysSoWithoutIt(String token, String why) {
    assertThat(WeakToken.why(token)).get().asString().startsWith(why).doesNotContain("canary-");
  }

  @Test
  void why_whenTheTokenIsLikeThatOfTheOperator_hasNothingToSay() {
    assertThat(WeakToken.why("canary-q9C1x/7b+ZKk2s0VnYhT3uWm5rJp8aLdEfGi4oM=")).isEmpty();
  }
}
