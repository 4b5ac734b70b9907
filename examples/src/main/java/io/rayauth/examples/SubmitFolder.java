package io.rayauth.examples;

import io.rayauth.JobClient;
import io.rayauth.job.JobDetails;
import io.rayauth.job.JobSpec;
import io.rayauth.job.RuntimeEnv;
import io.rayauth.job.Submission;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Submits a folder and a module twice: the second time, the cluster has both. */
public final class SubmitFolder {
  private SubmitFolder() {}

  /**
   * Runs the example.
   *
   * @param args {@code [--address URL [--token-file PATH]]}
   */
  public static void main(String[] args) {
    run(System.out, args);
  }

  static void run(PrintStream out, String... args) {
    try (ExampleCluster cluster = ExampleCluster.of(Arguments.parse(args));
        JobClient client = cluster.client().build()) {
      Path parent = Files.createTempDirectory("submit-folder-");
      Path project = Files.createDirectory(parent.resolve("project"));
      Path greeter = Files.createDirectory(parent.resolve("greeter"));
      Files.writeString(project.resolve("whom.txt"), "the folder");
      Files.writeString(greeter.resolve("greeting.txt"), "greetings from");
      JobSpec spec =
          JobSpec.running("cat whom.txt; echo; echo \"modules: $PYTHONPATH\"")
              .workingDir(project)
              .runtimeEnv(RuntimeEnv.builder().pyModule(greeter).build())
              .build();

      Submission first = client.submit(spec);
      first.packages().forEach(report -> out.println("first: " + report));
      Submission second = client.submit(spec);
      second.packages().forEach(report -> out.println("second: " + report));

      JobDetails job = client.follow(second.id(), out::println);
      out.println("status: " + job.status());
      for (String file :
          new String[] {"project/whom.txt", "greeter/greeting.txt", "project", "greeter", ""}) {
        Files.delete(parent.resolve(file));
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
