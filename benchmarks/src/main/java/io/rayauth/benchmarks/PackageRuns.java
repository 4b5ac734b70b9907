package io.rayauth.benchmarks;

import io.rayauth.JobClient;
import io.rayauth.benchmarks.Row.Column;
import io.rayauth.job.JobSpec;
import io.rayauth.job.PackageReport;
import io.rayauth.token.TokenProvider;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.stream.Stream;

/**
 * Names, packs and sends one folder with both clients: 2,000 files of text, tables and noise, 75 MB
 * together, which is what Ray's client can still send without compressing it.
 */
final class PackageRuns {
  private static final int ROUNDS = 7;

  private final Report report;

  PackageRuns(Report report) {
    this.report = report;
  }

  void measure(URI server, String token, Optional<PythonClient> python) throws IOException {
    if (python.isEmpty()) {
      List.of(Row.PACKAGE_NAME, Row.PACKAGE_SEND, Row.PACKAGE_BYTES)
          .forEach(row -> report.gap(row, Column.FAST, SideBySide.WITHOUT_PYTHON));
      return;
    }
    Path folder = Files.createTempDirectory("benchmark-package-");
    try (JobClient client =
        JobClient.builder(server).tokenProvider(TokenProvider.of(token)).build()) {
      write(folder);
      PythonClient rays = python.get();
      Pair name =
          Pair.of(
              1, ROUNDS, () -> submit(client, folder).reading().toNanos(), () -> rays.name(folder));
      report.add(Comparison.ofRatio(Row.PACKAGE_NAME, Column.FAST, name));
      Pair send =
          Pair.of(
              1,
              ROUNDS,
              () -> {
                PackageReport sent = submit(client, folder);
                return sent.packing().plus(sent.sending()).toNanos();
              },
              () -> rays.send(folder));
      report.add(Comparison.ofRatio(Row.PACKAGE_SEND, Column.FAST, send));
      long bytes = submit(client, folder).packedBytes().orElseThrow();
      Pair size = Pair.of(0, 1, () -> bytes, () -> rays.size(folder));
      report.add(Comparison.ofRatio(Row.PACKAGE_BYTES, Column.FAST, size));
    } finally {
      delete(folder);
    }
  }

  private static PackageReport submit(JobClient client, Path folder) {
    return client.submit(JobSpec.running("true").workingDir(folder).build()).packages().get(0);
  }

  private static void write(Path folder) throws IOException {
    Random random = new Random(1);
    String[] words = new String[2000];
    for (int i = 0; i < words.length; i++) {
      words[i] = Integer.toString(random.nextInt(1 << 20), 36);
    }
    for (int i = 0; i < 1995; i++) {
      Path sub = Files.createDirectories(folder.resolve("src" + i % 50));
      StringBuilder text = new StringBuilder();
      while (text.length() < 10_000) {
        text.append(words[random.nextInt(words.length)]).append(i % 7 == 0 ? "\n" : " ");
      }
      Files.writeString(sub.resolve("module" + i + ".py"), text);
    }
    for (int i = 0; i < 3; i++) {
      StringBuilder table = new StringBuilder();
      while (table.length() < 12_000_000) {
        table
            .append(random.nextInt(100_000))
            .append(',')
            .append(random.nextGaussian())
            .append('\n');
      }
      Files.writeString(folder.resolve("table" + i + ".csv"), table);
    }
    for (int i = 0; i < 2; i++) {
      byte[] noise = new byte[10_000_000];
      random.nextBytes(noise);
      Files.write(folder.resolve("weights" + i + ".bin"), noise);
    }
  }

  private static void delete(Path folder) throws IOException {
    try (Stream<Path> all = Files.walk(folder)) {
      for (Path file : all.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    }
  }
}
