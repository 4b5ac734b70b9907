package io.rayauth.e2e;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import tools.jackson.databind.JsonNode;

/** Asks the Python code of the installed Ray what it makes of a folder. Not thread-safe. */
final class RayPackaging implements AutoCloseable {
  private final PythonLines python;

  private RayPackaging(PythonLines python) {
    this.python = python;
  }

  static RayPackaging start() throws IOException {
    return new RayPackaging(PythonLines.start("compare.py"));
  }

  /** Returns {@code uri} and {@code difference}, or {@code error}. */
  JsonNode compare(Path folder, String kind, List<String> excludes, Path zip) throws IOException {
    begin(folder, kind, excludes, zip);
    return answer();
  }

  /** Asks, and leaves Python to it; the answer has to be fetched before the next question. */
  void begin(Path folder, String kind, List<String> excludes, Path zip) throws IOException {
    python.begin(
        Map.of(
            "folder",
            folder.toString(),
            "kind",
            kind,
            "excludes",
            excludes,
            "zip",
            zip.toString()));
  }

  JsonNode answer() throws IOException {
    return python.answer();
  }

  @Override
  public void close() throws IOException {
    python.close();
  }
}
