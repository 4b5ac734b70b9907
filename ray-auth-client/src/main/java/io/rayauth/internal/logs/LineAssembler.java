package io.rayauth.internal.logs;

import io.rayauth.job.LogLine;
import io.rayauth.job.LogPosition;
import java.util.function.Consumer;

/**
 * Makes lines out of pieces of a log, and each only once though every reading replays the log from
 * its start. Not thread-safe.
 *
 * <p>What was received is skipped by counting, in UTF-16 units, the characters that are not line
 * feeds and the line feeds after the last of them: a {@code \r\n} that was written in two steps
 * reaches a live reader as two line feeds and a replay as one, so that counting all characters
 * would be off by one. The last characters before that place have to be the same ones, else it is
 * another log.
 */
final class LineAssembler {
  private static final int LARGE = 1 << 16;

  private final int longest;
  private final Consumer<LogLine> lines;
  private final StringBuilder partial = new StringBuilder();
  private final LastCharacters last = new LastCharacters();

  private long characters;
  private long feeds;
  private int check;

  private long toSkip;
  private long feedsToSkip;
  private boolean replaced;

  /** Creates an assembler of lines of at most so many characters; longer ones come in parts. */
  LineAssembler(LogPosition from, int longest, Consumer<LogLine> lines) {
    this.longest = longest;
    this.lines = lines;
    this.characters = from.characters();
    this.feeds = from.lineFeeds();
    this.check = from.check();
  }

  /** Says that what comes next is the log from its start. */
  void replay() {
    if (toSkip == 0 && last.any()) {
      check = last.check();
    }
    last.clear();
    toSkip = characters;
    feedsToSkip = feeds;
  }

  /**
   * Takes the next piece and returns what had not been received before, the empty string of a log
   * that {@linkplain #isReplaced() is another one}.
   */
  String accept(String piece) {
    int skipped = skip(piece);
    if (skipped == piece.length() || replaced) {
      return "";
    }
    int at = skipped;
    while (at < piece.length()) {
      int feed = piece.indexOf('\n', at);
      int stop = feed < 0 ? piece.length() : feed;
      if (stop - at > longest - partial.length()) {
        at = part(piece, at);
      } else {
        receive(piece, at, stop);
        if (feed < 0) {
          partial.append(piece, at, stop);
        } else {
          feeds++;
          line(piece, at, stop);
        }
        at = stop + 1;
      }
    }
    return piece.substring(skipped);
  }

  /** Tells whether the log that is being read is not the one that was received. */
  boolean isReplaced() {
    return replaced;
  }

  /** Tells whether the reading has not come yet to where an earlier one was. */
  boolean isBehind() {
    return toSkip > 0;
  }

  /** Returns the place behind all that was received. */
  LogPosition received() {
    return new LogPosition(characters, feeds, toSkip > 0 || !last.any() ? check : last.check());
  }

  /** Hands on a last line that has no line feed. */
  void end() {
    if (!partial.isEmpty()) {
      lines.accept(LogLine.of(partial.toString(), received()));
      clearPartial();
    }
  }

  /** Hands on the beginning of a line whose rest will not come. */
  void breakOff() {
    if (!partial.isEmpty()) {
      lines.accept(LogLine.part(partial.toString(), received()));
      clearPartial();
    }
  }

  /** Skips what was received before and returns where the rest begins. */
  private int skip(String piece) {
    int at = 0;
    while (toSkip > 0 && at < piece.length()) {
      int feed = piece.indexOf('\n', at);
      int stop = feed < 0 ? piece.length() : feed;
      int taken = (int) Math.min(toSkip, stop - at);
      last.add(piece, at, at + taken);
      toSkip -= taken;
      at += taken;
      if (toSkip > 0 && feed >= 0) {
        at++;
      } else if (toSkip == 0) {
        replaced = last.check() != check;
      }
    }
    while (toSkip == 0 && feedsToSkip > 0 && at < piece.length()) {
      if (piece.charAt(at) == '\n') {
        feedsToSkip--;
        at++;
      } else {
        feedsToSkip = 0;
      }
    }
    return at;
  }

  private void receive(String piece, int from, int to) {
    if (to > from) {
      characters += to - from;
      feeds = 0;
      last.add(piece, from, to);
    }
  }

  private void line(String piece, int from, int to) {
    String text = piece.substring(from, to);
    if (!partial.isEmpty()) {
      text = partial.append(text).toString();
      clearPartial();
    }
    lines.accept(LogLine.of(text, received()));
  }

  /** Hands on a part of a line that is too long and returns where the rest of it begins. */
  private int part(String piece, int from) {
    int to = from + longest - partial.length();
    if (to > from && Character.isHighSurrogate(piece.charAt(to - 1))) {
      to--; // keeps the two halves of a character together
    }
    receive(piece, from, to);
    partial.append(piece, from, to);
    breakOff();
    return to;
  }

  /** Gives the memory of a long line back. */
  private void clearPartial() {
    partial.setLength(0);
    if (partial.capacity() > LARGE) {
      partial.trimToSize();
    }
  }

  /** Remembers the last characters that are no line feeds. */
  private static final class LastCharacters {
    private final char[] characters = new char[16];
    private int count;

    void add(String piece, int from, int to) {
      int fresh = Math.min(to - from, characters.length);
      int kept = Math.min(count, characters.length - fresh);
      System.arraycopy(characters, count - kept, characters, 0, kept);
      piece.getChars(to - fresh, to, characters, kept);
      count = kept + fresh;
    }

    boolean any() {
      return count > 0;
    }

    void clear() {
      count = 0;
    }

    int check() {
      int check = 0;
      for (int i = 0; i < count; i++) {
        check = 31 * check + characters[i];
      }
      return check;
    }
  }
}
