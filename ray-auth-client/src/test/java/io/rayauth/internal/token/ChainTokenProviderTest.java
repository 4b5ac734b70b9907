package io.rayauth.internal.token;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.rayauth.internal.token.FileTokenProvider.Content;
import io.rayauth.token.TokenProvider;
import io.rayauth.token.TokenUnavailableException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(20)
class ChainTokenProviderTest {
  private static final TokenProvider TOKEN = TokenProvider.of("t0ken");

  @Test
  void token_whenAProviderIsAbsent_asksTheNext() {
    assertThat(chain(absent("a"), absent("b"), TOKEN).token().value()).isEqualTo("t0ken");
  }

  @Test
  void token_whenAProviderIsBroken_stopsAndListsWhatWasTried() {
    assertThatThrownBy(chain(absent("a is not set"), broken("b is empty"), TOKEN)::token)
        .hasMessage("no token: a is not set; b is empty")
        .hasCauseInstanceOf(TokenUnavailableException.class)
        .isInstanceOfSatisfying(
            TokenUnavailableException.class, e -> assertThat(e.isAbsent()).isFalse());
  }

  @Test
  void token_whenAllAreAbsent_isAbsentSoThatChainsNest() {
    ChainTokenProvider inner = chain(absent("a"), absent("b"));

    assertThatThrownBy(inner::token)
        .hasMessage("no token: a; b")
        .isInstanceOfSatisfying(
            TokenUnavailableException.class, e -> assertThat(e.isAbsent()).isTrue());
    assertThat(chain(inner, TOKEN).token().value()).isEqualTo("t0ken");
  }

  @Test
  void token_whenAProviderHasABug_passesItOn() {
    TokenProvider buggy =
        () -> {
          throw new IllegalStateException("bug");
        };

    assertThatThrownBy(chain(buggy, TOKEN)::token).isInstanceOf(IllegalStateException.class);
  }

  @Test
  void recheckAfter_dependsOnWhereTheLastTokenCameFrom(@TempDir Path directory) throws Exception {
    Path file = directory.resolve("token");
    ChainTokenProvider chain = chain(new FileTokenProvider(file, Content.WHOLE_FILE), TOKEN);
    chain.token();
    assertThat(chain.recheckAfter()).isEmpty();

    Files.writeString(file, "from-file");
    chain.token();

    assertThat(chain.recheckAfter()).contains(ChangingTokenProvider.FILE_RECHECK);
  }

  @Test
  void constructor_whenThereIsNoProvider_isRefused() {
    assertThatThrownBy(() -> new ChainTokenProvider(List.of()))
        .isInstanceOf(IllegalArgumentException.class);
  }

  private static ChainTokenProvider chain(TokenProvider... providers) {
    return new ChainTokenProvider(List.of(providers));
  }

  private static TokenProvider absent(String message) {
    return () -> {
      throw TokenUnavailableException.absent(message);
    };
  }

  private static TokenProvider broken(String message) {
    return () -> {
      throw TokenUnavailableException.broken(message);
    };
  }
}
