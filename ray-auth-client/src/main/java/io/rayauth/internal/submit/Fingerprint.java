package io.rayauth.internal.submit;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Stands for what a job is, in the metadata of the job: the same for the same submission, whichever
 * process sends it. Ray returns no resources of the entrypoint, so they have a hash of their own.
 *
 * @param content hash of the entrypoint, the runtime env and the metadata
 * @param resources hash of what the entrypoint reserves
 */
record Fingerprint(String content, String resources) {
  /** Begins with the number of the form, to be raised with any change of what is hashed or how. */
  private static final Pattern TEXT = Pattern.compile("1:([0-9a-f]{32}):([0-9a-f]{32})");

  /** Reads a fingerprint; empty if there is none or its form is one this version does not know. */
  static Optional<Fingerprint> parse(@Nullable String text) {
    Matcher matcher = TEXT.matcher(text == null ? "" : text);
    return matcher.matches()
        ? Optional.of(new Fingerprint(matcher.group(1), matcher.group(2)))
        : Optional.empty();
  }

  @Override
  public String toString() {
    return "1:" + content + ":" + resources;
  }
}
