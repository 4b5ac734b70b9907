package io.rayauth.internal.logs;

/**
 * Remembers how much of a log was delivered, so that a replay from its start can be skipped up to
 * there.
 *
 * <p>Counts characters that are not line feeds, and the line feeds after the last of them: a {@code
 * \r\n} that was written in two steps reaches a live reader as two line feeds and a replay as one,
 * so that counting all characters would be off by one. Counts in UTF-16 units. Not thread-safe.
 */
final class LogCursor {
  private long delivered;
  private long feedsAfter;

  private long toSkip;
  private long feedsToSkip;

  /** Says that what comes next is the log from its start. */
  void replay() {
    toSkip = delivered;
    feedsToSkip = feedsAfter;
  }

  /** Returns the part of the text that was not delivered before and counts it as delivered. */
  String fresh(String text) {
    int at = 0;
    while (toSkip > 0 && at < text.length()) {
      if (text.charAt(at++) != '\n') {
        toSkip--;
      }
    }
    if (toSkip == 0) {
      while (feedsToSkip > 0 && at < text.length()) {
        if (text.charAt(at) != '\n') {
          feedsToSkip = 0;
          break;
        }
        feedsToSkip--;
        at++;
      }
    }
    String fresh = text.substring(at);
    count(fresh);
    return fresh;
  }

  private void count(String fresh) {
    for (int i = 0; i < fresh.length(); i++) {
      if (fresh.charAt(i) == '\n') {
        feedsAfter++;
      } else {
        delivered++;
        feedsAfter = 0;
      }
    }
  }
}
