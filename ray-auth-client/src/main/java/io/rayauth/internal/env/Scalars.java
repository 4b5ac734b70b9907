package io.rayauth.internal.env;

import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Reads the values of YAML that fit on a line as PyYAML does ({@code resolver.py}). Messages of
 * exceptions go on where the line was named.
 */
final class Scalars {
  private static final Set<String> NULL = Set.of("", "~", "null", "Null", "NULL");
  private static final Pattern TRUE = Pattern.compile("yes|Yes|YES|true|True|TRUE|on|On|ON");
  private static final Pattern FALSE = Pattern.compile("no|No|NO|false|False|FALSE|off|Off|OFF");
  private static final Pattern INTEGER = Pattern.compile("[-+]?(0|[1-9][0-9]{0,17})");
  private static final Pattern DECIMAL = Pattern.compile("[-+]?[0-9]{1,15}\\.[0-9]{0,15}");

  /** Numbers in other forms, dates and times. */
  private static final Pattern SPECIAL =
      Pattern.compile(
          "[-+]?[0-9][0-9_]*" // with underscores, octal, or too long
              + "|[-+]?0[bx][0-9a-fA-F_]+"
              + "|[-+]?[0-9][0-9_]*(:[0-5]?[0-9])+(\\.[0-9_]*)?"
              + "|[-+]?([0-9][0-9_]*)?\\.[0-9_]*([eE][-+]?[0-9]+)?"
              + "|[-+]?\\.(inf|Inf|INF|nan|NaN|NAN)"
              + "|[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}([Tt ].*)?"
              + "|=|<<");

  /** Characters that have a meaning of their own at the beginning. */
  private static final String INDICATORS = ",[]{}#&*!|>'\"%@`";

  private static final Map<Character, Character> ESCAPES =
      Map.of('"', '"', '\\', '\\', '/', '/', 'n', '\n', 't', '\t', 'r', '\r', ' ', ' ');

  private Scalars() {}

  /** Returns where the colon of a key is; less than 0 if the text does not begin with a key. */
  static int keyEnd(String text) {
    int from = 0;
    if (text.startsWith("'") || text.startsWith("\"")) {
      from = quotedEnd(text);
      while (from > 0 && from < text.length() && text.charAt(from) == ' ') {
        from++;
      }
      boolean key = from > 0 && from < text.length() && text.charAt(from) == ':';
      return key && endsWord(text, from + 1) ? from : -1;
    }
    if (text.startsWith("[") || text.startsWith("{")) {
      return -1;
    }
    for (; from < text.length(); from++) {
      if (text.charAt(from) == ':' && endsWord(text, from + 1)) {
        return from;
      }
      if (text.startsWith(" #", from)) {
        return -1;
      }
    }
    return -1;
  }

  private static boolean endsWord(String text, int at) {
    return at == text.length() || text.charAt(at) == ' ';
  }

  /**
   * Reads a value and the comment after it.
   *
   * @throws IllegalArgumentException if it is of a form that is not known here
   */
  static @Nullable Object read(String text) {
    if (text.startsWith("'") || text.startsWith("\"")) {
      int end = quotedEnd(text);
      if (end < 0) {
        throw new IllegalArgumentException("has a quote that does not end on the same line");
      }
      String after = text.substring(end);
      if (!after.isBlank() && !after.matches(" +#.*")) {
        throw new IllegalArgumentException("goes on after a quote");
      }
      return unquoted(text.substring(0, end));
    }
    int comment = text.indexOf(" #");
    String plain = (comment < 0 ? text : text.substring(0, comment)).trim();
    checkPlain(plain);
    if (keyEnd(plain) >= 0) {
      throw new IllegalArgumentException("has a key within a value");
    }
    return typed(plain);
  }

