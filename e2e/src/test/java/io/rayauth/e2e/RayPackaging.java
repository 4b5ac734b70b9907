package io.rayauth.e2e;

import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.ObjectMapper;

/** Asks the Python code of the installed Ray what it makes of a folder. Not thread-safe. */
final class RayPackaging implements AutoCloseable {
  private static final ObjectMapper JSON = new ObjectMapper();

  private final Process python;
  private final BufferedWriter questions;
  private final BufferedReader answers;

  private RayPackaging(Process python) {
    this.python = python;
    this.questions = python.outputWriter(StandardCharsets.UTF_8);
    this.answers = python.inputReader(StandardCharsets.UTF_8);
  }

  /** Starts Python, which takes some seconds to load Ray. */
  static RayPackaging start() throws IOException {
    Path module = Path.of("").toAbsolutePath();
    ProcessBuilder command =
        new ProcessBuilder(
                module.resolve(".venv/bin/python").toString(),
                module.resolve("packages/compare.py").toString())
            .redirectError(new File("/dev/null"));
    command.environment().put("PYTHONUTF8", "1");
    return new RayPackaging(command.start());
  }

  /** Returns {@code uri} and {@code difference}, or {@code error}. */
  JsonNode compare(Path folder, String kind, List<String> excludes, Path zip) throws IOException {
    questions.write(
        JSON.writeValueAsString(
            Map.of(
                "folder",
                folder.toString(),
                "kind",
                kind,
                "excludes",
                excludes,
                "zip",
                zip.toString())));
    questions.newLine();
    questions.flush();
    String line = answers.readLine();
    if (line == null) {
      throw new IOException("Python ended; is Ray installed in e2e/.venv?");
    }
    return JSON.readTree(line);
  }

  @Override
  public void close() throws IOException {
    questions.close();
    python.onExit().join();
  }
}
