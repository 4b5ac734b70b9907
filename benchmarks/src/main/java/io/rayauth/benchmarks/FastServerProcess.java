package io.rayauth.benchmarks;

import java.io.BufferedReader;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;

/** Runs {@link FastServer} beside this program. */
final class FastServerProcess implements AutoCloseable {
  private final Process process;
  private final URI ray;
  private final URI list;
  private final URI packages;
  private final URI tail;

  private FastServerProcess(Process process) throws IOException {
    this.process = process;
    BufferedReader addresses = process.inputReader();
    this.ray = URI.create(line(addresses));
    this.list = URI.create(line(addresses));
    this.packages = URI.create(line(addresses));
    this.tail = URI.create(line(addresses));
  }

  static FastServerProcess start() throws IOException {
    return new FastServerProcess(
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty("java.class.path"),
                FastServer.class.getName())
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start());
  }

  /** Where the fake cluster is. */
  URI ray() {
    return ray;
  }

  /** Where the long list of jobs is. */
  URI list() {
    return list;
  }

  /** Where packages are sent. */
  URI packages() {
    return packages;
  }

  /** Where a long log is. */
  URI tail() {
    return tail;
  }

  @Override
  public void close() throws IOException {
    process.outputWriter().close();
  }

  private static String line(BufferedReader addresses) throws IOException {
    String line = addresses.readLine();
    if (line == null) {
      throw new IOException("the fast server did not start; its message stands above");
    }
    return line;
  }
}
