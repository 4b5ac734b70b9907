package io.rayauth.contract;

import java.io.OutputStream;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.logging.Formatter;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import java.util.logging.SimpleFormatter;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * Listens to everything this JVM prints and logs, at the finest level, and fails the test after
 * which a token was seen in it. Every token of these tests begins with {@link #CANARY}; the
 * extension is active in all of them.
 */
public final class CanaryWatch implements BeforeAllCallback, AfterEachCallback {
  /** How every token of these tests begins. */
  static final String CANARY = "canary-";

  private static final CanaryWatch OF_THIS_JVM = new CanaryWatch();
  private static final Logger ROOT = Logger.getLogger("");

  private final List<String> leaks = new CopyOnWriteArrayList<>();

  /** Is called by JUnit. */
  public CanaryWatch() {}

  @Override
  public void beforeAll(ExtensionContext context) {
    context
        .getRoot()
        .getStore(ExtensionContext.Namespace.GLOBAL)
        .getOrComputeIfAbsent(CanaryWatch.class, key -> OF_THIS_JVM.listening());
  }

  @Override
  public void afterEach(ExtensionContext context) {
    if (!OF_THIS_JVM.leaks.isEmpty()) {
      throw new AssertionError("a token was printed or logged: " + OF_THIS_JVM.leaks);
    }
  }

  /** Returns where a token was seen; the token itself is cut off. */
  List<String> leaks() {
    return List.copyOf(leaks);
  }

  /** Puts a listener in front of a stream. */
  PrintStream watching(PrintStream stream) {
    return new PrintStream(new Listener(stream), true, StandardCharsets.UTF_8);
  }

  /** Returns a handler that hears everything a logger is told. */
  Handler handler() {
    return new Handler() {
      private final Formatter formatter = new SimpleFormatter();

      {
        setLevel(Level.ALL);
      }

      @Override
      public void publish(LogRecord logged) {
        StringWriter text = new StringWriter();
        text.append(formatter.formatMessage(logged));
        if (logged.getThrown() != null) {
          logged.getThrown().printStackTrace(new PrintWriter(text, true));
        }
        look(text.toString());
      }

      @Override
      public void flush() {}

      @Override
      public void close() {}
    };
  }

  private CanaryWatch listening() {
    System.setOut(watching(System.out));
    System.setErr(watching(System.err));
    ROOT.addHandler(handler());
    ROOT.setLevel(Level.FINEST);
    return this;
  }

  private void look(String text) {
    int at = text.indexOf(CANARY);
    if (at >= 0) {
      leaks.add(text.substring(Math.max(0, at - 100), at) + "…");
    }
  }

  /** Passes everything on and looks at each line, as a token may come in several writes. */
  private final class Listener extends OutputStream {
    private final PrintStream stream;
    private final StringBuilder line = new StringBuilder();

    Listener(PrintStream stream) {
      this.stream = stream;
    }

    @Override
    public synchronized void write(int b) {
      stream.write(b);
      if (b == '\n') {
        look(line.toString());
        line.setLength(0);
      } else {
        line.append((char) b);
      }
    }
  }
}
