package io.rayauth.internal.submit;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * Writes a JSON value so that equal values give equal texts, before and after Ray kept them: keys
 * in order, and numbers by their value, as Java and Python write the same number differently, and
 * so do two versions of Java.
 */
final class PlainForm {
  private final UnaryOperator<String> strings;
  private final StringBuilder text = new StringBuilder();

  private PlainForm(UnaryOperator<String> strings) {
    this.strings = strings;
  }

  static String of(@Nullable Object value) {
    return of(value, UnaryOperator.identity());
  }

  /** Writes a value, each string in it as the function has it. */
  static String of(@Nullable Object value, UnaryOperator<String> strings) {
    PlainForm form = new PlainForm(strings);
    form.write(value);
    return form.text.toString();
  }

  private void write(@Nullable Object value) {
    if (value instanceof Map<?, ?> map) {
      Map<String, @Nullable Object> sorted = new TreeMap<>();
      map.forEach((key, item) -> sorted.put(String.valueOf(key), item));
      text.append('{');
      sorted.forEach((key, item) -> {
        writeString(key);
        write(item);
      });
      text.append('}');
    } else if (value instanceof List<?> list) {
      text.append('[');
      list.forEach(this::write);
      text.append(']');
    } else if (value instanceof String string) {
      writeString(strings.apply(string));
    } else if (value instanceof Number number) {
      text.append(number(number.toString())).append(';');
    } else {
      text.append(value).append(';'); // true, false or null
    }
  }

  /** The length in front makes quotes and escapes needless. */
  private void writeString(String string) {
    text.append(string.length()).append(':').append(string);
  }

  /** Java and Python agree that digits alone are an integer, and on the nearest double else. */
  private static String number(String digits) {
    return digits.matches("-?\\d+") ? digits : Double.toHexString(Double.parseDouble(digits));
  }
}
