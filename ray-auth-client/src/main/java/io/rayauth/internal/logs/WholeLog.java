package io.rayauth.internal.logs;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** Is the text that the Jobs API gives in one answer. */
final class WholeLog implements LogReading {
  private @Nullable String text;

  WholeLog(String text) {
    this.text = text;
  }

  @Override
  public @Nullable String next(Duration patience) {
    String next = text;
    text = null;
    return next == null || next.isEmpty() ? null : next;
  }

  @Override
  public boolean isWhole() {
    return true;
  }

  @Override
  public void close() {
    text = null;
  }
}
