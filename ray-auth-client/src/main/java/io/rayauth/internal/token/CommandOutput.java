package io.rayauth.internal.token;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Collects what a process prints, without ever waiting for it: all of stdout up to a limit, the end
 * of stderr.
 *
 * <p>Not thread-safe. The JDK guards a pipe's {@code available}, {@code read} and the hand-over at
 * the end of the process by one lock, so what is there after the end is there to the last byte.
 */
final class CommandOutput implements AutoCloseable {
  private static final int STDOUT_LIMIT = 65_536;
  private static final int STDERR_KEPT = 65_536;
  private static final int STDERR_SHOWN = 2_048;

  /** Together with the buffer more than a full pipe (64 KiB on Linux). */
  private static final int ROUNDS = 16;

  /** Shorter words of stdout are no secrets, and blanking them would eat the explanation. */
  private static final int SHORTEST_SECRET = 8;

  private static final Pattern JWT = Pattern.compile("eyJ[\\w-]+(\\.[\\w-]*)*");
  private static final Pattern WORD =
      Pattern.compile("[^\\s\"',:{}\\[\\]]{" + SHORTEST_SECRET + ",}");
  private static final Pattern CONTROL =
      Pattern.compile("\u001b\\[[0-9;]*[A-Za-z]|[\\p{Cntrl}&&[^\n]]");
  private static final String HIDDEN = "[…]";

  private final InputStream out;
  private final InputStream err;
  private final byte[] buffer = new byte[8_192];
  private final ByteArrayOutputStream stdout = new ByteArrayOutputStream();
  private byte[] stderr = new byte[0];

  CommandOutput(Process process) {
    this.out = process.getInputStream();
    this.err = process.getErrorStream();
  }

  /**
   * Takes what is in the pipes now, within reason: a program that never stops talking must not keep
   * the caller from looking at the clock.
   */
  void readAvailable() throws IOException {
    for (int round = 0; round < ROUNDS; round++) {
      int fromOut = take(out);
      stdout.write(buffer, 0, fromOut);
      int fromErr = take(err);
      keepEnd(fromErr);
      if (fromOut + fromErr == 0) {
        return;
      }
    }
  }

  /** Tells whether there is more on stdout than any credential has. */
  boolean isTooLong() {
    return stdout.size() > STDOUT_LIMIT;
  }

  String stdout() {
    return stdout.toString(StandardCharsets.UTF_8);
  }

  /** Returns the end of stderr, without colours and without anything that looks like the secret. */
  String stderr() {
    String text = new String(stderr, StandardCharsets.UTF_8);
    Matcher words = WORD.matcher(stdout());
    while (words.find()) {
      text = text.replace(words.group(), HIDDEN);
    }
    text = JWT.matcher(text).replaceAll(HIDDEN);
    text = CONTROL.matcher(text).replaceAll("").strip();
    return text.length() <= STDERR_SHOWN
        ? text
        : "…" + text.substring(text.length() - STDERR_SHOWN);
  }

  @Override
  public void close() throws IOException {
    try {
      out.close();
    } finally {
      err.close();
    }
  }

  private int take(InputStream in) throws IOException {
    int available = in.available();
    return available <= 0 ? 0 : in.read(buffer, 0, Math.min(available, buffer.length));
  }

  /** Keeps more than is shown: a secret that began before the cut must still be recognised. */
  private void keepEnd(int n) {
    byte[] joined = new byte[Math.min(stderr.length + n, STDERR_KEPT)];
    int old = joined.length - n;
    System.arraycopy(stderr, stderr.length - old, joined, 0, old);
    System.arraycopy(buffer, 0, joined, old, n);
    stderr = joined;
  }
}
