package io.rayauth.internal.token;

/** Knows what Ray takes for a blank around a token: space, tab, CR, LF, FF and VT. */
final class Blanks {
  private static final String BLANKS = " \t\r\n\f\u000b";

  private Blanks() {}

  static String trim(String text) {
    int begin = 0;
    int end = text.length();
    while (begin < end && BLANKS.indexOf(text.charAt(begin)) >= 0) {
      begin++;
    }
    while (end > begin && BLANKS.indexOf(text.charAt(end - 1)) >= 0) {
      end--;
    }
    return text.substring(begin, end);
  }
}
