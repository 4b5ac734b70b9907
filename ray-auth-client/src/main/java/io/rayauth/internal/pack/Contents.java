package io.rayauth.internal.pack;

import io.rayauth.internal.pack.TreeEntry.Kind;
import io.rayauth.job.PackageReport;
import io.rayauth.job.PackageReport.Exclusion;
import io.rayauth.job.PackageReport.SizedPath;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;

/** Collects for the report what a walk comes by; keeps counts and a few examples of each. */
final class Contents {
  private static final int LARGEST = 10;
  private static final int EXAMPLES = 5;
  private static final int MOST_NAMED = 100;

  /** Ray warns from this size on ({@code FILE_SIZE_WARNING}). */
  private static final long LARGE = 10L << 20;

  private static final Comparator<SizedPath> BY_SIZE =
      Comparator.comparingLong(SizedPath::bytes).thenComparing(SizedPath::path);

  private record Rule(String pattern, String source) {}

  private static final class Tally {
    private long paths;
    private final List<String> examples = new ArrayList<>(EXAMPLES);
  }

  private final Map<Rule, Tally> leftOut = new LinkedHashMap<>();
  private final PriorityQueue<SizedPath> largest = new PriorityQueue<>(BY_SIZE);
  private final List<String> secretLooking = new ArrayList<>();
  private final List<String> notes = new ArrayList<>();
  private long files;
  private long bytes;

  long files() {
    return files;
  }

  long bytes() {
    return bytes;
  }

  /** Adds a path; {@code size} is what was read of it, which may differ from what was announced. */
  void add(TreeEntry entry, long size) {
    if (entry.path().indexOf('\\') >= 0) {
      note(entry.path() + " has a backslash in its name: the nodes of Ray will not unpack it");
    }
    if (entry.kind() != Kind.FILE) {
      return;
    }
    files++;
    bytes += size;
    largest.add(new SizedPath(entry.path(), size));
    if (largest.size() > LARGEST) {
      largest.remove();
    }
    if (size >= LARGE) {
      note("%s is very large (%,d bytes)".formatted(entry.path(), size));
    }
  }

  void leftOut(String path, String source, IgnorePattern rule) {
    Tally tally = leftOut.computeIfAbsent(new Rule(rule.line(), source), unused -> new Tally());
    tally.paths++;
    if (tally.examples.size() < EXAMPLES) {
      tally.examples.add(path.isEmpty() ? "the folder itself" : path);
    }
  }

  void looksSecret(String path) {
    addUpTo(MOST_NAMED, secretLooking, path);
  }

  void note(String text) {
    addUpTo(MOST_NAMED, notes, text);
  }

  private static void addUpTo(int most, List<String> list, String text) {
    if (list.size() < most) {
      list.add(text);
    } else if (list.size() == most) {
      list.add("and more");
    }
  }

  List<SizedPath> largest() {
    return largest.stream().sorted(BY_SIZE.reversed()).toList();
  }

  List<Exclusion> exclusions() {
    return leftOut.entrySet().stream()
        .map(entry ->
            new Exclusion(
                entry.getKey().pattern(),
                entry.getKey().source(),
                entry.getValue().paths,
                entry.getValue().examples))
        .toList();
  }

  void describeIn(PackageReport.Builder report) {
    report
        .files(files, bytes)
        .exclusions(exclusions())
        .largest(largest())
        .secretLooking(secretLooking)
        .notes(notes);
  }
}
