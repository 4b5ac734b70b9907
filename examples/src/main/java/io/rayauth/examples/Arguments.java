package io.rayauth.examples;

import java.nio.file.Path;
import java.util.Optional;

/** Holds what an example was started with. */
final class Arguments {
  static final String USAGE =
      """
      Usage: [--address URL [--token-file PATH] [--ca-file PATH]] [-- ENTRYPOINT WORDS]
        --address URL      the dashboard of a Ray cluster; without it, a FakeRay is started
        --token-file PATH  holds the token; without it, RAY_AUTH_TOKEN or RAY_AUTH_TOKEN_PATH
                           is used if it is set
        --ca-file PATH     certificates to trust instead of the JVM's
        --                 all words after it are the command to run as a job\
      """;

  private final CommandLine line;

  private Arguments(CommandLine line) {
    this.line = line;
  }

  static Arguments parse(String... args) {
    Arguments parsed = new Arguments(CommandLine.parse(USAGE, args));
    if (parsed.address().isEmpty()
        && (parsed.tokenFile().isPresent() || parsed.caFile().isPresent())) {
      throw parsed.line.wrong("--token-file and --ca-file go with --address");
    }
    return parsed;
  }

  Optional<String> address() {
    return line.value("--address");
  }

  Optional<Path> tokenFile() {
    return line.value("--token-file").map(Path::of);
  }

  Optional<Path> caFile() {
    return line.value("--ca-file").map(Path::of);
  }

  Optional<String> entrypoint() {
    return line.entrypoint();
  }
}
