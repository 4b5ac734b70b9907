package io.rayauth.docs;

import static org.assertj.core.api.Assertions.assertThat;

import io.rayauth.JobClient;
import io.rayauth.job.JobDetails;
import io.rayauth.job.JobId;
import io.rayauth.job.JobSpec;
import io.rayauth.job.RuntimeEnv;
import io.rayauth.testkit.FakeRay;
import io.rayauth.testkit.Gate;
import io.rayauth.token.TokenProvider;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(30)
class ReadmeSnippets {
  @Test
  void submit_onTheFake_runsTheJob(@TempDir Path folder) throws Exception {
    Path tokenFile = Files.writeString(folder.resolve("token"), "canary-readme\n");
    try (FakeRay ray = FakeRay.builder().gate(Gate.rayToken("canary-readme")).start()) {
      String url = ray.url().toString();

      // @start region=submit
      try (JobClient client =
          JobClient.builder(url).tokenProvider(TokenProvider.ofFile(tokenFile)).build()) {
        JobSpec spec =
            JobSpec.running("echo Hello from $WHO")
                .runtimeEnv(RuntimeEnv.builder().envVar("WHO", "Ray").build())
                .build();
        JobId id = client.submit(spec).id();
        JobDetails job = client.follow(id, System.out::println);
        System.out.println(job.id() + " " + job.status());
      }
      // @end

      assertThat(ray.jobs())
          .singleElement()
          .returns("echo Hello from $WHO", FakeRay.Job::entrypoint)
          .returns("SUCCEEDED", FakeRay.Job::status);
    }
  }
}
