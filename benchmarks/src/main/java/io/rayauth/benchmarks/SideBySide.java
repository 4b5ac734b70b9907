package io.rayauth.benchmarks;

import io.rayauth.benchmarks.Row.Column;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.runner.RunnerException;

/** Measures this client beside the bare HTTP client and the Python client, and prints a table. */
public final class SideBySide {
  static final String TOKEN = "bench-token";
  static final String WITHOUT_PYTHON = "--without-python";

  private static final Path JSON = Path.of("benchmarks", "target", "side-by-side.json");
  private static final Set<Row> OF_ONE_JOB = EnumSet.range(Row.JOB_TIME_BARE, Row.CALLERS_PYTHON);

  private final Options options;
  private final Report report = new Report();

  private SideBySide(Options options) {
    this.options = options;
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
    report.condition("Java", Runtime.version().toString());
    report.condition("cores", String.valueOf(Runtime.getRuntime().availableProcessors()));
    report.condition("load before", load());
    try (FastServerProcess servers = FastServerProcess.start()) {
      progress("job(id) on the fast server");
      measureJob(Column.FAST, servers.ray(), TOKEN);
      progress("jobs() on the fast server");
      try (PythonClient python = python(servers.list(), TOKEN)) {
        new ListRuns(report).measure(servers.list(), TOKEN, Optional.ofNullable(python));
      }
      progress("waiters");
      new WaiterRuns(report).measure(servers.list(), TOKEN);
      progress("packages");
      try (PythonClient python = python(servers.packages(), TOKEN)) {
        new PackageRuns(report).measure(servers.packages(), TOKEN, Optional.ofNullable(python));
      }
    }
    if (options.real().isPresent()) {
      Options.Real real = options.real().get();
      progress("job(id) on the real Ray");
      measureJob(Column.REAL, real.address(), Files.readString(real.tokenFile()).strip());
    } else {
      OF_ONE_JOB.forEach(row -> report.gap(row, Column.REAL, "no --address"));
    }
    EnumSet.complementOf(EnumSet.copyOf(OF_ONE_JOB))
        .forEach(row -> report.gap(row, Column.REAL, "needs no Ray"));
    progress("the cached token");
    TokenRuns.measure(report);
    report.condition("load after", load());
    System.out.println(report.markdown());
    report.writeJson(JSON);
    progress("numbers in " + JSON);
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

  private static String load() {
    return String.format(
        Locale.ROOT, "%.1f", ManagementFactory.getOperatingSystemMXBean().getSystemLoadAverage());
  }

  private static void progress(String what) {
    System.err.println("side-by-side: " + what);
  }
}