  /**
   * Reads a list in brackets and the comment after it.
   *
   * @throws IllegalArgumentException if it is of a form that is not known here
   */
  static List<@Nullable Object> bracketed(String text) {
    List<@Nullable Object> items = new ArrayList<>();
    int at = skipBlanks(text, 1);
    while (at < text.length() && text.charAt(at) != ']') {
      int end = itemEnd(text, at);
      items.add(item(text.substring(at, end).trim()));
      if (end < text.length() && text.charAt(end) == ',') {
        end++;
      }
      at = skipBlanks(text, end);
    }
    if (at >= text.length()) {
      throw new IllegalArgumentException("has a bracket that does not end on the same line");
    }
    String after = text.substring(at + 1);
    if (!after.isBlank() && !after.matches(" +#.*")) {
      throw new IllegalArgumentException("goes on after a bracket");
    }
    return items;
  }

  private static int skipBlanks(String text, int from) {
    int at = from;
    while (at < text.length() && text.charAt(at) == ' ') {
      at++;
    }
    return at;
  }

  private static int itemEnd(String text, int from) {
    int at = from;
    if (text.charAt(from) == '\'' || text.charAt(from) == '"') {
      int quoted = quotedEnd(text.substring(from));
      at = quoted < 0 ? text.length() : from + quoted;
    }
    while (at < text.length() && text.charAt(at) != ',' && text.charAt(at) != ']') {
      at++;
    }
    return at;
  }

  private static @Nullable Object item(String text) {
    if (text.isEmpty()) {
      throw new IllegalArgumentException("has nothing between two commas");
    }
    boolean quoted = text.startsWith("'") || text.startsWith("\"");
    if (quoted ? quotedEnd(text) != text.length() : text.matches(".*([\\[\\]{}?#]|:(\\W|$)).*")) {
      throw new IllegalArgumentException("has more in brackets than words");
    }
    return read(text);
  }

  /** Returns where a quoted text is over; less than 0 if it is not. */
  private static int quotedEnd(String text) {
    char quote = text.charAt(0);
    for (int i = 1; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c == '\\' && quote == '"') {
        i++;
      } else if (c == quote) {
        if (quote == '"' || i + 1 == text.length() || text.charAt(i + 1) != '\'') {
          return i + 1;
        }
        i++;
      }
    }
    return -1;
  }

  private static String unquoted(String text) {
    String inner = text.substring(1, text.length() - 1);
    if (text.startsWith("'")) {
      return inner.replace("''", "'");
    }
    StringBuilder plain = new StringBuilder();
    for (int i = 0; i < inner.length(); i++) {
      char c = inner.charAt(i);
      if (c != '\\') {
        plain.append(c);
        continue;
      }
      char escape = inner.charAt(++i);
      int digits = escape == 'x' ? 2 : escape == 'u' ? 4 : 0;
      if (digits > 0 && inner.substring(i + 1).matches("[0-9a-fA-F]{" + digits + "}.*")) {
        plain.append((char) HexFormat.fromHexDigits(inner, i + 1, i + 1 + digits));
        i += digits;
        continue;
      }
      Character meant = ESCAPES.get(escape);
      if (meant == null) {
        throw new IllegalArgumentException("has the escape \\" + escape + " in quotes");
      }
      plain.append(meant.charValue());
    }
    return plain.toString();
  }

  private static void checkPlain(String plain) {
    if (plain.isEmpty()) {
      return;
    }
    char first = plain.charAt(0);
    boolean alone = plain.length() == 1 || plain.charAt(1) == ' ';
    if (INDICATORS.indexOf(first) >= 0 || ("-?:".indexOf(first) >= 0 && alone)) {
      throw new IllegalArgumentException(
          "has '" + first + "' at the beginning of a value; put the value into quotes");
    }
  }

  private static @Nullable Object typed(String plain) {
    if (NULL.contains(plain)) {
      return null;
    }
    if (TRUE.matcher(plain).matches()) {
      return true;
    }
    if (FALSE.matcher(plain).matches()) {
      return false;
    }
    if (INTEGER.matcher(plain).matches()) {
      return Long.parseLong(plain);
    }
    if (DECIMAL.matcher(plain).matches()) {
      return Double.parseDouble(plain);
    }
    if (SPECIAL.matcher(plain).matches()) {
      throw new IllegalArgumentException(
          "has '" + plain + "', which YAML takes for a number, a date or more; put it into quotes");
    }
    return plain;
  }
}
