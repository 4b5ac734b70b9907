package io.rayauth.benchmarks;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.Writer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Runs another program of this module beside this one, until it is closed. */
final class ServerProcess implements AutoCloseable {
  private final Process process;
  private final BufferedReader lines;

  private ServerProcess(Process process) {
    this.process = process;
    this.lines = process.inputReader();
  }

  static ServerProcess start(Class<?> program, String... args) throws IOException {
    return start(List.of(), program, args);
  }

  /** Starts it with options of the JVM, such as {@code -Xmx64m}. */
  static ServerProcess start(List<String> jvm, Class<?> program, String... args)
      throws IOException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(jvm);
    command.addAll(List.of("-cp", System.getProperty("java.class.path"), program.getName()));
    command.addAll(List.of(args));
    return new ServerProcess(
        new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start());
  }

  /** Waits for the next line that it says. */
  String line() throws IOException {
    String line = lines.readLine();
    if (line == null) {
      throw new IOException("a program of the benchmark ended; its message stands above");
    }
    return line;
  }

  /** Says a line to it. */
  void say(String line) throws IOException {
    Writer input = process.outputWriter();
    input.write(line + "\n");
    input.flush();
  }

  /** Returns its process, to look at from outside. */
  ProcessHandle handle() {
    return process.toHandle();
  }

  @Override
  public void close() throws IOException {
    process.outputWriter().close();
  }
}
