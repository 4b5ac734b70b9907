package io.rayauth.internal.logs;

import java.util.function.Consumer;

/** Cuts pieces of a log into lines and hands on each line once it is whole. Not thread-safe. */
final class LineSplitter {
  private final Consumer<String> lines;
  private final StringBuilder partial = new StringBuilder();

  LineSplitter(Consumer<String> lines) {
    this.lines = lines;
  }

  void accept(String piece) {
    int start = 0;
    for (int end = piece.indexOf('\n'); end >= 0; end = piece.indexOf('\n', start)) {
      partial.append(piece, start, end);
      emit();
      start = end + 1;
    }
    partial.append(piece, start, piece.length());
  }

  /** Hands on a last line that has no line feed. */
  void end() {
    if (!partial.isEmpty()) {
      emit();
    }
  }

  private void emit() {
    String line = partial.toString();
    partial.setLength(0);
    lines.accept(line);
  }
}
