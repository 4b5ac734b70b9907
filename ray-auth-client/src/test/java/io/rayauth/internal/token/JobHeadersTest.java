package io.rayauth.internal.token;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.rayauth.token.AccessToken;
import java.time.Instant;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(20)
class JobHeadersTest {

  @Test
  void parse_keepsTheOrder() {
    Map<String, String> headers =
        JobHeaders.parse("{\"X-Z\": \"1\", \"Authorization\": \"Bearer t0ken\", \"X-A\": \"\"}");

    assertThat(headers)
        .containsExactly(
            Map.entry("X-Z", "1"),
            Map.entry("Authorization", "Bearer t0ken"),
            Map.entry("X-A", ""));
    assertThatThrownBy(headers::clear).isInstanceOf(UnsupportedOperationException.class);
    assertThat(JobHeaders.parse("{}")).isEmpty();
  }

  @ParameterizedTest(name = "[{index}] {1}")
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '^',
      value = {
        "{\"Authorization\": \"Bearer hush|malformed JSON at line 1, column",
        "^{\"A\": \"x\",\n \"B\": hush}^|malformed JSON at line 2, column 7",
        "{\"A\": \"hush\"} hush|malformed JSON at line 1",
        "{'A': 'hush'}|malformed JSON at line 1, column 2",
        "^^|not a JSON object",
        "[\"hush\"]|not a JSON object",
        "\"hush\"|not a JSON object",
      })
  void parse_whenItIsNoJsonObject_namesThePlaceAndNoValue(String json, String why) {
    assertThatThrownBy(() -> JobHeaders.parse(json))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(why)
        .hasMessageNotContaining("hush")
        .hasRootCauseInstanceOf(IllegalArgumentException.class)
        .rootCause()
        .hasMessageNotContaining("hush");
  }

  @ParameterizedTest(name = "[{index}] {0}")
  @ValueSource(strings = {"1", "true", "null", "{\"hush\":1}", "[\"hush\"]"})
  void parse_whenAValueIsNoString_namesTheHeader(String value) {
    assertThatThrownBy(() -> JobHeaders.parse("{\"X-Odd\": " + value + "}"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("the value of header 'X-Odd' is not a string");
  }

  @ParameterizedTest(name = "[{index}] {0}")
  @ValueSource(
      strings = {"hush\\r\\nX: y", "hush\\n", "hush\\u0000", "hush\\u007f", "hush\\u20ac", "hushé"})
  void parse_whenAValueCannotBeSent_namesTheCharacterOnly(String value) {
    assertThatThrownBy(() -> JobHeaders.parse("{\"X-Odd\": \"" + value + "\"}"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("'X-Odd'")
        .hasMessageContaining("at index 4")
        .hasMessageNotContaining("hush");
  }

  @ParameterizedTest(name = "[{index}] {0}")
  @ValueSource(strings = {"", "a b", "a:b", "a\\r\\nb", "é"})
  void parse_whenANameCannotBeSent_namesItsPosition(String name) {
    assertThatThrownBy(() -> JobHeaders.parse("{\"X\": \"1\", \"" + name + "\": \"hush\"}"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("entry 2 ");
  }

  @Test
  void parse_whenAHeaderComesTwiceInOtherCase_isRefused() {
    assertThatThrownBy(() -> JobHeaders.parse("{\"X-One\": \"1\", \"x-one\": \"2\"}"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("the header 'x-one' is given twice");
  }

  @Test
  void bearer_takesTheTokenOutWhateverTheCase() {
    String jwt = JwtTest.jwt("{\"exp\":1764000000}");
    Map<String, String> headers = Map.of("authorization", "bearer " + jwt, "X-Tenant", "a");

    assertThat(JobHeaders.bearer(headers, "Authorization"))
        .contains(AccessToken.of(jwt, Instant.ofEpochSecond(1_764_000_000)));
    assertThat(JobHeaders.without(headers, "Authorization")).containsOnlyKeys("X-Tenant");
  }

  @Test
  void bearer_whenTheSchemeIsAnother_isEmpty() {
    assertThat(JobHeaders.bearer(Map.of("Authorization", "Basic dTpw"), "Authorization")).isEmpty();
    assertThat(JobHeaders.bearer(Map.of(), "Authorization")).isEmpty();
  }

  @Test
  void bearer_whenTheTokenIsNotUsable_isRefusedWithoutShowingIt() {
    assertThatThrownBy(
            () -> JobHeaders.bearer(Map.of("Authorization", "Bearer hush hush"), "Authorization"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("'Authorization'")
        .hasMessageNotContaining("hush");
  }
}
