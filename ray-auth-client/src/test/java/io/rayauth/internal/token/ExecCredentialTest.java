package io.rayauth.internal.token;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.rayauth.token.AccessToken;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(20)
class ExecCredentialTest {
  private static final String HEAD =
      "{\"kind\":\"ExecCredential\",\"apiVersion\":\"client.authentication.k8s.io/v1\",";

  @ParameterizedTest(name = "[{index}] {0}")
  @ValueSource(strings = {"v1", "v1beta1"})
  void token_whenItIsAnExecCredential_readsTokenAndEnd(String version) {
    String output =
        """
        {
          "kind": "ExecCredential", "apiVersion": "client.authentication.k8s.io/%s",
          "spec": {"interactive": false},
          "status": {"expirationTimestamp": "2026-11-24T05:00:00+01:00", "token": "t0ken"}
        }
        """
            .formatted(version);

    assertThat(ExecCredential.token(output))
        .isEqualTo(AccessToken.of("t0ken", Instant.parse("2026-11-24T04:00:00Z")));
  }

  @Test
  void token_whenTheExecCredentialHasNoEnd_looksIntoTheJwt() {
    String jwt = JwtTest.jwt("{\"exp\":1764000000}");

    assertThat(ExecCredential.token(HEAD + "\"status\":{\"token\":\"" + jwt + "\"}}"))
        .isEqualTo(AccessToken.of(jwt, Instant.ofEpochSecond(1_764_000_000)));
  }

  @Test
  void token_whenItIsPlainText_takesItWithItsEnd() {
    String jwt = JwtTest.jwt("{\"exp\":1764000000}");

    assertThat(ExecCredential.token("ya29.a0AfB_by\n")).isEqualTo(AccessToken.of("ya29.a0AfB_by"));
    assertThat(ExecCredential.token(jwt + "\r\n").expiresAt())
        .contains(Instant.ofEpochSecond(1_764_000_000));
  }

  @ParameterizedTest(name = "[{index}] {1}")
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '^',
      value = {
        "^ ^|printed nothing",
        "^hush-hush\nhush^|printed 2 lines instead of one token",
        "hush hush|printed no usable token: the token contains a blank at index 4",
        "{\"hush\":hush}|printed malformed JSON at line 1, column",
        "{\"access_token\":\"hush\"}|no ExecCredential",
        "{\"kind\":\"ExecCredential\",\"apiVersion\":\"v1\",\"status\":{\"token\":\"hush\"}}|no"
            + " ExecCredential",
      })
  void token_whenThereIsNone_saysWhyWithoutQuoting(String output, String why) {
    assertThatThrownBy(() -> ExecCredential.token(output))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(why)
        .hasMessageNotContaining("hush");
  }

  @ParameterizedTest(name = "[{index}] {1}")
  @CsvSource(
      delimiter = '|',
      value = {
        "\"status\":null}|without status.token",
        "\"status\":{\"clientCertificateData\":\"hush\"}}|client certificates are not tokens",
        "\"status\":{\"token\":\"hush hush\"}}|a blank at index 4",
        "\"status\":{\"token\":\"t\",\"expirationTimestamp\":\"hush\"}}|no RFC 3339 time",
        "\"status\":{\"token\":\"t\",\"expirationTimestamp\":7}}|no RFC 3339 time",
      })
  void token_whenTheStatusIsNotUsable_saysWhyWithoutQuoting(String rest, String why) {
    assertThatThrownBy(() -> ExecCredential.token(HEAD + rest))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(why)
        .hasMessageNotContaining("hush");
  }
}
