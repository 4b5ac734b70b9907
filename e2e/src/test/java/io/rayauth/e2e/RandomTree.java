package io.rayauth.e2e;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/**
 * Makes up a folder and excludes, the same for the same seed: odd names, ignore files with odd
 * patterns at any depth, links of all kinds, empty folders, modes.
 */
final class RandomTree {
  private static final List<String> NAMES =
      List.of(
          "a",
          "b",
          "main.py",
          "data",
          "x.log",
          "keep.txt",
          ".hidden",
          "__pycache__",
          "venv",
          ".venv",
          ".git",
          "build",
          "é",
          "é",
          "数据",
          "🚀.py",
          "with space",
          "[br]",
          "#hash",
          "!bang",
          "-dash",
          "tab\tname",
          "new\nline",
          "a.b.c",
          "LOG.TXT",
          "star*",
          "q?",
          "back\\slash",
          "&&",
          "^",
          "~",
          "$x",
          "(p)",
          "{c}",
          "a|b",
          "+",
          "..dots",
          "trailing ");

  private static final List<String> GLOBS =
      List.of(
          "*",
          "**",
          "?",
          "*.log",
          "*.py",
          "[a-c]",
          "[!a]",
          "[^a]",
          "[]x]",
          "[a-",
          "[[:alpha:]]",
          "[a&&b]",
          "[\\]]",
          "[.]",
          "!",
          "\\#hash",
          "\\!bang",
          "\\",
          "/",
          "//",
          "./a",
          ".",
          ".*",
          "..*",
          "*.*",
          "**/",
          "/**",
          "**/a",
          "a/**",
          "a/**/b",
          "a/*/b",
          "**/**",
          "***",
          "a**b",
          "b/",
          "/b/",
          "*/",
          "/*",
          "*a*",
          "trailing ",
          " leading",
          "#comment",
          "",
          "\t",
          "é",
          "[é-ü]",
          "new?line",
          "\\*",
          "star\\*",
          "q\\?",
          "a//b",
          "[!]a]",
          "[]",
          "[!]",
          "[-a]",
          "[a-]",
          "\u00a0nbsp\u00a0");

  private final Random random;
  private final Path root;

  private RandomTree(long seed, Path root) {
    this.random = new Random(seed);
    this.root = root;
  }

  /**
   * Writes a folder.
   *
   * @return excludes to use with it
   */
  static List<String> write(long seed, Path root) throws IOException {
    RandomTree tree = new RandomTree(seed, root);
    Files.createDirectories(root);
    tree.fill(root, 0);
    return tree.patterns(tree.random.nextInt(4));
  }

  private void fill(Path folder, int depth) throws IOException {
    if (random.nextInt(3) == 0) {
      writeRules(folder.resolve(random.nextBoolean() ? ".gitignore" : ".rayignore"));
    }
    int children = random.nextInt(depth == 0 ? 8 : 5);
    for (int i = 0; i < children; i++) {
      Path child = folder.resolve(pick(NAMES));
      if (!Files.exists(child, LinkOption.NOFOLLOW_LINKS)) {
        create(child, depth);
      }
    }
  }

  private void create(Path child, int depth) throws IOException {
    switch (random.nextInt(12)) {
      case 0, 1, 2, 3 -> {
        Files.createDirectory(child);
        if (depth < 4) {
          fill(child, depth + 1);
        }
      }
      case 4 -> Files.createSymbolicLink(child, Path.of("no-such-target"));
      case 5 -> Files.createSymbolicLink(child, Path.of(pick(NAMES))); // a neighbour, or itself
      case 6 -> Files.createSymbolicLink(child, someFolderBelow(child));
      default -> writeFile(child);
    }
  }

  /** Links downwards and sidewards only, because those upwards make long walks. */
  private Path someFolderBelow(Path link) throws IOException {
    Path elsewhere = root.resolveSibling(root.getFileName() + ".elsewhere");
    if (!Files.exists(elsewhere)) {
      Files.createDirectories(elsewhere.resolve("deep/er"));
      Files.writeString(elsewhere.resolve("a"), "outside");
      Files.writeString(elsewhere.resolve(".gitignore"), "deep/er\n");
    }
    return random.nextBoolean() ? elsewhere : link.getParent().relativize(elsewhere);
  }

  private void writeFile(Path file) throws IOException {
    if (random.nextInt(20) == 0) {
      byte[] large = new byte[random.nextInt(200_000)];
      if (random.nextBoolean()) {
        random.nextBytes(large);
      }
      Files.write(file, large);
    } else {
      Files.writeString(file, "x".repeat(random.nextInt(200)) + random.nextInt());
    }
    Files.setPosixFilePermissions(
        file,
        PosixFilePermissions.fromString(
            pick(List.of("rw-r--r--", "rwxr-xr-x", "rw-------", "r--r--r--", "rwxrwxrwx"))));
  }

  private void writeRules(Path file) throws IOException {
    String lineEnd = pick(List.of("\n", "\n", "\r\n", "\r"));
    Files.writeString(file, String.join(lineEnd, patterns(1 + random.nextInt(4))) + lineEnd);
  }

  private List<String> patterns(int count) {
    List<String> patterns = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      String pattern = random.nextInt(3) == 0 ? pick(GLOBS) : pick(NAMES).replace("\n", "?");
      switch (random.nextInt(8)) {
        case 0 -> pattern = "!" + pattern;
        case 1 -> pattern = pattern + "/";
        case 2 -> pattern = "/" + pattern;
        case 3 -> pattern = pattern + "/" + pick(NAMES).replace("\n", "?");
        case 4 -> pattern = "**/" + pattern;
        default -> {}
      }
      patterns.add(pattern);
    }
    return patterns;
  }

  private <T> T pick(List<T> from) {
    return from.get(random.nextInt(from.size()));
  }
}
