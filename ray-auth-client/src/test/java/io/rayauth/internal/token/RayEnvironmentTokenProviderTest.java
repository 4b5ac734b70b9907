package io.rayauth.internal.token;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.rayauth.token.TokenUnavailableException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Ray's order: jobs-api 12.5; each test starts with all four sources present. */
@Timeout(20)
class RayEnvironmentTokenProviderTest {
  @TempDir Path directory;
  private final Map<String, String> environment = new HashMap<>();
  private Path named;
  private Path kubernetes;
  private Path home;

  @BeforeEach
  void everySourceHasAToken() throws Exception {
    named = Files.writeString(directory.resolve("named"), "from-path\n");
    kubernetes = Files.writeString(directory.resolve("kubernetes"), "from-kubernetes\n");
    Path ray = Files.createDirectory(directory.resolve(".ray"));
    home = Files.writeString(ray.resolve("auth_token"), " \tfrom-home \r\nsecond line\n");
    environment.put("RAY_AUTH_TOKEN", " from-variable ");
    environment.put("RAY_AUTH_TOKEN_PATH", named.toString());
    environment.put("RAY_ENABLE_K8S_TOKEN_AUTH", "true");
    environment.put("HOME", directory.toString());
  }

  @Test
  void token_takesTheVariableFirstAndTrimsIt() {
    assertThat(token()).isEqualTo("from-variable");
  }

  @ParameterizedTest(name = "variable \"{0}\"")
  @ValueSource(strings = {" ", "\t\n"})
  void token_whenTheVariableIsOnlyBlanks_isBrokenAndDoesNotFallThrough(String blanks) {
    environment.put("RAY_AUTH_TOKEN", blanks);

    assertBroken("RAY_AUTH_TOKEN is set but empty");
  }

  @Test
  void token_whenTheVariableIsEmpty_takesThePath() {
    environment.put("RAY_AUTH_TOKEN", "");

    assertThat(token()).isEqualTo("from-path");
  }

  @Test
  void token_whenThePathHasNoFile_isBrokenAndDoesNotFallThrough() throws Exception {
    environment.remove("RAY_AUTH_TOKEN");
    Files.delete(named);

    assertBroken("RAY_AUTH_TOKEN_PATH is set, but the token file " + named + " does not exist");
  }

  @Test
  void token_whenTheFirstLineOfThePathIsBlank_isBrokenAndDoesNotFallThrough() throws Exception {
    environment.remove("RAY_AUTH_TOKEN");
    Files.writeString(named, " \nt0ken\n");

    assertBroken("no token in its first line");
  }

  @Test
  void token_whenThePathIsEmpty_takesTheKubernetesFile() {
    environment.remove("RAY_AUTH_TOKEN");
    environment.put("RAY_AUTH_TOKEN_PATH", "");

    assertThat(token()).isEqualTo("from-kubernetes");
  }

  @ParameterizedTest(name = "RAY_ENABLE_K8S_TOKEN_AUTH={0}")
  @ValueSource(strings = {"1", "true", "True"})
  void token_whenKubernetesModeIsOn_takesItsFile(String on) {
    withoutVariableAndPath();
    environment.put("RAY_ENABLE_K8S_TOKEN_AUTH", on);

    assertThat(token()).isEqualTo("from-kubernetes");
  }

  @ParameterizedTest(name = "RAY_ENABLE_K8S_TOKEN_AUTH={0}")
  @ValueSource(strings = {"", "0", "false", "yes"})
  void token_whenKubernetesModeIsOff_takesTheFirstLineOfTheHomeFile(String off) {
    withoutVariableAndPath();
    environment.put("RAY_ENABLE_K8S_TOKEN_AUTH", off);

    assertThat(token()).isEqualTo("from-home");
  }

  @Test
  void token_whenTheKubernetesFileIsBlankOrMissing_fallsThrough() throws Exception {
    withoutVariableAndPath();

    Files.writeString(kubernetes, "\n");
    assertThat(token()).isEqualTo("from-home");
    Files.delete(kubernetes);

    assertThat(token()).isEqualTo("from-home");
  }

  @Test
  void token_whenTheHomeFileIsBlank_isBroken() throws Exception {
    withoutVariableAndPath();
    Files.delete(kubernetes);
    Files.writeString(home, " \n");

    assertBroken(home + " has no token in its first line");
  }

  @Test
  void token_whenThereIsNothing_isAbsentAndListsEverySource() throws Exception {
    withoutVariableAndPath();
    Files.writeString(kubernetes, " ");
    Files.delete(home);

    assertThatThrownBy(this::token)
        .hasMessage(
            "no token: RAY_AUTH_TOKEN is not set; RAY_AUTH_TOKEN_PATH is not set; the token file "
                + kubernetes
                + " is blank; the token file "
                + home
                + " does not exist")
        .isInstanceOfSatisfying(
            TokenUnavailableException.class, e -> assertThat(e.isAbsent()).isTrue());
  }

  @Test
  void token_whenThereIsNotEvenAHome_isAbsent() {
    environment.clear();

    assertThatThrownBy(this::token)
        .hasMessageEndingWith("RAY_ENABLE_K8S_TOKEN_AUTH is not on; HOME is not set")
        .isInstanceOfSatisfying(
            TokenUnavailableException.class, e -> assertThat(e.isAbsent()).isTrue());
  }

  @Test
  void recheckAfter_whenTheTokenCannotChange_isEmpty() {
    assertThat(provider().recheckAfter()).isEmpty();

    environment.remove("RAY_AUTH_TOKEN");

    assertThat(provider().recheckAfter()).contains(ChangingTokenProvider.FILE_RECHECK);
  }

  private void withoutVariableAndPath() {
    environment.remove("RAY_AUTH_TOKEN");
    environment.remove("RAY_AUTH_TOKEN_PATH");
  }

  private RayEnvironmentTokenProvider provider() {
    return new RayEnvironmentTokenProvider(environment, kubernetes, "HOME");
  }

  private String token() {
    return provider().token().value();
  }

  private void assertBroken(String message) {
    assertThatThrownBy(this::token)
        .hasMessageContaining(message)
        .isInstanceOfSatisfying(
            TokenUnavailableException.class, e -> assertThat(e.isAbsent()).isFalse());
  }
}
