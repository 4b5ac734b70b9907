package io.rayauth.benchmarks;

import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Holds what the command line asks for.
 *
 * @param real the real Ray to measure too, empty without one
 * @param python the interpreter that has Ray, empty if Python is not wanted
 * @param parts what to measure
 */
record Options(Optional<Real> real, Optional<Path> python, Set<Part> parts) {
  static final String USAGE =
      """
      usage: side-by-side.sh [--address URL --token-file PATH] [--python PATH | --without-python] [--only PART]...
        --address URL       also measure a real Ray dashboard, which a job is submitted to
        --token-file PATH   the token it takes
        --python PATH       an interpreter with Ray, by default e2e/.venv/bin/python
        --without-python    leave the comparison with Python out
        --only PART         one of %s; more than once for more of them\
      """
          .formatted(Part.options(", "));

  private static final Path DEFAULT_PYTHON = Path.of("e2e", ".venv", "bin", "python");

  /**
   * Names a real Ray.
   *
   * @param address of its dashboard
   * @param tokenFile holds the token it takes
   */
  record Real(URI address, Path tokenFile) {}

  /**
   * Reads the command line.
   *
   * @throws IllegalArgumentException if it cannot be understood or names what is not there
   */
  static Options parse(List<String> args) {
    String address = null;
    String tokenFile = null;
    Path python = DEFAULT_PYTHON;
    boolean withPython = true;
    Set<Part> parts = EnumSet.noneOf(Part.class);
    for (Iterator<String> rest = args.iterator(); rest.hasNext(); ) {
      String option = rest.next();
      switch (option) {
        case "--address" -> address = valueOf(option, rest);
        case "--token-file" -> tokenFile = valueOf(option, rest);
        case "--python" -> python = Path.of(valueOf(option, rest));
        case "--without-python" -> withPython = false;
        case "--only" -> parts.add(Part.named(valueOf(option, rest)));
        default -> throw new IllegalArgumentException(option + " is not an option");
      }
    }
    if (withPython && !Files.isExecutable(python)) {
      throw new IllegalArgumentException(
          "there is no Python at "
              + python
              + "; install Ray's client with e2e/ray/install.sh, name another one with --python, or leave the comparison out with --without-python");
    }
    return new Options(
        Optional.ofNullable(real(address, tokenFile)),
        withPython ? Optional.of(python) : Optional.empty(),
        parts.isEmpty() ? EnumSet.allOf(Part.class) : parts);
  }

  private static @Nullable Real real(@Nullable String address, @Nullable String tokenFile) {
    if (address == null && tokenFile == null) {
      return null;
    }
    if (address == null || tokenFile == null) {
      throw new IllegalArgumentException("--address and --token-file go together");
    }
    return new Real(URI.create(address), Path.of(tokenFile));
  }

  private static String valueOf(String option, Iterator<String> rest) {
    if (!rest.hasNext()) {
      throw new IllegalArgumentException(option + " needs a value");
    }
    return rest.next();
  }
}
