package io.rayauth.internal.env;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Reads the YAML that conda environment files are written in: keys and values, lists, quotes,
 * comments, lists in brackets. What it takes means what it means to Ray's client (PyYAML's {@code
 * safe_load}, YAML 1.1); all else is refused with its line, and nothing is guessed (see {@code
 * docs/decisions/0014}).
 */
final class CondaFile {
  private static final long LARGEST = 1 << 20;
  private static final int DEEPEST = 20;
  private static final String START = "---";
  private static final String END = "...";

  /** What YAML 1.1 takes for line ends, besides those that everybody does. */
  private static final String ODD_LINE_ENDS = "\u2028\u2029";

  /**
   * Is a line, or the part of one that follows a dash.
   *
   * @param number from 1
   * @param indent how many characters stand before the text
   * @param text without the blanks around it
   */
  private record Line(int number, int indent, String text) {
    boolean isItem() {
      return text.equals("-") || text.startsWith("- ");
    }
  }

  private final Path file;
  private final List<Line> lines = new ArrayList<>();
  private int next;
  private int depth;

  private CondaFile(Path file) {
    this.file = file;
  }

  /**
   * Reads a file.
   *
   * @throws IllegalArgumentException if it cannot be read or understood, with the line
   */
  static Map<String, @Nullable Object> read(Path file) {
    String text;
    try {
      if (Files.size(file) > LARGEST) {
        throw new IllegalArgumentException(
            file + " has more than a mebibyte, which no conda environment needs");
      }
      text = Files.readString(file);
    } catch (IOException e) {
      throw new IllegalArgumentException(
          "runtime_env.conda names the file " + file + ", which cannot be read: " + e, e);
    }
    CondaFile reader = new CondaFile(file);
    reader.split(text.startsWith("\uFEFF") ? text.substring(1) : text);
    return reader.document();
  }

  private void split(String text) {
    List<String> all = text.lines().toList();
    boolean ended = false;
    for (int i = 0; i < all.size(); i++) {
      String line = all.get(i).replaceAll(" +$", "");
      int indent = 0;
      while (indent < line.length() && line.charAt(indent) == ' ') {
        indent++;
      }
      Line read = new Line(i + 1, indent, line.substring(indent));
      checkCharacters(read);
      if (line.startsWith("%")) {
        throw refused(read, "is a directive");
      } else if (isMark(line, START)) {
        if (!lines.isEmpty() || ended || !isNothing(line.substring(3))) {
          throw refused(read, "begins a document within the file");
        }
      } else if (isMark(line, END)) {
        ended = true;
      } else if (!isNothing(read.text())) {
        if (ended) {
          throw refused(read, "stands after the end of the document");
        }
        lines.add(read);
      }
    }
  }

  private void checkCharacters(Line line) {
    line.text()
        .chars()
        .filter(c -> c < ' ' || (c >= 0x7f && c < 0xa0) || ODD_LINE_ENDS.indexOf(c) >= 0)
        .findFirst()
        .ifPresent(c -> {
          throw refused(line, c == '\t' ? "has a tab" : "has the character %#x".formatted(c));
        });
  }

  private static boolean isMark(String line, String mark) {
    return line.equals(mark) || line.startsWith(mark + " ");
  }

  private static boolean isNothing(String text) {
    String stripped = text.trim();
    return stripped.isEmpty() || stripped.startsWith("#");
  }

  private Map<String, @Nullable Object> document() {
    if (lines.isEmpty()) {
      throw new IllegalArgumentException(file + " is empty; it describes no conda environment");
    }
    Line first = lines.get(0);
    if (first.isItem() || Scalars.keyEnd(first.text()) < 0) {
      throw refused(first, "is no key; an environment has keys such as dependencies");
    }
    Map<String, @Nullable Object> document = mapping(first.indent());
    if (next < lines.size()) {
      throw refused(lines.get(next), "is indented like nothing above it");
    }
    return document;
  }

