package io.rayauth.e2e;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * Runs a real Ray head on loopback until it is closed.
 *
 * <p>Safe for use by many threads. Ray's own logs are in {@code target/ray} after the end.
 */
final class RealRay implements AutoCloseable {

  private final PythonProgram head;
  private final URI url;
  private final Path tokenFile;

  private RealRay(PythonProgram head, URI url, Path tokenFile) {
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
    String name = mode.name().toLowerCase(Locale.ROOT);
    Path state = PythonProgram.module().resolve("target/ray").resolve(name);
    PythonProgram head =
        PythonProgram.start(
            "the real Ray", "ray/head.py", List.of("--auth", name, "--state", state.toString()));
    return new RealRay(head, URI.create(head.firstLine("http://")), state.resolve("token"));
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
  public void close() {
    head.close();
  }
}
