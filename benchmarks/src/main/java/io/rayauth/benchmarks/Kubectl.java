package io.rayauth.benchmarks;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Runs kubectl against one Kubernetes. */
final class Kubectl {
  private static final Pattern PORT = Pattern.compile("Forwarding from 127\\.0\\.0\\.1:(\\d+) ");

  private final Path kubeconfig;

  Kubectl(Path kubeconfig) {
    this.kubeconfig = kubeconfig;
  }

  /** Runs a command to its end and returns the nanoseconds that took. */
  long nanos(String... words) {
    long start = System.nanoTime();
    Command.run(command(words));
    return System.nanoTime() - start;
  }

  /** Forwards a free port to a pod; returns once it listens. */
  Forward forward(String namespace, String pod, int port) {
    try {
      Process process =
          new ProcessBuilder(command("-n", namespace, "port-forward", "pod/" + pod, ":" + port))
              .redirectErrorStream(true)
              .start();
      BufferedReader said = process.inputReader();
      for (String line = said.readLine(); line != null; line = said.readLine()) {
        Matcher listening = PORT.matcher(line);
        if (listening.find()) {
          drain(said);
          return new Forward(process, Integer.parseInt(listening.group(1)));
        }
      }
      throw new IllegalStateException("kubectl port-forward did not begin");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private List<String> command(String... words) {
    List<String> command = new ArrayList<>(List.of("kubectl", "--kubeconfig=" + kubeconfig));
    command.addAll(List.of(words));
    return command;
  }

  /** It says a line for each connection, and stops when nobody reads them. */
  private static void drain(BufferedReader said) {
    Thread thread =
        new Thread(
            () -> {
              try {
                said.transferTo(Writer.nullWriter());
              } catch (IOException ended) {
                // with the process
              }
            },
            "kubectl-port-forward-output");
    thread.setDaemon(true);
    thread.start();
  }

  /**
   * Is a running {@code kubectl port-forward}.
   *
   * @param port on loopback
   */
  record Forward(Process process, int port) implements AutoCloseable {
    @Override
    public void close() {
      process.destroy();
      try {
        process.waitFor(10, TimeUnit.SECONDS);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
  }
}
