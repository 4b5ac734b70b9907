package io.rayauth.job;

import java.io.Serializable;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Says how much of a job's log was delivered, so that another reading can go on from there, also in
 * another process: {@link #toString()} gives a short text to keep, {@link #parse(String)} reads it.
 *
 * <p>Ray has no cursor of its own. Line feeds are counted apart, because a {@code \r\n} that was
 * written in two steps reaches a reader as two line feeds at first and as one ever after.
 *
 * @param characters how many UTF-16 units that are not line feeds were delivered
 * @param lineFeeds how many line feeds were delivered after the last of them
 * @param check tells the last of these characters apart from those of another log
 */
public record LogPosition(long characters, long lineFeeds, int check) implements Serializable {
  /** Stands in front of the first line. */
  public static final LogPosition START = new LogPosition(0, 0, 0);

  private static final Pattern TEXT = Pattern.compile("(\\d{1,18})\\+(\\d{1,18})-([0-9a-f]{1,8})");

  /**
   * Creates a position; programs get theirs from {@link LogLine#end()} or {@link #parse(String)}.
   *
   * @throws IllegalArgumentException if a number is negative
   */
  public LogPosition {
    if (characters < 0 || lineFeeds < 0) {
      throw new IllegalArgumentException(
          "a position in a log of " + characters + " characters and " + lineFeeds + " line feeds");
    }
  }

  /**
   * Reads what {@link #toString()} gave.
   *
   * @param text such as {@code 48213+1-9c1f03aa}
   * @return the position
   * @throws IllegalArgumentException if the text is none of a position
   */
  public static LogPosition parse(String text) {
    Matcher parts = TEXT.matcher(text);
    if (!parts.matches()) {
      throw new IllegalArgumentException(
          "no position in a log, such as 48213+1-9c1f03aa: '" + text + "'");
    }
    return new LogPosition(
        Long.parseLong(parts.group(1)),
        Long.parseLong(parts.group(2)),
        Integer.parseUnsignedInt(parts.group(3), 16));
  }

  @Override
  public String toString() {
    return characters + "+" + lineFeeds + "-" + Integer.toHexString(check);
  }
}
