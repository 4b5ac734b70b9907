package io.rayauth.docs;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** Cuts the marked regions out of the classes of this package. */
final class Regions {
  private static final Path SOURCES = Path.of("src/test/java/io/rayauth/docs");
  private static final Pattern START = Pattern.compile("\\s*// @start region=(\\S+)");
  private static final Pattern END = Pattern.compile("\\s*// @end");

  private Regions() {}

  /** Returns each region by its name, {@code Class#region}, without common indentation. */
  static Map<String, String> all() throws IOException {
    Map<String, String> regions = new LinkedHashMap<>();
    try (Stream<Path> paths = Files.list(SOURCES)) {
      for (Path path : paths.sorted().toList()) {
        collect(path.getFileName().toString().replace(".java", ""), path, regions);
      }
    }
    return regions;
  }

  private static void collect(String className, Path path, Map<String, String> regions)
      throws IOException {
    List<String> lines = Files.readAllLines(path);
    for (int i = 0; i < lines.size(); i++) {
      Matcher start = START.matcher(lines.get(i));
      if (start.matches()) {
        StringBuilder text = new StringBuilder();
        for (i++; !END.matcher(lines.get(i)).matches(); i++) {
          text.append(lines.get(i)).append('\n');
        }
        String name = className + "#" + start.group(1);
        if (regions.put(name, withoutIndentation(text.toString())) != null) {
          throw new IllegalStateException("there are two regions " + name);
        }
      }
    }
  }

  /** Takes the blank lines at the end away first, as their missing blanks count for the JDK. */
  static String withoutIndentation(String text) {
    return text.stripTrailing().stripIndent();
  }
}
