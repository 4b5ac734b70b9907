package io.rayauth.internal.call;

import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * Knows which headers a request to Ray can carry. Messages never show a value: it may be a secret.
 */
public final class HeaderRules {
  /** The grammar of a field name, RFC 9110 section 5.1. */
  private static final Pattern NAME = Pattern.compile("[!#$%&'*+.^_`|~0-9A-Za-z-]+");

  private static final Set<String> HTTPS_OWN =
      Set.of(
          "connection",
          "content-length",
          "content-type",
          "expect",
          "host",
          "transfer-encoding",
          "upgrade");

  /**
   * What makes Ray treat a request as a browser's: 405 for everything but GET, and redacted answers
   * ({@code optional_utils.py}).
   */
  private static final Set<String> BROWSERS =
      Set.of(
          "origin", "referer", "access-control-request-method", "access-control-request-headers");

  private static final int LONGEST = 8190;
  private static final String USER_AGENT = "User-Agent";

  private HeaderRules() {}

  /** Returns the name if it may be set. */
  public static String checkedName(String name) {
    if (!NAME.matcher(name).matches()) {
      throw new IllegalArgumentException(
          "the header name '" + name.replaceAll("[^ -~]", "\ufffd") + "' is not one HTTP allows");
    }
    String lower = name.toLowerCase(Locale.ROOT);
    if (HTTPS_OWN.contains(lower) || lower.startsWith("sec-websocket-")) {
      throw new IllegalArgumentException(
          "the header " + name + " belongs to HTTP itself and cannot be set");
    }
    if (BROWSERS.contains(lower) || lower.startsWith("sec-fetch-")) {
      throw new IllegalArgumentException(
          "the header "
              + name
              + " makes Ray take this client for a browser and refuse its submissions");
    }
    return name;
  }

  /** Returns the value if it may be sent. */
  public static String checkedValue(String name, String value) {
    for (int i = 0; i < value.length(); i++) {
      char c = value.charAt(i);
      if ((c < ' ' && c != '\t') || c > '~') {
        throw new IllegalArgumentException(
            "the value of the header "
                + name
                + " has "
                + (c == '\n' || c == '\r' ? "a line break" : "character U+%04X".formatted((int) c))
                + " at index "
                + i
                + ", which cannot be sent");
      }
    }
    if (value.length() > LONGEST) {
      throw new IllegalArgumentException(
          "the value of the header %s has %,d bytes; Ray's HTTP server takes at most %,d"
              .formatted(name, value.length(), LONGEST));
    }
    if (name.equalsIgnoreCase(USER_AGENT) && value.startsWith("Mozilla")) {
      throw new IllegalArgumentException(
          "a User-Agent that starts with Mozilla makes Ray take this client for a browser and refuse its submissions");
    }
    return value;
  }

  /** Returns the headers with our name among them, unless the caller set another. */
  public static Map<String, String> withUserAgent(Map<String, String> headers) {
    Map<String, String> all = new LinkedHashMap<>();
    if (headers.keySet().stream().noneMatch(USER_AGENT::equalsIgnoreCase)) {
      all.put(USER_AGENT, "ray-auth-client");
    }
    all.putAll(headers);
    return all;
  }
}
