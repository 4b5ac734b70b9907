package io.rayauth.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.rayauth.JobClient;
import io.rayauth.job.JobDetails;
import io.rayauth.job.JobId;
import io.rayauth.job.JobSpec;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.IntStream;

/** Is a job that writes numbered lines until it is told to end, and what was heard of it. */
final class CountingJob {
  private final JobId id;
  private final Path end;
  private final List<String> lines = new CopyOnWriteArrayList<>();

  private CountingJob(JobId id, Path end) {
    this.id = id;
    this.end = end;
  }

  /**
   * Submits the job.
   *
   * @param folder where it looks for the sign to end; the head runs on this machine
   */
  static CountingJob submit(JobClient jobs, Path folder) throws IOException {
    Path end = folder.resolve("end");
    Path program =
        Files.writeString(
            folder.resolve("count.py"),
            """
            import itertools, pathlib, sys, time
            for i in itertools.count():
                print("line", i, flush=True)
                time.sleep(0.02)
                if pathlib.Path(sys.argv[1]).exists():
                    break
            """);
    return new CountingJob(
        jobs.submit(JobSpec.running("python " + program + " " + end).build()).id(), end);
  }

  JobId id() {
    return id;
  }

  /** Follows the log to its end. */
  JobDetails follow(JobClient jobs) {
    return jobs.follow(id, lines::add);
  }

  /** Returns what was heard so far. */
  List<String> lines() {
    return lines;
  }

  /** Tells the job to end, with success. */
  void end() throws IOException {
    Files.createFile(end);
  }

  void assertThatEveryLineCameOnce() {
    List<String> counted = lines.stream().filter(line -> line.startsWith("line ")).toList();
    assertThat(counted)
        .containsExactlyElementsOf(
            IntStream.range(0, counted.size()).mapToObj(i -> "line " + i).toList());
  }
}
