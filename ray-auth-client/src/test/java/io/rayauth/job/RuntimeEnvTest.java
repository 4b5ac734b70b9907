package io.rayauth.job;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.junit.jupiter.api.Named.named;

import io.rayauth.internal.env.EnvForm;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

@Timeout(30)
class RuntimeEnvTest {

  @Test
  void builder_withEveryKey_writesWhatRayReads() {
    RuntimeEnv env =
        RuntimeEnv.builder()
            .workingDir("s3://bucket/x.zip")
            .pyModule("https://host/m.whl?sig=1")
            .exclude("*.log")
            .uv("requests")
            .envVar("A", "b")
            .pyExecutable("uv run")
            .setupTimeout(Duration.ofMinutes(5))
            .lazyInstall()
            .workerProcessSetupHook("module.hook")
            .nsight(Map.of("t", "cuda"))
            .rocprofSys(Map.of("env", Map.of("X", "1")))
            .put("a_key_of_the_future", List.of(1))
            .build();

    assertThat(env.asMap())
        .containsOnly(
            Map.entry("working_dir", "s3://bucket/x.zip"),
            Map.entry("py_modules", List.of("https://host/m.whl?sig=1")),
            Map.entry("excludes", List.of("*.log")),
            Map.entry("uv", List.of("requests")),
            Map.entry("env_vars", Map.of("A", "b")),
            Map.entry("py_executable", "uv run"),
            Map.entry("config", Map.of("setup_timeout_seconds", 300L, "eager_install", false)),
            Map.entry("worker_process_setup_hook", "module.hook"),
            Map.entry("nsight", Map.of("t", "cuda")),
            Map.entry("rocprof_sys", Map.of("env", Map.of("X", "1"))),
            Map.entry("a_key_of_the_future", List.of(1)));
  }

  static Stream<Named<Map<String, Object>>> whatRayRefuses() {
    return Stream.of(
        named("pip and uv", Map.of("pip", List.of("a"), "uv", List.of("b"))),
        named("pip that is a number", Map.of("pip", 1)),
        named("pip with numbers", Map.of("pip", List.of(1))),
        named("pip without packages", Map.of("pip", Map.of("pip_check", true))),
        named("pip with another key", Map.of("pip", Map.of("packages", List.of(), "check", true))),
        named(
            "pip with a wrong check", Map.of("pip", Map.of("packages", List.of(), "pip_check", 1))),
        named("uv with a file in packages", Map.of("uv", Map.of("packages", "req.txt"))),
        named(
            "uv with wrong options",
            Map.of("uv", Map.of("packages", List.of(), "uv_pip_install_options", "x"))),
        named("conda that is a list", Map.of("conda", List.of())),
        named("variables that are no object", Map.of("env_vars", List.of())),
        named("a variable that is a number", Map.of("env_vars", Map.of("A", 1))),
        named("a variable with an equals sign", Map.of("env_vars", Map.of("A=B", "c"))),
        named("a variable with NUL", Map.of("env_vars", Map.of("A", "\0"))),
        named("modules that are a string", Map.of("py_modules", "m")),
        named("excludes with numbers", Map.of("excludes", List.of(1))),
        named("a working directory that is a list", Map.of("working_dir", List.of())),
        named("an image and packages", Map.of("image_uri", "i", "pip", List.of("a"))),
        named(
            "a container and a folder", Map.of("container", Map.of(), "working_dir", "s3://x.zip")),
        named("no time for the setup", Map.of("config", Map.of("setup_timeout_seconds", 0))),
        named("half a second for it", Map.of("config", Map.of("setup_timeout_seconds", 0.5))),
        named("eager as text", Map.of("config", Map.of("eager_install", "yes"))),
        named("a hook that is no text", Map.of("worker_process_setup_hook", 1)));
  }

