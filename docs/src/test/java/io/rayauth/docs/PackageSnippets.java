package io.rayauth.docs;

import static org.assertj.core.api.Assertions.assertThat;

import io.rayauth.JobClient;
import io.rayauth.job.JobSpec;
import io.rayauth.job.PackageReport;
import io.rayauth.job.PackageReport.Outcome;
import io.rayauth.job.PackageStore;
import io.rayauth.job.RuntimeEnv;
import io.rayauth.job.Submission;
import io.rayauth.testkit.FakeRay;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class PackageSnippets {

  @Test
  void folder_withAModule_uploadsBoth(@TempDir Path parent) throws Exception {
    Path project = Files.createDirectory(parent.resolve("project"));
    Files.writeString(project.resolve("main.py"), "import greeter");
    Files.writeString(project.resolve("data.csv"), "1");
    Path greeter = Files.createDirectory(parent.resolve("greeter"));
    Files.writeString(greeter.resolve("__init__.py"), "");
    try (FakeRay ray = FakeRay.start();
        JobClient client = JobClient.builder(ray.url()).build()) {

      // @start region=folder
      JobSpec spec =
          JobSpec.running("python main.py")
              .workingDir(project)
              .runtimeEnv(RuntimeEnv.builder().pyModule(greeter).exclude("*.csv").build())
              .build();
      Submission submission = client.submit(spec);
      submission.packages().forEach(report -> System.out.println(report));
      // @end

      assertThat(submission.packages())
          .hasSize(2)
          .allMatch(report -> report.outcome() == Outcome.UPLOADED)
          .extracting(PackageReport::files)
          .containsExactly(1L, 1L);
    }
  }

  @Test
  void secrets_refused_giveAClient() {
    URI url = URI.create("http://localhost:8265");

    // @start region=secrets
    JobClient client = JobClient.builder(url).refuseSecretLookingFiles().build();
    // @end

    client.close();
  }

  @Test
  void store_byPut_givesAClient() {
    URI url = URI.create("http://localhost:8265");

    // @start region=store
    JobClient client =
        JobClient.builder(url)
            .packageStore(PackageStore.httpsPut(URI.create("https://artifacts.example.com/ray")))
            .build();
    // @end

    client.close();
  }
}
