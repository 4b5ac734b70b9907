package io.rayauth.internal.token;

import static org.assertj.core.api.Assertions.assertThat;

import io.rayauth.token.AccessToken;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Base64;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(20)
class JwtTest {

  static String jwt(String payload) {
    Base64.Encoder base64 = Base64.getUrlEncoder().withoutPadding();
    return base64.encodeToString("{\"alg\":\"none\"}".getBytes(StandardCharsets.UTF_8))
        + "."
        + base64.encodeToString(payload.getBytes(StandardCharsets.UTF_8))
        + ".c2lnbmF0dXJl";
  }

  @ParameterizedTest(name = "exp {0} is {1}")
  @CsvSource({
    "1764000000, 2025-11-24T16:00:00Z",
    "1764000000.9, 2025-11-24T16:00:00Z",
    "1.764e9, 2025-11-24T16:00:00Z",
    "0, 1970-01-01T00:00:00Z",
    "-1, 1969-12-31T23:59:59Z",
  })
  void expiry_whenTheClaimIsANumber_readsIt(String exp, Instant end) {
    assertThat(Jwt.expiry(jwt("{\"sub\":\"ü\",\"exp\":" + exp + ",\"aud\":[\"a\",{\"exp\":1}]}")))
        .contains(end);
  }

  @ParameterizedTest(name = "[{index}] {0}")
  @ValueSource(
      strings = {
        "{}",
        "[]",
        "",
        "null",
        "{\"exp\":null}",
        "{\"exp\":\"1764000000\"}",
        "{\"exp\":true}",
        "{\"exp\":{}}",
        "{\"exp\":1e400}",
        "{\"exp\":1e999999999}",
        "{\"exp\":99999999999999999999}",
        "{\"exp\":-99999999999999999999}",
        "{\"exp\":1",
        "{\"nested\":{\"exp\":1}}",
      })
  void expiry_whenTheClaimIsNotUsable_isEmpty(String payload) {
    assertThat(Jwt.expiry(jwt(payload))).isEmpty();
  }

  @ParameterizedTest(name = "[{index}] {0}")
  @ValueSource(
      strings = {
        "",
        ".",
        "..",
        "...",
        "a.b",
        "a..c",
        "a.b.c.d.e",
        ".eyJleHAiOjF9.c",
        "plain",
        "a.=.c"
      })
  void expiry_whenItIsNoJwt_isEmpty(String token) {
    assertThat(Jwt.expiry(token)).isEmpty();
  }

  @Test
  void expiry_whenTheNestingIsAbsurd_isEmpty() {
    assertThat(Jwt.expiry(jwt("[".repeat(50_000)))).isEmpty();
    assertThat(Jwt.expiry(jwt("{\"a\":".repeat(50_000)))).isEmpty();
  }

  @Test
  void expiry_forAnyEnd_readsWhatWasWritten() {
    Random random = new Random(20_261_124);
    for (int i = 0; i < 5_000; i++) {
      long seconds = random.nextLong(-1_000_000_000_000L, 1_000_000_000_000L);

      assertThat(Jwt.expiry(jwt("{\"exp\":" + seconds + "}")))
          .contains(Instant.ofEpochSecond(seconds));
    }
  }

  @Test
  void expiry_forAnyDamage_neverThrows() {
    Random random = new Random(42);
    String good =
        jwt("{\"iss\":\"https://example.com\",\"exp\":1764000000,\"n\":[1,{\"a\":null}]}");
    for (int i = 0; i < 10_000; i++) {
      StringBuilder damaged = new StringBuilder(good);
      for (int hits = random.nextInt(4); hits >= 0; hits--) {
        damaged.setCharAt(random.nextInt(damaged.length()), (char) random.nextInt(0x180));
      }
      damaged.setLength(random.nextInt(damaged.length() + 1));

      assertThat(Jwt.expiry(damaged.toString())).isNotNull();
    }
  }

  @Test
  void token_whenItIsAJwt_expiresWhenItSays() {
    AccessToken token = Jwt.token(jwt("{\"exp\":1764000000}"));

    assertThat(token.expiresAt()).contains(Instant.ofEpochSecond(1_764_000_000));
  }
}
