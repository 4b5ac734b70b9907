package io.rayauth.contract;

import io.rayauth.JobClient;
import io.rayauth.job.JobId;
import io.rayauth.job.JobSpec;
import io.rayauth.job.Submission;
import io.rayauth.token.TokenProvider;
import java.io.File;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.util.List;

/** Submits one job in a process of its own, which can be killed, and prints what came of it. */
public final class SubmittingProgram {
  private SubmittingProgram() {}

  /**
   * Submits and prints {@code accepted} or {@code attached}.
   *
   * @param args address, file with the token, submission id, entrypoint
   */
  public static void main(String[] args) {
    try (JobClient client =
        JobClient.builder(args[0]).tokenProvider(TokenProvider.ofFile(Path.of(args[1]))).build()) {
      Submission submission =
          client.submit(JobSpec.running(args[3]).submissionId(new JobId(args[2])).build());
      System.out.println(submission.attached() ? "attached" : "accepted");
    }
  }

  /** Starts it with what this program was started with. */
  static Process start(URI url, Path tokenFile, JobId id, String entrypoint, File output)
      throws IOException {
    List<String> command =
        List.of(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-XX:TieredStopAtLevel=1",
            "-cp",
            System.getProperty("java.class.path"),
            SubmittingProgram.class.getName(),
            url.toString(),
            tokenFile.toString(),
            id.value(),
            entrypoint);
    ProcessBuilder builder =
        new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(output);
    builder.environment().keySet().removeIf(name -> name.startsWith("RAY_"));
    return builder.start();
  }
}
