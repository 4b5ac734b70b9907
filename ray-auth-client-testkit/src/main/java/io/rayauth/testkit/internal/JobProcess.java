package io.rayauth.testkit.internal;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/** Is the entrypoint of one job as a real process. */
final class JobProcess {
  /** Linux's MAX_ARG_STRLEN: the longest single argument or variable, its final NUL included. */
  static final int LONGEST_ARGUMENT = 131_072;

  private static final int SIGNALLED = 128;

  private final Process process;
  private final Path endedByItself;

  private JobProcess(Process process, Path endedByItself) {
    this.process = process;
    this.endedByItself = endedByItself;
  }

  /**
   * Starts {@code /bin/sh -c entrypoint}.
   *
   * <p>Java reports the death by a signal as exit code 128 + n, which a shell can also return by
   * itself. So the shell leaves a file behind when it comes to its end, which a signal keeps it
   * from doing.
   */
  static JobProcess start(
      String entrypoint, Path directory, Map<String, String> variables, Path log, Path scratch)
      throws IOException {
    Path marker = scratch.resolve("ended");
    String script = "trap ': > \"" + marker + "\"' EXIT; " + entrypoint;
    boolean fits = script.getBytes(StandardCharsets.UTF_8).length < LONGEST_ARGUMENT;
    ProcessBuilder builder =
        new ProcessBuilder(ProcessTree.inNewSession("/bin/sh", "-c", fits ? script : entrypoint));
    builder.directory(directory.toFile());
    builder.redirectErrorStream(true);
    builder.redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()));
    builder.redirectInput(ProcessBuilder.Redirect.from(Path.of("/dev/null").toFile()));
    builder.environment().keySet().removeIf(name -> name.startsWith("RAY_"));
    builder.environment().putAll(variables);
    return new JobProcess(builder.start(), marker);
  }

  static boolean fitsOneArgument(String text) {
    return text.getBytes(StandardCharsets.UTF_8).length < LONGEST_ARGUMENT;
  }

  CompletableFuture<Process> onExit() {
    return process.onExit();
  }

  /** The exit code as Python has it: negative for a signal. */
  int exitCode() {
    int code = process.exitValue();
    return code > SIGNALLED && code < SIGNALLED + 65 && !Files.exists(endedByItself)
        ? SIGNALLED - code
        : code;
  }

  /** Signals the tree as it is now, and kills what is left of it after the given time. */
  void stop(String signal, Duration patience) throws InterruptedException {
    ProcessTree tree = ProcessTree.of(process);
    tree.signal(signal);
    long end = System.nanoTime() + patience.toNanos();
    while (tree.isAlive() && System.nanoTime() < end) {
      TimeUnit.MILLISECONDS.sleep(5);
    }
    tree.kill();
    process.waitFor();
  }

  /** Kills the process and everything that it ever started in its session. */
  void kill() {
    ProcessTree.of(process).kill();
    ProcessTree.killSession(process.pid());
  }

  int alive() {
    return ProcessTree.of(process).alive();
  }

  /** What the environment of a driver holds besides the head's own variables. */
  static Map<String, String> variables(String config) {
    return Map.of(
        "RAY_ADDRESS",
        FakeCluster.GCS_ADDRESS,
        "RAY_JOB_CONFIG_JSON_ENV_VAR",
        config,
        "PYTHONUNBUFFERED",
        "1");
  }
}
