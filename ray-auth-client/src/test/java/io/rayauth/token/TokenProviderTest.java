package io.rayauth.token;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The ways to get a provider; what each does in detail is tested where it is built. */
@Timeout(20)
class TokenProviderTest {

  @Test
  void of_givesThatToken() {
    assertThat(TokenProvider.of("t0ken").token()).isEqualTo(AccessToken.of("t0ken"));
    assertThat(TokenProvider.of("t0ken").toString()).doesNotContain("t0ken");
    assertThatThrownBy(() -> TokenProvider.of("two words"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageNotContaining("two");
  }

  @Test
  void ofFile_readsTheFile(@TempDir Path directory) throws Exception {
    Path file = Files.writeString(directory.resolve("token"), "t0ken\n");

    assertThat(TokenProvider.ofFile(file).token().value()).isEqualTo("t0ken");
  }

  @Test
  void ofEnv_whenTheVariableIsNotSet_isAbsent() {
    assertThatThrownBy(TokenProvider.ofEnv("RAY_AUTH_CLIENT_TEST_IS_NEVER_SET")::token)
        .isInstanceOfSatisfying(
            TokenUnavailableException.class, e -> assertThat(e.isAbsent()).isTrue());
  }

  @Test
  void chain_takesTheFirstTokenThereIs() {
    TokenProvider chain =
        TokenProvider.chain(
            TokenProvider.ofEnv("RAY_AUTH_CLIENT_TEST_IS_NEVER_SET"), TokenProvider.of("t0ken"));

    assertThat(chain.token().value()).isEqualTo("t0ken");
  }

  @Test
  void ofCommand_whenThereIsNoCommand_isRefusedAtOnce() {
    assertThatThrownBy(() -> TokenProvider.ofCommand(List.of()))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void named_whenThereIsNoSuchProvider_saysWhatThereIs() {
    assertThatThrownBy(() -> TokenProvider.named("gogle"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("'gogle'")
        .hasMessageContaining("known: ");
  }

  @Test
  void cached_asksOnce() {
    AtomicInteger calls = new AtomicInteger();
    TokenProvider cached =
        ((TokenProvider) () -> AccessToken.of("t" + calls.incrementAndGet())).cached();

    cached.token();

    assertThat(cached.token().value()).isEqualTo("t1");
  }
}
