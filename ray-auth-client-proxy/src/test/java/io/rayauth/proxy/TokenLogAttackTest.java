package io.rayauth.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.logging.Level;
import java.util.logging.Logger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.parallel.Isolated;

/** The one log that would hold the token; alone, as it stops every proxy of the JVM. */
@Timeout(120)
@Isolated
class TokenLogAttackTest {
  @Test
  void token_whenALogWritesEveryHeader_isNotSent() throws Exception {
    Logger headers = Logger.getLogger("io.undertow.client.request");
    try (Stage stage = Stage.open()) {
      String cookie = stage.signIn();
      headers.setLevel(Level.ALL);

      Wire.Answer refused = stage.ask("GET", "/api/version", cookie);

      assertThat(refused.status()).isEqualTo(503);
      assertThat(refused.body()).contains("io.undertow.client.request");
      assertThat(stage.calls()).isEmpty();
      headers.setLevel(null);
      assertThat(stage.ask("GET", "/api/version", cookie).status()).isEqualTo(200);
    } finally {
      headers.setLevel(null);
    }
  }
}
