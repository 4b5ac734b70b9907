package io.rayauth.internal.token;

import io.rayauth.internal.json.JsonText;
import io.rayauth.token.AccessToken;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Reads {@code RAY_JOB_HEADERS}, the JSON object of headers that {@code ray job} sends with every
 * request, and finds the token that people put there.
 */
public final class JobHeaders {
  private static final Pattern NAME = Pattern.compile("[!#$%&'*+.^_`|~0-9A-Za-z-]+");
  private static final String SCHEME = "Bearer ";

  private JobHeaders() {}

  /**
   * Reads the headers in their order.
   *
   * @param json the value of the variable
   * @return names and values, unmodifiable
   * @throws IllegalArgumentException if it is not a JSON object whose values are all strings that
   *     fit into a header; the message names the place or the header and never shows a value
   */
  public static Map<String, String> parse(String json) {
    Map<String, @Nullable Object> object;
    try {
      object = JsonText.object(json);
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException("the headers are " + e.getMessage(), e);
    }
    Map<String, String> headers = new LinkedHashMap<>();
    TreeSet<String> seen = new TreeSet<>(String.CASE_INSENSITIVE_ORDER);
    for (Map.Entry<String, @Nullable Object> header : object.entrySet()) {
      String name = header.getKey();
      if (!NAME.matcher(name).matches()) {
        throw new IllegalArgumentException(
            "entry %d of the headers has a name that no HTTP header can have"
                .formatted(headers.size() + 1));
      }
      if (!seen.add(name)) {
        throw new IllegalArgumentException("the header '" + name + "' is given twice");
      }
      if (!(header.getValue() instanceof String value)) {
        throw new IllegalArgumentException("the value of header '" + name + "' is not a string");
      }
      headers.put(name, sendable(name, value));
    }
    return Collections.unmodifiableMap(headers);
  }

  /**
   * Finds the token in a header such as {@code Authorization: Bearer …}.
   *
   * @param headers names and values
   * @param name the header's name, in any case
   * @return the token, with its end if it is a JWT; empty if the header is absent or has another
   *     scheme
   * @throws IllegalArgumentException if what follows {@code Bearer} cannot be a token; the message
   *     does not show it
   */
  public static Optional<AccessToken> bearer(Map<String, String> headers, String name) {
    for (Map.Entry<String, String> header : headers.entrySet()) {
      if (header.getKey().equalsIgnoreCase(name)
          && header.getValue().regionMatches(true, 0, SCHEME, 0, SCHEME.length())) {
        try {
          return Optional.of(Jwt.token(Blanks.trim(header.getValue().substring(SCHEME.length()))));
        } catch (IllegalArgumentException e) {
          throw new IllegalArgumentException(
              "the header '" + header.getKey() + "' holds no usable token: " + e.getMessage(), e);
        }
      }
    }
    return Optional.empty();
  }

  /**
   * Returns the headers but one.
   *
   * @param headers names and values
   * @param name the name of the header to leave out, in any case
   * @return the others in their order, unmodifiable
   */
  public static Map<String, String> without(Map<String, String> headers, String name) {
    Map<String, String> others = new LinkedHashMap<>(headers);
    others.keySet().removeIf(name::equalsIgnoreCase);
    return Collections.unmodifiableMap(others);
  }

  /**
   * The JDK's HTTP client quotes the whole value when it refuses one, and sends {@code ?} for what
   * is not ASCII; so neither gets there.
   */
  private static String sendable(String name, String value) {
    for (int i = 0; i < value.length(); i++) {
      char c = value.charAt(i);
      if ((c < ' ' && c != '\t') || c > '~') {
        throw new IllegalArgumentException(
            "the value of header '%s' has character U+%04X at index %d, which cannot be sent"
                .formatted(name, (int) c, i));
      }
    }
    return value;
  }
}
