package io.rayauth.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.rayauth.JobClient;
import io.rayauth.job.JobDetails;
import io.rayauth.job.JobSpec;
import io.rayauth.job.JobStatus;
import io.rayauth.job.PackageReport;
import io.rayauth.job.PackageReport.Outcome;
import io.rayauth.job.RuntimeEnv;
import io.rayauth.job.Submission;
import io.rayauth.token.TokenProvider;
import java.io.File;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.ObjectMapper;

/** Packages that this client and Ray's own client share on one real Ray. */
@Timeout(300)
@WithRealRay(RayMode.TOKEN)
class SharedPackagesTest {
  private static final Duration PATIENCE = Duration.ofMinutes(2);

  @TempDir private Path parent;

  @Test
  void submit_withFolderAndModule_runsWithBothAndThePythonClientFindsThemThere(RealRay ray)
      throws Exception {
    String mark = "mark-" + new Random().nextLong();
    Path folder = Files.createDirectory(parent.resolve("project"));
    Files.writeString(folder.resolve("data.txt"), mark);
    Files.writeString(
        folder.resolve("main.py"),
        "import greeter\nprint(greeter.greet(open('data.txt').read()))\n");
    Files.writeString(folder.resolve("left-out.log"), "x");
    Files.writeString(folder.resolve(".gitignore"), "*.log\n");
    Path module = Files.createDirectory(parent.resolve("greeter"));
    Files.writeString(
        module.resolve("__init__.py"), "def greet(whom):\n    return 'hello, ' + whom\n");
    try (JobClient client =
        JobClient.builder(ray.url())
            .tokenProvider(TokenProvider.ofFile(ray.tokenFile().orElseThrow()))
            .build()) {
      JobSpec spec =
          JobSpec.running("python main.py && ! ls left-out.log")
              .workingDir(folder)
              .runtimeEnv(RuntimeEnv.builder().pyModule(module).build())
              .build();

      Submission submission = client.submit(spec);
      JobDetails job = client.await(submission.id(), PATIENCE);

      assertThat(client.logs(job.id())).contains("hello, " + mark + "\n");
      assertThat(job.status()).isEqualTo(JobStatus.SUCCEEDED);
      assertThat(submission.packages())
          .extracting(PackageReport::outcome)
          .containsExactly(Outcome.UPLOADED, Outcome.UPLOADED);

      // The packages of a job that has ended stay for as long as somebody asked for them.
      client.submit(spec);
      JsonNode python = findWithPython(ray, folder, module);

      System.out.println("Ray's own client: " + python);
      assertThat(python.path("uploads")).isEmpty();
      assertThat(python.path("working_dir").asString())
          .isEqualTo(submission.packages().get(0).uri());
      assertThat(python.path("py_modules").get(0).asString())
          .isEqualTo(submission.packages().get(1).uri());
    }
  }

  private static JsonNode findWithPython(RealRay ray, Path folder, Path module) throws Exception {
    Path here = Path.of("").toAbsolutePath();
    ProcessBuilder command =
        new ProcessBuilder(
                here.resolve(".venv/bin/python").toString(),
                here.resolve("packages/find.py").toString(),
                ray.url().toString(),
                folder.toString(),
                module.toString())
            .redirectError(new File("/dev/null"));
    command.environment().put("RAY_AUTH_MODE", "token");
    command.environment().put("RAY_AUTH_TOKEN_PATH", ray.tokenFile().orElseThrow().toString());
    command.environment().remove("RAY_ADDRESS");
    Process python = command.start();
    String said = new String(python.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(python.waitFor(60, TimeUnit.SECONDS)).isTrue();
    assertThat(python.exitValue()).as(said).isZero();
    return new ObjectMapper().readTree(said.strip().lines().reduce("", (a, b) -> b));
  }
}
