package io.rayauth.examples;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.net.URI;

/** Tells a person where to look, and waits while they do. */
public final class DashboardLink {
  private DashboardLink() {}

  /**
   * Prints a link that works once and waits for the end of the input.
   *
   * @param out gets the link
   * @param in is read to its end
   * @param link leads to a running proxy
   */
  public static void show(PrintStream out, InputStream in, URI link) {
    out.println("Open this in your browser, it works once: " + link);
    out.println("It stays open until the input ends (Ctrl-D).");
    awaitEnd(in);
  }

  /**
   * Waits for the end of the input.
   *
   * @param in is read to its end
   */
  public static void awaitEnd(InputStream in) {
    try {
      in.transferTo(OutputStream.nullOutputStream());
    } catch (IOException e) {
      throw new UncheckedIOException("the input cannot be read", e);
    }
  }
}
