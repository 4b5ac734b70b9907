package io.rayauth.e2e;

import java.util.List;
import java.util.Random;

/**
 * Makes up a conda environment file, the same for the same seed: most are as people write them,
 * many have values of all kinds that YAML knows, and some are damaged.
 */
final class RandomCondaFile {
  private static final List<String> KEYS =
      List.of("name", "channels", "dependencies", "prefix", "variables", "'pip'", "\"a b\"", "x.y");

  private static final List<String> VALUES =
      List.of(
          "python=3.11",
          "conda-forge::numpy >=1.26,<2",
          "ray[default]==2.60.0",
          "-e .",
          "git+https://github.com/a/b.git#egg=b",
          "--extra-index-url https://x:80/y",
          "trainer",
          "'it''s'",
          "\"tab\\t, quote \\\", \\u00e9 \\x41\"",
          "\"a: b # c\"",
          "é 数据 🚀",
          "a b  c",
          "a:b",
          "a#b",
          "a\\b",
          "[a, b]",
          "[ 'a' , \"b\" ]",
          "[]",
          "[3.10, yes, -1]",
          "[a b, c=1.*]",
          "",
          "~",
          "null");

  private static final List<String> ODD_VALUES =
      List.of(
          "3.10",
          "007",
          "08",
          "0o17",
          "0x1F",
          "0b11",
          "1_000",
          "1e5",
          "1.5e+3",
          ".5",
          "-.5",
          "5.",
          "+1",
          "-0",
          "1.2.3",
          "12:30",
          "1:2:3.4",
          "2026-01-01",
          "2026-01-01 10:00:00",
          ".inf",
          "-.Inf",
          ".NaN",
          "nan",
          "yes",
          "No",
          "ON",
          "y",
          "n",
          "TRUE",
          "tRue",
          "=",
          "<<",
          "=1",
          ">=2",
          "*",
          "*a",
          "&a b",
          "!x y",
          "!!str 1",
          "@x",
          "%x",
          "`x`",
          "{a: b}",
          "{}",
          "|",
          ">-",
          "? x",
          "- x",
          "-",
          ":",
          "a:",
          "a: b",
          ": a",
          "::",
          "'q",
          "\"q",
          "'a'b",
          "'a' b",
          "\"a\" #c",
          "'a'#c",
          "[a",
          "[a, ]",
          "[,]",
          "[a,,b]",
          "[a: b]",
          "[a:b]",
          "[a::b]",
          "[a]b",
          "[a] #b",
          "[a #b]",
          "[[a]]",
          "[{}]",
          "['a'b]",
          "]",
          "}",
          "a ]",
          "a, b",
          "\"\\q\"",
          "\"\\/\"",
          "\"\\x4\"",
          "a\tb",
          "\u00a0",
          "\u0085",
          "\u2028",
          "\ufeff",
          "---",
          "...",
          "12345678901234567890",
          "0.1234567890123456789",
          "''",
          "\"\"",
          "'\"'",
          "\"'\"",
          "# c",
          "a # b",
          "a\u2003");

  private final Random random;
  private final StringBuilder text = new StringBuilder();

  private RandomCondaFile(long seed) {
    this.random = new Random(seed);
  }

  static String of(long seed) {
    RandomCondaFile file = new RandomCondaFile(seed);
    if (file.random.nextInt(4) == 0) {
      file.text.append(
          file.pick(List.of("---\n", "# c\n", "\n", "--- # c\n", "\ufeff", "--- a\n")));
    }
    file.mapping(0, 0);
    return file.random.nextInt(3) == 0 ? file.damaged() : file.text.toString();
  }

  private void mapping(int indent, int depth) {
    int count = 1 + random.nextInt(4);
    for (int i = 0; i < count; i++) {
      if (i > 0) {
        text.append(" ".repeat(indent));
      }
      text.append(pick(KEYS)).append(random.nextInt(10) == 0 ? " :" : ":");
      if (depth < 3 && random.nextInt(2) == 0) {
        end();
        int below = indent + random.nextInt(4);
        text.append(" ".repeat(below));
        sequence(below, depth + 1);
      } else if (depth < 3 && random.nextInt(5) == 0) {
        end();
        int below = indent + 1 + random.nextInt(3);
        text.append(" ".repeat(below));
        mapping(below, depth + 1);
      } else {
        text.append(' ').append(value());
        end();
      }
    }
  }

  private void sequence(int indent, int depth) {
    int count = 1 + random.nextInt(4);
    for (int i = 0; i < count; i++) {
      if (i > 0) {
        text.append(" ".repeat(indent));
      }
      String dash = pick(List.of("- ", "- ", "-   "));
      text.append(dash);
      if (depth < 3 && random.nextInt(5) == 0) {
        mapping(indent + dash.length(), depth + 1);
      } else if (depth < 3 && random.nextInt(12) == 0) {
        sequence(indent + dash.length(), depth + 1);
      } else {
        text.append(value());
        end();
      }
    }
  }

  private String value() {
    return pick(random.nextInt(7) == 0 ? ODD_VALUES : VALUES);
  }

  private void end() {
    text.append(random.nextInt(60) == 0 ? "\t" : pick(List.of("", "", "", "  ", " # c", " #")));
    text.append(pick(List.of("\n", "\n", "\n", "\n", "\n\n", "\r\n", "\n# c\n", "\n   # c\n")));
  }

  private String damaged() {
    int at = random.nextInt(text.length());
    while (Character.isSurrogate(text.charAt(at))) {
      at--;
    }
    switch (random.nextInt(3)) {
      case 0 -> text.deleteCharAt(at);
      case 1 ->
          text.insert(at, pick(List.of(" ", "\n", "-", ":", "#", "'", "\"", "[", "  ", "- ", ",")));
      default -> text.insert(at, pick(ODD_VALUES));
    }
    return text.toString();
  }

  private String pick(List<String> from) {
    return from.get(random.nextInt(from.size()));
  }
}
