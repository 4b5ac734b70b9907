package io.rayauth.contract;

import static org.assertj.core.api.Assertions.assertThat;

import io.rayauth.job.JobDetails;
import io.rayauth.job.JobId;
import io.rayauth.job.JobSpec;
import io.rayauth.job.JobStatus;
import io.rayauth.job.PackageReport;
import io.rayauth.job.PackageUri;
import io.rayauth.job.RuntimeEnv;
import io.rayauth.job.Submission;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
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
  default void submit_withAFolder_startsTheCommandInItAndUploadsItOnce(@TempDir Path folder)
      throws IOException {
    String secretOfTheFile = JobId.random().value();
    Path script =
        Files.writeString(
            Files.createDirectory(folder.resolve("steps")).resolve("run.sh"),
            "#!/bin/sh\necho \"ran $1 $(cat data.txt)\"\n");
    Files.setPosixFilePermissions(script, PosixFilePermissions.fromString("rwxr-xr-x"));
    Files.writeString(folder.resolve("data.txt"), secretOfTheFile);
    Files.writeString(folder.resolve("left-out.log"), "x");
    Files.writeString(folder.resolve(".gitignore"), "*.log\n");
    JobSpec spec =
        JobSpec.running("steps/run.sh train && ! ls left-out.log").workingDir(folder).build();

    PackageReport first = client().submit(spec).packages().get(0);
    Submission second = client().submit(spec);

    assertThat(first.outcome()).isEqualTo(PackageReport.Outcome.UPLOADED);
    assertThat(second.packages())
        .singleElement()
        .returns(first.uri(), PackageReport::uri)
        .returns(PackageReport.Outcome.ALREADY_THERE, PackageReport::outcome);
    JobDetails job = client().await(second.id(), PATIENCE);
    assertThat(job.status()).isEqualTo(JobStatus.SUCCEEDED);
    assertThat(client().logs(job.id())).contains("ran train " + secretOfTheFile + "\n");
  }

  @Test
  default void submit_withModules_putsThemOnThePythonPath(@TempDir Path folder) throws IOException {
    String secretOfTheFile = JobId.random().value();
    Path module = Files.createDirectory(folder.resolve("greeter"));
    Files.writeString(module.resolve("words.txt"), secretOfTheFile);
    Path single = Files.writeString(folder.resolve("single.py"), "# " + secretOfTheFile);
    RuntimeEnv env = RuntimeEnv.builder().pyModule(module).pyModule(single).build();

    JobDetails job =
        ended(
            JobSpec.running(
                    "for d in $(echo $PYTHONPATH | tr : ' '); do cat $d/greeter/words.txt $d/single.py; done; true")
                .runtimeEnv(env)
                .build());

    assertThat(job.status()).isEqualTo(JobStatus.SUCCEEDED);
    assertThat(client().logs(job.id())).contains(secretOfTheFile).contains("# " + secretOfTheFile);
  }

  /** Ray gives both the same name, though the zips differ. */
  @Test
  default void submit_withAFolderThatIsWorkingDirectoryAndModule_givesEachItsLayout(
      @TempDir Path parent) throws IOException {
    Path folder = Files.createDirectory(parent.resolve("both"));
    Files.writeString(folder.resolve("words.txt"), JobId.random().value());
    RuntimeEnv env = RuntimeEnv.builder().pyModule(folder).build();

    JobDetails job =
        ended(
            JobSpec.running(
                    "cat words.txt && for d in $(echo $PYTHONPATH | tr : ' '); do ls $d/both/words.txt; done | grep both/words.txt")
                .workingDir(folder)
                .runtimeEnv(env)
                .build());

    assertThat(job.status()).isEqualTo(JobStatus.SUCCEEDED);
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
