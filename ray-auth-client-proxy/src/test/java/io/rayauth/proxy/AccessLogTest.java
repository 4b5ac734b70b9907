package io.rayauth.proxy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.rayauth.RayEndpoint;
import io.rayauth.testkit.FakeRay;
import io.rayauth.token.TokenProvider;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What is written of each request, for whoever turns it on. */
@Timeout(120)
class AccessLogTest {
  private final Logger log = Logger.getLogger("io.rayauth.proxy.access");
  private final List<String> lines = new CopyOnWriteArrayList<>();
  private final Handler handler =
      new Handler() {
        @Override
        public void publish(LogRecord record) {
          lines.add(record.getLevel() + " " + record.getMessage());
        }

        @Override
        public void flush() {}

        @Override
        public void close() {}
      };

  @BeforeEach
  void turnOn() {
    log.setLevel(Level.FINE);
    log.addHandler(handler);
  }

  @AfterEach
  void turnOff() {
    log.removeHandler(handler);
    log.setLevel(null);
  }

  @Test
  void log_whenARequestHasEnded_saysWhatBecameOfItWithoutSecrets() throws Exception {
    try (FakeRay ray = FakeRay.start();
        DashboardProxy proxy =
            DashboardProxy.to(RayEndpoint.of(ray.url()), TokenProvider.of("canary-access"))
                .start()) {
      Browser browser = Browser.at(proxy);
      browser.get("/api/component_activities?access=canary-query");
      browser.ask("POST", "/api/access/refused", "Content-Length: 0");

      await()
          .atMost(Duration.ofSeconds(30))
          .untilAsserted(() ->
              assertThat(lines)
                  .anyMatch(line ->
                      line.matches(
                          "FINE GET /api/component_activities → FORWARDED 200, 0 bytes in, \\d+ out, \\d+ ms"))
                  .anyMatch(line ->
                      line.matches(
                          "FINE POST /api/access/refused → REFUSED 405, .*: method not allowed")));
      assertThat(lines).noneMatch(line -> line.contains("canary-"));
    }
  }
}
