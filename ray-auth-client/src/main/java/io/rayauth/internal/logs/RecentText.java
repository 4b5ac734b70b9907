package io.rayauth.internal.logs;

import java.util.ArrayDeque;
import java.util.Deque;

/**
 * Remembers the end of a log, to see whether two readings ended at the same place without reading
 * it all once more. Not thread-safe.
 */
final class RecentText {
  /** How many characters are compared, at most. */
  private static final int KEPT = 1 << 16;

  /** Less than this says too little. */
  private static final int LEAST = 1 << 10;

  private final Deque<String> pieces = new ArrayDeque<>();
  private int length;

  void add(String piece) {
    String kept = piece.length() <= KEPT ? piece : piece.substring(piece.length() - KEPT);
    pieces.add(kept);
    length += kept.length();
    while (length - pieces.element().length() >= KEPT) {
      length -= pieces.remove().length();
    }
  }

  /**
   * Tells whether both end with the same text, and one that does not repeat itself: the end of a
   * log that says the same thing again and again is like any other place in it. Line feeds are
   * passed over.
   */
  boolean endsLike(RecentText other) {
    String one = String.join("", pieces).replace("\n", "");
    String two = String.join("", other.pieces).replace("\n", "");
    int compared = Math.min(one.length(), two.length());
    return compared >= LEAST
        && one.regionMatches(one.length() - compared, two, two.length() - compared, compared)
        && !repeats(two.substring(two.length() - compared));
  }

  /** Returns how many line feeds are at the very end. */
  int feedsAtEnd() {
    String text = String.join("", pieces);
    int end = text.length();
    while (end > 0 && text.charAt(end - 1) == '\n') {
      end--;
    }
    return text.length() - end;
  }

  /**
   * Tells whether the text is made of one that is at most half as long, over and over: its longest
   * beginning that is also its end (Knuth, Morris, Pratt) leaves that one.
   */
  private static boolean repeats(String text) {
    int[] border = new int[text.length()];
    for (int i = 1, matched = 0; i < text.length(); i++) {
      while (matched > 0 && text.charAt(i) != text.charAt(matched)) {
        matched = border[matched - 1];
      }
      if (text.charAt(i) == text.charAt(matched)) {
        matched++;
      }
      border[i] = matched;
    }
    return border[text.length() - 1] >= text.length() / 2;
  }
}
