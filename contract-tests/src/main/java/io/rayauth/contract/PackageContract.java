package io.rayauth.contract;

import static org.assertj.core.api.Assertions.assertThat;

import io.rayauth.job.JobDetails;
import io.rayauth.job.JobId;
import io.rayauth.job.JobSpec;
import io.rayauth.job.JobStatus;
import io.rayauth.job.PackageUri;
import io.rayauth.job.RuntimeEnv;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Files that go to the cluster before a job and are there when it runs. */
interface PackageContract extends ClusterUnderTest {

  @Test
  default void upload_whenThePackageIsNew_storesItUnderTheHashOfItsBytes(@TempDir Path folder)
      throws IOException {
    Path archive = zip(folder, "data.txt", JobId.random().value());

    PackageUri uri = client().upload(archive);

    assertThat(uri.value()).matches("gcs://_ray_pkg_[0-9a-f]{40}\\.zip");
    assertThat(client().packageExists(uri)).isTrue();
    assertThat(client().upload(archive)).isEqualTo(uri);
  }

  @Test
  default void packageExists_whenNobodyStoredIt_isFalse() {
    PackageUri unknown = new PackageUri("gcs://_ray_pkg_" + JobId.random().value() + ".zip");

    assertThat(client().packageExists(unknown)).isFalse();
  }

  @Test
  default void submit_withAWorkingDirectory_startsTheCommandInIt(@TempDir Path folder)
      throws IOException {
    String secretOfTheFile = JobId.random().value();
    Path archive = zip(folder, "steps/run.sh", "echo \"ran $1 " + secretOfTheFile + "\"\n");

    JobDetails job = ended(JobSpec.running("sh steps/run.sh train").workingDir(archive).build());

    assertThat(job.status()).isEqualTo(JobStatus.SUCCEEDED);
    assertThat(client().logs(job.id())).contains("ran train " + secretOfTheFile + "\n");
    assertThat(job.runtimeEnv().asMap().get("working_dir"))
        .isInstanceOfSatisfying(
            String.class, uri -> assertThat(client().packageExists(new PackageUri(uri))).isTrue());
  }

  @Test
  default void await_whenThePackageIsMissing_tellsThatTheEnvironmentFailed() {
    String missing = "gcs://_ray_pkg_" + JobId.random().value() + ".zip";
    RuntimeEnv env = RuntimeEnv.builder().workingDir(missing).build();

    JobDetails job = ended(JobSpec.running("true").runtimeEnv(env).build());

    assertThat(job.status()).isEqualTo(JobStatus.FAILED);
    assertThat(job.errorType()).contains("RUNTIME_ENV_SETUP_FAILURE");
    assertThat(job.message())
        .hasValueSatisfying(message -> assertThat(message).contains("runtime_env setup failed"));
    assertThat(job.driverExitCode()).isEmpty();
  }

  private static Path zip(Path folder, String name, String content) throws IOException {
    Path archive = folder.resolve("files.zip");
    try (ZipOutputStream out = new ZipOutputStream(Files.newOutputStream(archive))) {
      out.putNextEntry(new ZipEntry(name));
      out.write(content.getBytes(StandardCharsets.UTF_8));
      out.closeEntry();
    }
    return archive;
  }
}
