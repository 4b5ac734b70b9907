package io.rayauth.e2e;

import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.ObjectMapper;

/**
 * Is a program of {@code packages} in the Python of the installed Ray, which answers a line of JSON
 * with another. Not thread-safe.
 */
final class PythonLines implements AutoCloseable {
  private static final ObjectMapper JSON = new ObjectMapper();

  private final Process python;
  private final BufferedWriter questions;
  private final BufferedReader answers;

  private PythonLines(Process python) {
    this.python = python;
    this.questions = python.outputWriter(StandardCharsets.UTF_8);
    this.answers = python.inputReader(StandardCharsets.UTF_8);
  }

  /** Starts Python, which takes some seconds to load Ray. */
  static PythonLines start(String program) throws IOException {
    Path module = Path.of("").toAbsolutePath();
    ProcessBuilder command =
        new ProcessBuilder(
                module.resolve(".venv/bin/python").toString(),
                module.resolve("packages").resolve(program).toString())
            .redirectError(new File("/dev/null"));
    command.environment().put("PYTHONUTF8", "1");
    return new PythonLines(command.start());
  }

  JsonNode ask(Object question) throws IOException {
    begin(question);
    return answer();
  }

  /** Sends a question; the answer has to be fetched before the next one. */
  void begin(Object question) throws IOException {
    questions.write(JSON.writeValueAsString(question));
    questions.newLine();
    questions.flush();
  }

  JsonNode answer() throws IOException {
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
