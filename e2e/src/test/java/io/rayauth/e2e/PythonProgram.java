package io.rayauth.e2e;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * Runs one of the scripts of this module, which prints a line when it is ready and ends when its
 * standard input does; so it also ends with this JVM, however that ends.
 */
final class PythonProgram implements AutoCloseable {

  private static final long END_SECONDS = 120;

  private final String name;
  private final Process process;

  private PythonProgram(String name, Process process) {
    this.name = name;
    this.process = process;
  }

  /**
   * Starts a script.
   *
   * @param name what the script runs, for messages
   * @param script its path in this module
   * @throws IllegalStateException if Ray, whose Python it needs, is not installed
   */
  static PythonProgram start(String name, String script, List<String> arguments) {
    Path python = module().resolve(".venv/bin/python");
    if (!Files.isExecutable(python)) {
      throw new IllegalStateException("no real Ray is installed: run e2e/ray/install.sh first");
    }
    List<String> command =
        new ArrayList<>(List.of(python.toString(), module().resolve(script).toString()));
    command.addAll(arguments);
    command.add("--while-stdin-open");
    try {
      return new PythonProgram(name, new ProcessBuilder(command).redirectErrorStream(true).start());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Returns the folder of this module, in which the tests run. */
  static Path module() {
    return Path.of("").toAbsolutePath();
  }

  /**
   * Returns the first line if the script came up; it writes no more until it ends.
   *
   * @param start how the line begins when all is well
   * @throws IllegalStateException if it begins otherwise; the message holds all that the script
   *     said
   */
  String firstLine(String start) {
    BufferedReader output = process.inputReader();
    try {
      String line = output.readLine();
      if (line == null || !line.startsWith(start)) {
        StringBuilder reason = new StringBuilder(line == null ? "it said nothing" : line);
        output.lines().forEach(more -> reason.append('\n').append(more));
        throw new IllegalStateException(name + " did not start: " + reason);
      }
      return line;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * Tells the script to end, and blocks until it and every process it started are gone.
   *
   * @throws IllegalStateException if it ended before, or does not end
   */
  @Override
  public void close() {
    try {
      process.getOutputStream().close();
      if (!process.waitFor(END_SECONDS, TimeUnit.SECONDS)) {
        throw new IllegalStateException(name + " did not end within " + END_SECONDS + " s");
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while " + name + " was ending", e);
    }
    if (process.exitValue() != 0) {
      String said = String.join("\n", process.inputReader().lines().toList());
      throw new IllegalStateException(name + " did not last: " + said);
    }
  }
}
