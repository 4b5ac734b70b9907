package io.rayauth.examples;

import java.nio.file.Path;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Holds what an example was started with.
 *
 * <p>There is no option that takes a token: every user of a machine can read the arguments of a
 * process. What cannot be understood is not repeated either, as it may be one.
 */
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

  private static final Pattern PLAIN_WORD = Pattern.compile("[\\w@%+=:,./-]+");

  private @Nullable String address;
  private @Nullable Path tokenFile;
  private @Nullable Path caFile;
  private @Nullable String entrypoint;

  private Arguments() {}

  static Arguments parse(String... args) {
    Arguments parsed = new Arguments();
    Iterator<String> words = List.of(args).iterator();
    while (words.hasNext()) {
      String word = words.next();
      switch (word) {
        case "--address" -> parsed.address = value(word, words);
        case "--token-file" -> parsed.tokenFile = Path.of(value(word, words));
        case "--ca-file" -> parsed.caFile = Path.of(value(word, words));
        case "--" -> parsed.entrypoint = rest(words);
        default -> throw wrong(describe(word) + " is not an option");
      }
    }
    if (parsed.address == null && (parsed.tokenFile != null || parsed.caFile != null)) {
      throw wrong("--token-file and --ca-file go with --address");
    }
    return parsed;
  }

  Optional<String> address() {
    return Optional.ofNullable(address);
  }

  Optional<Path> tokenFile() {
    return Optional.ofNullable(tokenFile);
  }

  Optional<Path> caFile() {
    return Optional.ofNullable(caFile);
  }

  Optional<String> entrypoint() {
    return Optional.ofNullable(entrypoint);
  }

  private static String value(String option, Iterator<String> words) {
    if (!words.hasNext()) {
      throw wrong(option + " needs a value");
    }
    return words.next();
  }

  private static String rest(Iterator<String> words) {
    StringBuilder line = new StringBuilder();
    words.forEachRemaining(word -> line.append(line.isEmpty() ? "" : " ").append(quoted(word)));
    if (line.isEmpty()) {
      throw wrong("-- needs a command after it");
    }
    return line.toString();
  }

  /** Ray runs the entrypoint in a shell; quoting keeps each word one word there. */
  private static String quoted(String word) {
    return PLAIN_WORD.matcher(word).matches() ? word : "'" + word.replace("'", "'\"'\"'") + "'";
  }

  private static String describe(String word) {
    return word.startsWith("--token")
        ? "a token as an argument, which everybody on this machine could read,"
        : word.startsWith("--") ? word.replaceAll("=.*", "") : "a word before --";
  }

  private static ExampleFailedException wrong(String what) {
    return new ExampleFailedException(what + System.lineSeparator() + USAGE);
  }
}
