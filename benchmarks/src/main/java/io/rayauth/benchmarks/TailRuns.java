package io.rayauth.benchmarks;

import io.rayauth.benchmarks.Row.Column;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.net.URI;
import java.nio.file.Path;
import java.util.Optional;

/** Tails a log of a gigabyte with each client, the JVM's heap being 32 MiB. */
final class TailRuns {
  private static final int ROUNDS = 5;
  private static final String HEAP = "-Xmx32m";

  private final Report report;
  private int jobs;

  TailRuns(Report report) {
    this.report = report;
  }

  void measure(URI server, Optional<PythonClient> python) throws IOException {
    Process program =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                HEAP,
                "-cp",
                System.getProperty("java.class.path"),
                TailProgram.class.getName(),
                server.toString())
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    try (Writer blocks = program.outputWriter();
        BufferedReader answers = program.inputReader()) {
      for (Row row : new Row[] {Row.TAIL_BARE, Row.TAIL_SOCKET}) {
        String other = row == Row.TAIL_BARE ? "bare" : "socket";
        Pair beside =
            Pair.of(
                1,
                ROUNDS,
                () -> block(blocks, answers, "ours"),
                () -> block(blocks, answers, other));
        report.add(
            Comparison.ofRatio(row, Column.FAST, beside.asRates(TailServer.CHARACTERS * 1e9)));
      }
      if (python.isEmpty()) {
        report.gap(Row.TAIL_PYTHON, Column.FAST, SideBySide.WITHOUT_PYTHON);
        return;
      }
      Pair rays =
          Pair.of(
              1,
              ROUNDS,
              () -> block(blocks, answers, "ours"),
              () -> python.get().tail(nextJob(), TailServer.CHARACTERS));
      report.add(
          Comparison.ofRatio(
              Row.TAIL_PYTHON, Column.FAST, rays.asRates(TailServer.CHARACTERS * 1e9)));
    } finally {
      program.destroy();
    }
  }

  private long block(Writer blocks, BufferedReader answers, String client) {
    try {
      blocks.write(client + " " + nextJob() + "\n");
      blocks.flush();
      String nanos = answers.readLine();
      if (nanos == null) {
        throw new IOException("the program with the small heap has ended; see above");
      }
      return Long.parseLong(nanos);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private String nextJob() {
    return "tail-" + jobs++;
  }
}