  @ParameterizedTest
  @MethodSource("whatRayRefuses")
  void job_withWhatRayRefuses_isRefusedBeforeIt(Map<String, Object> env) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> JobSpec.running("true").runtimeEnv(RuntimeEnv.of(env)))
        .withMessageStartingWith("runtime_env");
    RuntimeEnv.Builder builder = RuntimeEnv.builder();
    env.forEach(builder::put);
    assertThatIllegalArgumentException().isThrownBy(builder::build);
  }

  @Test
  void job_withNullsBesideAnImage_isTakenAsRayDoes() {
    Map<String, @Nullable Object> env = new LinkedHashMap<>();
    env.put("image_uri", "rayproject/ray:2.60.0");
    env.put("pip", null);
    env.put("working_dir", null);

    JobSpec spec = JobSpec.running("true").runtimeEnv(RuntimeEnv.of(env)).build();

    assertThat(EnvForm.of(spec.runtimeEnv()).asMap())
        .containsOnly(Map.entry("image_uri", "rayproject/ray:2.60.0"));
  }

  @Test
  void build_withASecretVariable_doesNotShowItsValue() {
    RuntimeEnv.Builder bad = RuntimeEnv.builder().put("env_vars", Map.of("A", "canary-x\0"));

    assertThatIllegalArgumentException()
        .isThrownBy(bad::build)
        .satisfies(refused -> assertThat(refused.getMessage()).doesNotContain("canary-"));
  }

  @Test
  void sent_fromFilesAndRepeats_isWhatRaysClientSends(@TempDir Path folder) throws IOException {
    Path requirements =
        Files.writeString(folder.resolve("req.txt"), "\n# two\nrequests==2.32.0\n\nnumpy\nnumpy\n");

    RuntimeEnv sent =
        EnvForm.of(
            RuntimeEnv.builder()
                .pipFile(requirements)
                .nsight(Map.of("t", "cuda"))
                .put("env_vars", Map.of())
                .put("excludes", List.of())
                .build());

    assertThat(sent.asMap())
        .containsOnly(
            Map.entry("pip", List.of("# two", "requests==2.32.0", "", "numpy")),
            Map.entry("_nsight", Map.of("t", "cuda")));
    assertThat(EnvForm.of(RuntimeEnv.builder().uv("a", "b", "a").build()).asMap())
        .containsOnly(Map.entry("uv", List.of("a", "b")));
    assertThat(EnvForm.of(RuntimeEnv.builder().put("pip", List.of()).build()).asMap()).isEmpty();
    assertThat(
            EnvForm.of(
                    RuntimeEnv.builder()
                        .put("pip", Map.of("packages", requirements.toString()))
                        .build())
                .asMap())
        .containsOnly(
            Map.entry(
                "pip", Map.of("packages", List.of("# two", "requests==2.32.0", "", "numpy"))));
  }

  @Test
  void sent_withFilesThatCannotBeRead_isRefused(@TempDir Path folder) {
    RuntimeEnv pip = RuntimeEnv.builder().pipFile(folder.resolve("missing.txt")).build();
    RuntimeEnv conda = RuntimeEnv.builder().conda("environment.yml").build();

    assertThatIllegalArgumentException()
        .isThrownBy(() -> EnvForm.of(pip))
        .withMessageContaining("missing.txt, which cannot be read");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> EnvForm.of(conda))
        .withMessageContaining("environment.yml, which cannot be read");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> RuntimeEnv.builder().condaFile(folder.resolve("conda.txt")))
        .withMessageContaining("does not end in .yml or .yaml");
    RuntimeEnv noFolder = RuntimeEnv.builder().conda(folder + "/missing").build();
    assertThatIllegalArgumentException()
        .isThrownBy(() -> EnvForm.of(noFolder))
        .withMessageContaining("no such folder here");
  }

  @Test
  void sent_fromACondaFile_isItsContent(@TempDir Path folder) throws IOException {
    Path file =
        Files.writeString(folder.resolve("environment.yaml"), "dependencies:\n- python=3.11\n");

    assertThat(EnvForm.of(RuntimeEnv.builder().condaFile(file).build()).asMap())
        .containsOnly(Map.entry("conda", Map.of("dependencies", List.of("python=3.11"))));
    assertThat(EnvForm.of(RuntimeEnv.builder().conda("base").build()).asMap())
        .containsOnly(Map.entry("conda", "base"));
    assertThat(EnvForm.of(RuntimeEnv.builder().conda(folder.toString()).build()).asMap())
        .containsOnly(Map.entry("conda", folder.toString()));
  }
}
