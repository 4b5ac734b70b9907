package io.rayauth.e2e;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * Runs a real Ray head on loopback until it is closed.
 *
 * <p>Safe for use by many threads. Ray's own logs are in {@code target/ray} after the end.
 */
final class RealRay implements AutoCloseable {

  private static final long END_SECONDS = 60;

  private final Process head;
  private final URI url;
  private final Path tokenFile;

  private RealRay(Process head, URI url, Path tokenFile) {
    this.head = head;
    this.url = url;
    this.tokenFile = tokenFile;
  }

  /**
   * Starts a head and blocks until it takes jobs, for about ten seconds.
   *
   * @throws IllegalStateException if Ray is not installed or does not come up; the message holds
   *     what Ray said
   */
  static RealRay start(RayMode mode) {
    Path module = Path.of("").toAbsolutePath();
    Path python = module.resolve(".venv/bin/python");
    if (!Files.isExecutable(python)) {
      throw new IllegalStateException("no real Ray is installed: run e2e/ray/install.sh first");
    }
    String name = mode.name().toLowerCase(Locale.ROOT);
    Path state = module.resolve("target/ray").resolve(name);
    ProcessBuilder command =
        new ProcessBuilder(
                python.toString(),
                module.resolve("ray/head.py").toString(),
                "--auth",
                name,
                "--state",
                state.toString(),
                "--while-stdin-open")
            .redirectErrorStream(true);
    try {
      Process head = command.start();
      return new RealRay(head, URI.create(firstLineOf(head)), state.resolve("token"));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Returns the first line if the head came up; it writes no more until it ends. */
  private static String firstLineOf(Process head) throws IOException {
    BufferedReader output = head.inputReader();
    String line = output.readLine();
    if (line == null || !line.startsWith("http://")) {
      StringBuilder reason = new StringBuilder(line == null ? "it said nothing" : line);
      output.lines().forEach(more -> reason.append('\n').append(more));
      throw new IllegalStateException("the real Ray did not start: " + reason);
    }
    return line;
  }

  /** Returns the address of the dashboard, without a path. */
  URI url() {
    return url;
  }

  /** Returns the token the head wants, empty in open mode. */
  Optional<String> token() {
    return tokenFile().map(RealRay::firstLine);
  }

  /** Returns the file with the token, which only its owner can read; empty in open mode. */
  Optional<Path> tokenFile() {
    return Optional.of(tokenFile).filter(Files::exists);
  }

  private static String firstLine(Path file) {
    try {
      return Files.readAllLines(file).get(0);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * Ends the head and every process it started; blocks until they are gone.
   *
   * @throws IllegalStateException if the head ended before, or does not end
   */
  @Override
  public void close() throws IOException {
    head.getOutputStream().close();
    try {
      if (!head.waitFor(END_SECONDS, TimeUnit.SECONDS)) {
        throw new IllegalStateException("the real Ray did not end within " + END_SECONDS + " s");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while the real Ray was ending", e);
    }
    if (head.exitValue() != 0) {
      String said = String.join("\n", head.inputReader().lines().toList());
      throw new IllegalStateException("the real Ray did not last: " + said);
    }
  }
}
