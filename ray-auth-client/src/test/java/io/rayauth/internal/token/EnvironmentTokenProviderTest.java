package io.rayauth.internal.token;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.rayauth.token.TokenProvider;
import io.rayauth.token.TokenUnavailableException;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(20)
class EnvironmentTokenProviderTest {

  @Test
  void token_cutsBlanksOffAtBothEnds() {
    assertThat(provider(" t0ken\n").token().value()).isEqualTo("t0ken");
  }

  @Test
  void token_whenItIsAJwt_hasNoEndBecauseThereIsNoOther() {
    assertThat(provider(JwtTest.jwt("{\"exp\":1764000000}")).token().expiresAt()).isEmpty();
  }

  @Test
  void token_whenTheVariableIsNotSet_isAbsent() {
    assertThatThrownBy(new EnvironmentTokenProvider(Map.of(), "TOKEN")::token)
        .hasMessage("the environment variable TOKEN is not set")
        .isInstanceOfSatisfying(
            TokenUnavailableException.class, e -> assertThat(e.isAbsent()).isTrue());
  }

  @ParameterizedTest(name = "[{index}]")
  @ValueSource(strings = {"", " ", "two words", "s3cret\u00e9"})
  void token_whenTheVariableHoldsNoToken_isBrokenWithoutShowingIt(String value) {
    assertThatThrownBy(provider(value)::token)
        .hasMessageContaining("TOKEN")
        .hasMessageNotContaining("two words")
        .hasMessageNotContaining("s3cret")
        .isInstanceOfSatisfying(
            TokenUnavailableException.class, e -> assertThat(e.isAbsent()).isFalse());
  }

  @Test
  void constructor_whenTheNameIsEmpty_isRefused() {
    assertThatThrownBy(() -> new EnvironmentTokenProvider(Map.of(), " "))
        .isInstanceOf(IllegalArgumentException.class);
  }

  private static TokenProvider provider(String value) {
    return new EnvironmentTokenProvider(Map.of("TOKEN", value), "TOKEN");
  }
}
