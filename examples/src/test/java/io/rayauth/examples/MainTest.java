package io.rayauth.examples;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.rayauth.testkit.FakeRay;
import io.rayauth.testkit.Gate;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Starts programs of their own: for the environment, the exit code, and that they end at all. */
@Timeout(120)
class MainTest {
  private static final String TOKEN = "canary-environment";

  /** What a program left behind. */
  private record Ended(int exitCode, String output) {}

  @Test
  void main_withTheTokenInAVariable_succeeds() throws Exception {
    try (FakeRay ray = FakeRay.builder().gate(Gate.rayToken(TOKEN)).start()) {
      Ended ended = quickstart(ray, Map.of("RAY_AUTH_TOKEN", TOKEN), "echo", "hello");

      assertThat(ended.output())
          .contains("hello")
          .doesNotContain("canary")
          .matches("(?s).*' succeeded\\R-+\\R");
      assertThat(ended.exitCode()).isZero();
    }
  }

  @Test
  void main_withTheTokenInAFileNamedByAVariable_succeeds(@TempDir Path folder) throws Exception {
    try (FakeRay ray = FakeRay.builder().gate(Gate.rayToken(TOKEN)).start()) {
      String file = ExamplesTest.tokenFile(folder, TOKEN).toString();

      Ended ended = quickstart(ray, Map.of("RAY_AUTH_TOKEN_PATH", file), "echo", "hello");

      assertThat(ended.output()).matches("(?s).*' succeeded\\R-+\\R");
      assertThat(ended.exitCode()).isZero();
    }
  }

  @Test
  void main_whenTheJobFails_endsWithOneAndWithoutStackTrace() throws Exception {
    try (FakeRay ray = FakeRay.builder().gate(Gate.rayToken(TOKEN)).start()) {
      Ended ended = quickstart(ray, Map.of("RAY_AUTH_TOKEN", TOKEN), "false");

      assertThat(ended.output()).contains("' failed").doesNotContain("\tat ", "canary");
      assertThat(ended.exitCode()).isOne();
    }
  }

  private static Ended quickstart(FakeRay ray, Map<String, String> variables, String... job)
      throws IOException, InterruptedException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("-cp", System.getProperty("java.class.path")));
    command.addAll(List.of(Quickstart.class.getName(), "--address", ray.url().toString(), "--"));
    command.addAll(List.of(job));
    ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
    builder.environment().keySet().removeIf(name -> name.startsWith("RAY_"));
    builder.environment().putAll(variables);
    Process process = builder.start();
    String output = new String(process.getInputStream().readAllBytes(), UTF_8);
    return new Ended(process.waitFor(), output);
  }
}
