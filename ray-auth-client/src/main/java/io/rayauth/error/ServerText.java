package io.rayauth.error;

import java.util.regex.Pattern;

/** Takes credentials out of what a server said: some quote the headers they were sent. */
final class ServerText {
  private static final Pattern CREDENTIALS = Pattern.compile("(?i)((?:bearer|basic) )[^\\s'\"]+");

  private ServerText() {}

  static String withoutCredentials(String text) {
    return CREDENTIALS.matcher(text).replaceAll("$1…");
  }
}
