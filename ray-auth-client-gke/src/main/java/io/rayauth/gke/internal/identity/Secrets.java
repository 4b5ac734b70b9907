package io.rayauth.gke.internal.identity;

import com.google.auth.oauth2.AccessToken;
import com.google.auth.oauth2.ExternalAccountCredentials;
import com.google.auth.oauth2.GoogleCredentials;
import com.google.auth.oauth2.ImpersonatedCredentials;
import com.google.auth.oauth2.UserCredentials;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Takes secrets out of what servers and libraries say: those of the credentials by name, and
 * whatever else looks like a token.
 */
public final class Secrets {
  private static final int LONGEST_TEXT = 500;

  private static final Pattern SCHEME = Pattern.compile("(?i)\\b((?:bearer|basic) )\\S+");

  /** Whatever is as long as a token, and what may be kept of it: names, variables, addresses. */
  private static final Pattern LONG_WORD = Pattern.compile("[\\w~+=/.:@%?&-]{20,}");

  private static final Pattern NAME =
      Pattern.compile(
          "https?://[^?]+|(//)?(iam|projects)[./][\\w./:-]+|[\\w.-]+@[\\w.-]+|([A-Za-z-]{1,24}\\.)+[A-Za-z]{2,24}\\.?|/[\\w./-]+|[A-Z]+(_[A-Z]+)+");

  private final Set<String> known;

  private Secrets(Set<String> known) {
    this.known = known;
  }

  /** Returns a filter that knows no secret by name. */
  static Secrets none() {
    return new Secrets(Set.of());
  }

  /** Returns a filter for whatever these credentials hold now. */
  public static Secrets of(GoogleCredentials credentials) {
    Set<String> known = new LinkedHashSet<>();
    collect(credentials, known);
    return new Secrets(known);
  }

  private static void collect(GoogleCredentials credentials, Set<String> known) {
    AccessToken token = credentials.getAccessToken();
    add(known, token == null ? null : token.getTokenValue());
    if (credentials instanceof UserCredentials user) {
      add(known, user.getRefreshToken());
      add(known, user.getClientSecret());
    } else if (credentials instanceof ExternalAccountCredentials external) {
      add(known, external.getClientSecret());
    } else if (credentials instanceof ImpersonatedCredentials impersonated) {
      collect(impersonated.getSourceCredentials(), known);
    }
  }

  private static void add(Set<String> known, @Nullable String secret) {
    if (secret != null && !secret.isBlank()) {
      known.add(secret);
    }
  }

  /** Returns one line without anything that could be a token, for what a token endpoint says. */
  public String redact(String text) {
    return shortened(
        LONG_WORD
            .matcher(withoutKnown(text))
            .replaceAll(word ->
                NAME.matcher(word.group()).matches()
                    ? Matcher.quoteReplacement(word.group())
                    : "…"));
  }

  /** Returns one line without the known secrets, for an API that never sees another one. */
  public String redactKnown(String text) {
    return shortened(withoutKnown(text));
  }

  private String withoutKnown(String text) {
    String clean = text.replaceAll("\\s+", " ").strip();
    for (String secret : known) {
      clean = clean.replace(secret, "…");
    }
    return SCHEME.matcher(clean).replaceAll("$1…");
  }

  private static String shortened(String text) {
    return text.length() > LONGEST_TEXT ? text.substring(0, LONGEST_TEXT) + "…" : text;
  }
}
