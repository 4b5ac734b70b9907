package io.rayauth.docs;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** Reads the fenced blocks and the links of one Markdown file of this project. */
record MarkdownFile(Path path, List<String> lines) {
  private static final Path ROOT = Path.of("..").toAbsolutePath().normalize();
  private static final Pattern FENCE = Pattern.compile("\\s*```(\\w*)\\s*");
  private static final Pattern MARK = Pattern.compile("<!-- (\\w+): (\\S+) -->");
  private static final Pattern LINK = Pattern.compile("\\]\\(([^)\\s]+)\\)");

  /**
   * Is a fenced block.
   *
   * @param line where it begins, from 1
   * @param language what the fence names
   * @param mark the comment in the line before it, such as {@code snippet: Class#region}
   * @param text the lines between the fences
   */
  record Block(int line, String language, Optional<Mark> mark, String text) {}

  /** Is an HTML comment that says what the block after it has to be. */
  record Mark(String kind, String name) {}

  /** Reads the README and everything in docs. */
  static List<MarkdownFile> all() throws IOException {
    List<MarkdownFile> files = new ArrayList<>();
    files.add(read(ROOT.resolve("README.md")));
    try (Stream<Path> paths = Files.walk(ROOT.resolve("docs"))) {
      for (Path path : paths.filter(MarkdownFile::isSource).sorted().toList()) {
        files.add(read(path));
      }
    }
    return files;
  }

  private static boolean isSource(Path path) {
    return path.toString().endsWith(".md") && !path.startsWith(ROOT.resolve("docs/target"));
  }

  private static MarkdownFile read(Path path) throws IOException {
    return new MarkdownFile(path, Files.readAllLines(path));
  }

  List<Block> blocks() {
    List<Block> blocks = new ArrayList<>();
    for (int i = 0; i < lines.size(); i++) {
      Matcher fence = FENCE.matcher(lines.get(i));
      if (fence.matches()) {
        int start = i++;
        StringBuilder text = new StringBuilder();
        while (!FENCE.matcher(lines.get(i)).matches()) {
          text.append(lines.get(i++)).append('\n');
        }
        blocks.add(new Block(start + 1, fence.group(1), markBefore(start), text.toString()));
      }
    }
    return blocks;
  }

  /** Returns the targets of links that stay within the project, without the part after #. */
  List<Path> localLinks() {
    Path folder = path.resolveSibling(".");
    return lines.stream()
        .flatMap(line -> LINK.matcher(line).results())
        .map(link -> link.group(1).replaceAll("#.*", ""))
        .filter(target -> !target.isEmpty() && !target.contains(":"))
        .map(target -> folder.resolve(target).normalize())
        .toList();
  }

  /** Names the file, for the message of a failed test. */
  @Override
  public String toString() {
    return ROOT.relativize(path).toString();
  }

  private Optional<Mark> markBefore(int line) {
    Matcher mark = MARK.matcher(line == 0 ? "" : lines.get(line - 1).strip());
    return mark.matches() ? Optional.of(new Mark(mark.group(1), mark.group(2))) : Optional.empty();
  }
}
