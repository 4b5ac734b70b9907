package io.rayauth.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashSet;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Remembers which threads, sockets and processes there were, to see that no others are left.
 *
 * <p>Only for tests that run alone in their JVM.
 */
final class LeftOvers {
  private static final Path OPEN_FILES = Path.of("/proc/self/fd");

  private final Set<Thread> threads;
  private final Set<String> sockets;
  private final Set<ProcessHandle> processes;

  private LeftOvers() {
    this.threads = threads();
    this.sockets = sockets();
    this.processes = processes();
  }

  /** Remembers what there is now. */
  static LeftOvers since() {
    return new LeftOvers();
  }

  /**
   * Waits until nothing is there that was not before. Asks for garbage collections meanwhile: the
   * HTTP client of JDK 17 ends its selector thread, and with it its idle connections, when it is
   * collected.
   */
  void assertNone() {
    await()
        .atMost(Duration.ofSeconds(40))
        .pollInterval(Duration.ofMillis(50))
        .untilAsserted(() -> {
          System.gc();
          assertThat(added(threads, threads())).as("threads").isEmpty();
          assertThat(added(processes, processes())).as("processes").isEmpty();
          assertThat(added(sockets, sockets())).as("sockets").isEmpty();
        });
  }

  private static <T> Set<T> added(Set<T> before, Set<T> now) {
    Set<T> added = new HashSet<>(now);
    added.removeAll(before);
    return added;
  }

  /** The JVM's own pools come and go as they like. */
  private static Set<Thread> threads() {
    return Thread.getAllStackTraces().keySet().stream()
        .filter(thread -> !thread.getName().startsWith("awaitility"))
        .filter(thread -> !thread.getName().startsWith("process reaper"))
        .filter(thread -> !thread.getName().startsWith("ForkJoinPool.commonPool-"))
        .collect(Collectors.toSet());
  }

  private static Set<ProcessHandle> processes() {
    return ProcessHandle.current().descendants().collect(Collectors.toSet());
  }

  /** Empty where there is no such folder. */
  private static Set<String> sockets() {
    if (!Files.isDirectory(OPEN_FILES)) {
      return Set.of();
    }
    try (Stream<Path> files = Files.list(OPEN_FILES)) {
      return files
          .map(LeftOvers::target)
          .filter(name -> name.startsWith("socket:"))
          .collect(Collectors.toSet());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static String target(Path file) {
    try {
      return Files.readSymbolicLink(file).toString();
    } catch (NoSuchFileException closedMeanwhile) {
      return "";
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
