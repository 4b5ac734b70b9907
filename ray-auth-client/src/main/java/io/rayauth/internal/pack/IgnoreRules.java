package io.rayauth.internal.pack;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * Is one set of rules for what is left out: the list of excludes, or one ignore file.
 *
 * <p>Follows Ray ({@code _dir_travel} of {@code packaging.py}), not git. The folder the rules stand
 * in is itself tested, as {@code .}, so {@code *} takes the folder away whole. A negation undoes
 * matches of its own set only. {@code folder/} leaves the folder's own name in.
 *
 * @param source where the rules stand, for people
 * @param base the folder they stand in, relative to the root; empty for the root itself
 * @param patterns in their order; the last one that matches decides
 */
record IgnoreRules(String source, String base, List<IgnorePattern> patterns) {

  /** Reads a list of patterns that holds for the whole package. */
  static IgnoreRules ofExcludes(List<String> excludes) {
    return parse("excludes", "", excludes);
  }

  /**
   * Reads an ignore file.
   *
   * @param file the file
   * @param shown how to name it to people
   * @param base the folder it stands in, relative to the root
   * @throws IllegalArgumentException if it is not UTF-8 or holds a pattern that cannot be read
   */
  static IgnoreRules ofFile(Path file, String shown, String base) throws IOException {
    String text;
    try {
      text =
          StandardCharsets.UTF_8
              .newDecoder()
              .decode(ByteBuffer.wrap(Files.readAllBytes(file)))
              .toString();
    } catch (CharacterCodingException e) {
      throw new IllegalArgumentException(
          file + " is not UTF-8, so its rules cannot be read (Ray's own client fails on it too)",
          e);
    }
    return parse(shown, base, text.lines().toList());
  }

  private static IgnoreRules parse(String source, String base, List<String> lines) {
    try {
      return new IgnoreRules(
          source,
          base,
          lines.stream().map(IgnorePattern::parse).flatMap(Optional::stream).toList());
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(source + ": " + e.getMessage(), e);
    }
  }

  /**
   * Finds the rule that leaves a path out.
   *
   * @param path relative to the root, empty for the root itself; must lie in the base
   */
  Optional<IgnorePattern> match(String path) {
    String tested = path;
    if (!base.isEmpty()) {
      tested = path.length() == base.length() ? "" : path.substring(base.length() + 1);
    }
    if (tested.isEmpty()) {
      tested = ".";
    }
    for (int i = patterns.size() - 1; i >= 0; i--) {
      IgnorePattern pattern = patterns.get(i);
      if (pattern.matches(tested)) {
        return pattern.negated() ? Optional.empty() : Optional.of(pattern);
      }
    }
    return Optional.empty();
  }
}