  private Map<String, @Nullable Object> mapping(int indent) {
    Map<String, @Nullable Object> mapping = new LinkedHashMap<>();
    for (Line line = at(indent); line != null && !line.isItem(); line = at(indent)) {
      int end = Scalars.keyEnd(line.text());
      if (end < 0) {
        throw refused(line, "is no key with a colon");
      }
      if (!(scalar(line, line.text().substring(0, end).trim()) instanceof String key)
          || key.equals("<<")) {
        throw refused(line, "has a key that is not read as text; put it into quotes");
      }
      if (mapping.containsKey(key)) {
        throw refused(line, "has the key '" + key + "' for the second time");
      }
      String value = line.text().substring(end + 1).trim();
      next++;
      mapping.put(key, isNothing(value) ? below(indent, indent) : inline(line, value, indent));
    }
    return mapping;
  }

  private List<@Nullable Object> sequence(int indent) {
    List<@Nullable Object> sequence = new ArrayList<>();
    for (Line line = at(indent); line != null && line.isItem(); line = at(indent)) {
      String item = line.text().substring(1).trim();
      if (isNothing(item)) {
        next++;
        sequence.add(below(indent, indent + 1));
        continue;
      }
      int column = indent + line.text().indexOf(item, 1);
      Line rest = new Line(line.number(), column, item);
      if (rest.isItem() || Scalars.keyEnd(item) >= 0) {
        lines.set(next, rest); // is a list or a mapping that begins where the dash has pushed it
        sequence.add(block(column));
      } else {
        next++;
        sequence.add(inline(rest, item, indent));
      }
    }
    return sequence;
  }

  /**
   * Reads what stands below a key or a dash.
   *
   * @param indent that of the key or the dash
   * @param items from where on dashes belong to it; those of a key may stand right below it
   */
  private @Nullable Object below(int indent, int items) {
    if (next == lines.size()) {
      return null;
    }
    Line line = lines.get(next);
    boolean belongs = line.indent() > indent || (line.isItem() && line.indent() >= items);
    return belongs ? block(line.indent()) : null;
  }

  private Object block(int indent) {
    Line line = lines.get(next);
    depth++;
    if (depth > DEEPEST) {
      throw refused(line, "is more than " + DEEPEST + " levels deep");
    }
    if (!line.isItem() && Scalars.keyEnd(line.text()) < 0) {
      throw refused(line, "is a value on a line of its own");
    }
    Object block = line.isItem() ? sequence(indent) : mapping(indent);
    depth--;
    return block;
  }

  /** Returns the next line if it has this indent, null if it has less. */
  private @Nullable Line at(int indent) {
    if (next == lines.size() || lines.get(next).indent() < indent) {
      return null;
    }
    Line line = lines.get(next);
    if (line.indent() > indent) {
      throw refused(line, "is indented further than what it follows");
    }
    return line;
  }

  private @Nullable Object inline(Line line, String value, int indent) {
    if (next < lines.size() && lines.get(next).indent() > indent) {
      throw refused(lines.get(next), "goes on with the value of the line before");
    }
    if (!value.startsWith("[")) {
      return scalar(line, value);
    }
    try {
      return Scalars.bracketed(value);
    } catch (IllegalArgumentException e) {
      throw refused(line, e.getMessage());
    }
  }

  private @Nullable Object scalar(Line line, String text) {
    try {
      return Scalars.read(text);
    } catch (IllegalArgumentException e) {
      throw refused(line, e.getMessage());
    }
  }

  private IllegalArgumentException refused(Line line, @Nullable String why) {
    return new IllegalArgumentException(
        "%s, line %d: '%s' %s. This client reads keys, lists, quotes and comments of YAML and leaves the rest alone; write it like that, or give the content to conda(…) as a map"
            .formatted(file, line.number(), line.text(), why));
  }
}
