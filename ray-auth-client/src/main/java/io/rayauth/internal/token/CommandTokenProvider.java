package io.rayauth.internal.token;

import io.rayauth.error.RayInterruptedException;
import io.rayauth.time.TimeSource;
import io.rayauth.token.AccessToken;
import io.rayauth.token.TokenProvider;
import io.rayauth.token.TokenUnavailableException;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * Runs a program that prints a token.
 *
 * <p>No shell, no input, no thread: the calling thread empties both pipes in turn while it waits,
 * so that neither can fill up and a grandchild that keeps one open cannot hold anybody up.
 */
public final class CommandTokenProvider implements TokenProvider {
  private static final long POLL_MILLIS = 10;

  private final List<String> argv;
  private final Map<String, String> environment;
  private final Duration timeLimit;
  private final TimeSource time;

  /**
   * Creates a provider; starts nothing.
   *
   * @throws IllegalArgumentException if there is no program or no time
   */
  public CommandTokenProvider(List<String> argv, Duration timeLimit, TimeSource time) {
    this(argv, Map.of(), timeLimit, time);
  }

  /**
   * Creates a provider; starts nothing.
   *
   * @param environment variables that the program gets beside those of this process
   * @throws IllegalArgumentException if there is no program or no time
   */
  public CommandTokenProvider(
      List<String> argv, Map<String, String> environment, Duration timeLimit, TimeSource time) {
    if (argv.isEmpty() || argv.get(0).isBlank()) {
      throw new IllegalArgumentException("the command is empty");
    }
    if (timeLimit.isNegative() || timeLimit.isZero()) {
      throw new IllegalArgumentException("the command's time limit is not positive: " + timeLimit);
    }
    this.argv = List.copyOf(argv);
    this.environment = Map.copyOf(environment);
    this.timeLimit = timeLimit;
    this.time = time;
  }

  @Override
  public AccessToken token() {
    Process process = start();
    try (CommandOutput output = new CommandOutput(process)) {
      try {
        process.getOutputStream().close();
        return token(process, output);
      } finally {
        killTree(process);
      }
    } catch (IOException e) {
      throw TokenUnavailableException.broken(this + " could not be listened to", e);
    }
  }

  /** Shows the program only: arguments may hold a password. */
  @Override
  public String toString() {
    return "the command '" + argv.get(0) + "'";
  }

  private Process start() {
    ProcessBuilder builder = new ProcessBuilder(argv);
    builder.environment().putAll(environment);
    try {
      return builder.start();
    } catch (IOException e) {
      throw TokenUnavailableException.broken(
          this + " could not be started; is it installed, on the PATH and executable?", e);
    }
  }

  private AccessToken token(Process process, CommandOutput output) throws IOException {
    awaitEnd(process, output);
    if (process.exitValue() != 0) {
      throw broken("failed with exit code " + process.exitValue(), output);
    }
    try {
      return ExecCredential.token(output.stdout());
    } catch (IllegalArgumentException e) {
      throw broken(String.valueOf(e.getMessage()), output);
    }
  }

  private void awaitEnd(Process process, CommandOutput output) throws IOException {
    long started = time.nanoTime();
    long limit = TimeUnit.NANOSECONDS.convert(timeLimit);
    boolean ended = false;
    while (!ended) {
      try {
        ended = process.waitFor(POLL_MILLIS, TimeUnit.MILLISECONDS);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new RayInterruptedException("interrupted while waiting for " + this, e);
      }
      output.readAvailable();
      if (output.isTooLong()) {
        throw broken("printed more than any credential has; it was killed", output);
      }
      if (!ended && time.nanoTime() - started >= limit) {
        String shown = timeLimit.toString().substring("PT".length()).toLowerCase(Locale.ROOT);
        throw broken("did not end within " + shown + " and was killed", output);
      }
    }
  }

  private TokenUnavailableException broken(String what, CommandOutput output) {
    String stderr = output.stderr();
    return TokenUnavailableException.broken(
        this + " " + what + (stderr.isEmpty() ? "" : "; it said: " + stderr));
  }

  /**
   * Kills a process that still runs, the root first, or it could start more; its children are
   * looked up before they lose it. What a program that ended well left running is its own affair.
   */
  private static void killTree(Process process) {
    if (!process.isAlive()) {
      return;
    }
    List<ProcessHandle> descendants = process.descendants().toList();
    process.destroyForcibly();
    descendants.forEach(ProcessHandle::destroyForcibly);
  }
}
