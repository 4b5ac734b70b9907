package io.rayauth.benchmarks;

import io.rayauth.benchmarks.Row.Column;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.runner.RunnerException;

/** Measures this client beside the bare HTTP client and the Python client, and prints a table. */
public final class SideBySide {
  static final String TOKEN = "bench-token";
  static final String WITHOUT_PYTHON = "--without-python";

  private static final Path JSON = Path.of("benchmarks", "target", "side-by-side.json");

  private final Options options;
  private final Report report;

  private SideBySide(Options options) {
    this.options = options;
    Set<Row> rows = EnumSet.noneOf(Row.class);
    options.parts().forEach(part -> rows.addAll(part.rows()));
    this.report = new Report(rows, EnumSet.of(Column.FAST, Column.REAL));
  }

  /** Runs everything the command line asks for. */
  public static void main(String[] args) throws IOException, RunnerException {
    Options options;
    try {
      options = Options.parse(List.of(args));
    } catch (IllegalArgumentException e) {
      System.err.println(e.getMessage() + "\n" + Options.USAGE);
      System.exit(2);
      return;
    }
    new SideBySide(options).run();
    System.exit(0); // JDK 17 leaves the bare client's threads behind
  }

  private void run() throws IOException, RunnerException {
    try (ServerProcess servers = ServerProcess.start(FastServer.class)) {
      URI ray = URI.create(servers.line());
      URI list = URI.create(servers.line());
      URI packages = URI.create(servers.line());
      URI tail = URI.create(servers.line());
      if (begins(Part.JOB, "job(id) on the fast server")) {
        measureJob(Column.FAST, ray, TOKEN);
      }
      if (begins(Part.LIST, "jobs() on the fast server")) {
        try (PythonClient python = python(list, TOKEN)) {
          new ListRuns(report).measure(list, TOKEN, Optional.ofNullable(python));
        }
      }
      if (begins(Part.TAIL, "the tail of a gigabyte")) {
        try (PythonClient python = python(tail, TOKEN)) {
          new TailRuns(report).measure(tail, Optional.ofNullable(python));
        }
      }
      if (begins(Part.WAITERS, "waiters")) {
        new WaiterRuns(report).measure(list, TOKEN);
      }
      if (begins(Part.PACKAGES, "packages")) {
        try (PythonClient python = python(packages, TOKEN)) {
          new PackageRuns(report).measure(packages, TOKEN, Optional.ofNullable(python));
        }
      }
    }
    options.parts().stream()
        .flatMap(part -> part.rows().stream())
        .forEach(row -> report.gap(row, Column.REAL, "needs no Ray"));
    if (options.parts().contains(Part.JOB)) {
      measureJobOnRealRay();
    }
    if (begins(Part.TOKEN, "the cached token")) {
      TokenRuns.measure(report);
    }
    report.finish(JSON);
  }

  private void measureJobOnRealRay() throws IOException {
    if (options.real().isEmpty()) {
      Part.JOB.rows().forEach(row -> report.gap(row, Column.REAL, "no --address"));
      return;
    }
    Options.Real real = options.real().get();
    progress("job(id) on the real Ray");
    measureJob(Column.REAL, real.address(), Files.readString(real.tokenFile()).strip());
  }

  private boolean begins(Part part, String what) {
    boolean wanted = options.parts().contains(part);
    if (wanted) {
      progress(what);
    }
    return wanted;
  }

  private void measureJob(Column column, URI cluster, String token) throws IOException {
    try (PythonClient python = python(cluster, token)) {
      if (python != null) {
        report.condition("Python client", python.version());
      }
      new JobRuns(report, column).measure(cluster, token, Optional.ofNullable(python));
    }
  }

  private @Nullable PythonClient python(URI address, String token) throws IOException {
    return options.python().isPresent()
        ? PythonClient.start(options.python().get(), address, token)
        : null;
  }

  private static void progress(String what) {
    System.err.println("side-by-side: " + what);
  }
}
