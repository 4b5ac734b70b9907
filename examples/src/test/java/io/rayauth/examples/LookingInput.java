package io.rayauth.examples;

import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Is the input of an example that shows a dashboard until its input ends: opens the link that the
 * example has printed, looks at what is behind it, and ends.
 */
public final class LookingInput extends InputStream {
  private static final Pattern LINK = Pattern.compile("http://\\S+");

  private final Supplier<String> printed;
  private final Look look;
  private String seen = "";

  /** Is what somebody looks at. */
  @FunctionalInterface
  public interface Look {
    /** Returns what there is to see. */
    String of(Visitor visitor) throws IOException;
  }

  /**
   * Creates one.
   *
   * @param printed gives what the example has printed so far
   * @param look is done once
   */
  public LookingInput(Supplier<String> printed, Look look) {
    this.printed = printed;
    this.look = look;
  }

  /**
   * Returns what was seen.
   *
   * @return empty if nobody has read this input
   */
  public String seen() {
    return seen;
  }

  @Override
  public int read() throws IOException {
    Matcher link = LINK.matcher(printed.get());
    if (!link.find()) {
      throw new IOException("no link was printed: " + printed.get());
    }
    seen = look.of(Visitor.open(URI.create(link.group())));
    return -1;
  }
}
