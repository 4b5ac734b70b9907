package io.rayauth.internal.pack;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Is one line of an ignore file, read as Ray reads it.
 *
 * <p>That is the {@code gitwildmatch} of pathspec 0.8.1, which Ray carries with it ({@code
 * thirdparty/pathspec/patterns/gitwildmatch.py}), and differs from git: see {@link IgnoreRules}.
 *
 * @param line as written, without the blanks around it
 * @param negated whether a match brings a path back
 * @param regex what a path relative to the base of the rules must match
 */
record IgnorePattern(String line, boolean negated, Pattern regex) {

  /**
   * Reads a line.
   *
   * @return empty if it is blank, a comment, or a lone slash, backslash or exclamation mark
   * @throws IllegalArgumentException if it has a range that runs backwards, which Ray cannot read
   *     either
   */
  static Optional<IgnorePattern> parse(String line) {
    String pattern = stripped(line);
    if (pattern.isEmpty() || pattern.startsWith("#") || pattern.equals("/")) {
      return Optional.empty();
    }
    boolean negated = pattern.startsWith("!");
    String glob = negated ? pattern.substring(1) : pattern;
    if (glob.startsWith("\\")) {
      glob = glob.substring(1); // so that \# and \! are literals
    }
    if (glob.isEmpty()) {
      return Optional.empty();
    }
    return Optional.of(
        new IgnorePattern(
            pattern, negated, Pattern.compile(regex(segments(glob), negated), Pattern.UNIX_LINES)));
  }

  boolean matches(String path) {
    return regex.matcher(path).lookingAt();
  }

  /** Takes off what Python takes for white space, which is more than Java does. */
  private static String stripped(String line) {
    int from = 0;
    int to = line.length();
    while (from < to && isBlank(line.charAt(from))) {
      from++;
    }
    while (to > from && isBlank(line.charAt(to - 1))) {
      to--;
    }
    return line.substring(from, to);
  }

  private static boolean isBlank(char c) {
    return Character.isWhitespace(c) || "\u0085\u00a0\u2007\u202f".indexOf(c) >= 0;
  }

  private static List<String> segments(String glob) {
    List<String> segments = new ArrayList<>(Arrays.asList(glob.split("/", -1)));
    if (segments.get(0).isEmpty()) {
      segments.remove(0);
    } else if (segments.size() == 1 || (segments.size() == 2 && segments.get(1).isEmpty())) {
      if (!segments.get(0).equals("**")) {
        segments.add(0, "**");
      }
    }
    int last = segments.size() - 1;
    if (last > 0 && segments.get(last).isEmpty()) {
      segments.set(last, "**");
    }
    return segments;
  }

  private static String regex(List<String> segments, boolean negated) {
    StringBuilder regex = new StringBuilder("^");
    boolean slashNeeded = false;
    int last = segments.size() - 1;
    for (int i = 0; i <= last; i++) {
      String segment = segments.get(i);
      if (segment.equals("**")) {
        if (i == 0) {
          regex.append(last == 0 ? ".+" : "(?:.+/)?");
        } else if (i == last) {
          regex.append("/.*");
        } else {
          regex.append("(?:/.+)?");
          slashNeeded = true;
        }
        continue;
      }
      regex.append(slashNeeded ? "/" : "");
      slashNeeded = true;
      if (segment.equals("*")) {
        regex.append("[^/]+");
        continue;
      }
      translateGlob(segment, regex);
      if (i == last && !negated) {
        regex.append("(?:/.*)?"); // a name means all that is below it, but a negated one does not
      }
    }
    return regex.append('$').toString();
  }

  private static void translateGlob(String glob, StringBuilder regex) {
    int[] chars = glob.codePoints().toArray();
    for (int i = 0; i < chars.length; i++) {
      switch (chars[i]) {
        case '\\' -> {
          i++;
          if (i < chars.length) {
            literal(chars[i], regex);
          }
        }
        case '*' -> regex.append("[^/]*");
        case '?' -> regex.append("[^/]");
        case '[' -> {
          int close = closingBracket(chars, i + 1);
          if (close < 0) {
            literal('[', regex);
          } else {
            translateClass(glob, Arrays.copyOfRange(chars, i + 1, close), regex);
            i = close;
          }
        }
        default -> literal(chars[i], regex);
      }
    }
  }

  /** A {@code !} and then a {@code ]} right after the opening bracket do not close it. */
  private static int closingBracket(int[] chars, int from) {
    int at = from;
    if (at < chars.length && chars[at] == '!') {
      at++;
    }
    if (at < chars.length && chars[at] == ']') {
      at++;
    }
    while (at < chars.length && chars[at] != ']') {
      at++;
    }
    return at < chars.length ? at : -1;
  }

  /** Spells out every character, because Java knows set operations in a class and Python none. */
  private static void translateClass(String glob, int[] body, StringBuilder regex) {
    int at = body[0] == '!' ? 1 : 0;
    regex.append(at == 1 ? "[^" : "[");
    while (at < body.length) {
      int low = body[at];
      boolean range = at + 2 < body.length && body[at + 1] == '-';
      literal(low, regex);
      if (range) {
        int high = body[at + 2];
        if (high < low) {
          throw new IllegalArgumentException(
              "the range %s-%s in '%s' runs backwards"
                  .formatted(Character.toString(low), Character.toString(high), glob));
        }
        regex.append('-');
        literal(high, regex);
      }
      at += range ? 3 : 1;
    }
    regex.append(']');
  }

  private static void literal(int codePoint, StringBuilder regex) {
    if (codePoint < 128 && !Character.isLetterOrDigit(codePoint)) {
      regex.append(String.format("\\x%02x", codePoint));
    } else {
      regex.appendCodePoint(codePoint);
    }
  }
}
