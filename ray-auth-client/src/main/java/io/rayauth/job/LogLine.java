package io.rayauth.job;

/**
 * Is one line of a job's log, or a part of one that is longer than the reader wants to hold.
 * Immutable.
 */
public final class LogLine {
  private final String text;
  private final LogPosition end;
  private final boolean continued;

  private LogLine(String text, LogPosition end, boolean continued) {
    this.text = text;
    this.end = end;
    this.continued = continued;
  }

  /**
   * Creates a whole line, or the last part of one.
   *
   * @param text without its line feed
   * @param end where the next line begins
   * @return the line
   */
  public static LogLine of(String text, LogPosition end) {
    return new LogLine(text, end, false);
  }

  /**
   * Creates a part of a line that goes on in the next one.
   *
   * @param text the part
   * @param end where the next part begins
   * @return the part
   */
  public static LogLine part(String text, LogPosition end) {
    return new LogLine(text, end, true);
  }

  /**
   * Returns the text.
   *
   * @return without a line feed; bytes that are not UTF-8 are replacement characters
   */
  public String text() {
    return text;
  }

  /**
   * Returns where a later reading goes on if this line is not to come again.
   *
   * @return the position behind this line
   */
  public LogPosition end() {
    return end;
  }

  /**
   * Tells whether this is a part of a line that goes on.
   *
   * @return true if the next text belongs to the same line
   */
  public boolean isContinued() {
    return continued;
  }

  @Override
  public String toString() {
    return text;
  }
}
