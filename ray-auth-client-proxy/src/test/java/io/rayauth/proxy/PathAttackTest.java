package io.rayauth.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import io.rayauth.testkit.RecordedCall;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Paths that one server reads in one way and the next one in another. */
@Timeout(120)
class PathAttackTest {
  @ParameterizedTest
  @ValueSource(
      strings = {
        "//evil.example/",
        "/api//jobs/",
        "/api/../worker/cpu_profile",
        "/api/./jobs/",
        "/..",
        "/api/..",
        "/api/..;/worker/cpu_profile",
        "/-;/open",
        "/;x/api/jobs/",
        "/api/jobs/;jsessionid=1",
        "/api/%2e%2e/worker/cpu_profile",
        "/api/.%2E/worker/cpu_profile",
        "/%2e/",
        "/api%2fjobs/",
        "/api%2Fjobs/",
        "/api%5cjobs/",
        "/api\\jobs/",
        "/api/jobs/%00",
        "/api/jobs/%0d%0aX:%20y",
        "/api/jobs/%7f",
        "/api/jobs/%3bx",
        "/api/%252e%252e/worker/cpu_profile",
        "/api%252fjobs/",
        "/api/%c0%ae%c0%ae/jobs/",
        "/api/%c0%af/jobs/",
        "/api/%ff/",
        "/api/jobs/%",
        "/api/jobs/%4",
        "/api/jobs/%zz",
        "/api/jobs/%u002e",
        "/api/jobs/\u00e4",
        "/api/jobs/a b",
        "/api/jobs/#a",
        "/-/../api/jobs/",
        "/-/health/..%2f..%2fapi/jobs/"
      })
  void ambiguousPath_whenAskedFor_isRefused(String path) throws Exception {
    try (Stage stage = Stage.open()) {
      Wire.Answer answer = stage.ask("GET", path, stage.signIn());

      assertThat(answer.status()).isEqualTo(400);
      assertThat(stage.calls()).isEmpty();
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/api/jobs/",
        "/api/jobs/raysubmit_A%20b%C3%A4+c~d!$&'()*,=:@",
        "/api/jobs/100%25",
        "/static/js/main.0a1b.js",
        "/api/jobs/.hidden...x"
      })
  void clearPath_whenAskedFor_reachesTheClusterAsItWasSent(String path) throws Exception {
    try (Stage stage = Stage.open()) {
      stage.ask("GET", path + "?a=%2e%2e%2f&b=//;x&c", stage.signIn());

      RecordedCall call = stage.calls().get(0);
      assertThat(call.path()).isEqualTo(path);
      assertThat(call.query()).isEqualTo("a=%2e%2e%2f&b=//;x&c");
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/worker/traceback?pid=1",
        "/worker/cpu_profile?pid=1",
        "/worker/gpu_profile",
        "/worker/jax_profile",
        "/memory_profile?pid=1",
        "/task/traceback",
        "/task/cpu_profile"
      })
  void profiler_whenOnlyReadingIsAllowed_isRefused(String target) throws Exception {
    try (Stage stage = Stage.open()) {
      Wire.Answer answer = stage.ask("GET", target, stage.signIn(), "Sec-Fetch-Site: same-origin");

      assertThat(answer.status()).isEqualTo(403);
      assertThat(answer.body()).contains("allowWrites()");
      assertThat(stage.calls()).isEmpty();
    }
  }

  @Test
  void profiler_whenWritingIsAllowed_isAskedByPagesOfTheDashboardOnly() throws Exception {
    try (Stage stage = Stage.with(DashboardProxy.Builder::allowWrites)) {
      String cookie = stage.signIn();

      Wire.Answer own = stage.ask("GET", "/memory_profile", cookie, "Sec-Fetch-Site: same-origin");
      Wire.Answer foreign =
          stage.ask("GET", "/memory_profile", cookie, "Sec-Fetch-Site: same-site");

      Wire.Answer unknown = stage.ask("GET", "/memory_profile", cookie);

      assertThat(own.status()).isEqualTo(404);
      assertThat(foreign.status()).isEqualTo(403);
      assertThat(unknown.status()).isEqualTo(403);
      assertThat(stage.calls()).hasSize(1);
    }
  }
}
