package io.rayauth.benchmarks;

import static java.util.Objects.requireNonNull;

import io.rayauth.benchmarks.Row.Column;
import java.util.Map;
import java.util.stream.Collectors;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.VerboseMode;

/** Runs {@link CachedTokenBenchmark} with one thread and with many. */
final class TokenRuns {
  private static final int MANY = 8;

  private TokenRuns() {}

  static void measure(Report report) throws RunnerException {
    Map<String, Double> alone = cpuNanos(1);
    report.add(comparison(Row.TOKEN_LASTING, alone, "lasting"));
    report.add(comparison(Row.TOKEN_EXPIRING, alone, "expiring"));
    Map<String, Double> shared = cpuNanos(MANY);
    report.add(comparison(Row.TOKEN_LASTING_SHARED, shared, "lasting"));
    report.add(comparison(Row.TOKEN_EXPIRING_SHARED, shared, "expiring"));
  }

  private static Comparison comparison(Row row, Map<String, Double> nanos, String benchmark) {
    double ours = requireNonNull(nanos.get(benchmark));
    double clock = requireNonNull(nanos.get("clock"));
    return new Comparison(row, Column.FAST, ours, clock, ours);
  }

  /** Returns the processor time of one operation by the name of its benchmark. */
  private static Map<String, Double> cpuNanos(int threads) throws RunnerException {
    return new Runner(
            new OptionsBuilder()
                .include(CachedTokenBenchmark.class.getName())
                .threads(threads)
                .shouldFailOnError(true)
                .addProfiler(CpuTimeProfiler.class)
                .verbosity(VerboseMode.SILENT)
                .build())
        .run().stream()
            .collect(Collectors.toMap(run -> run.getPrimaryResult().getLabel(), TokenRuns::cpu));
  }

  private static double cpu(RunResult run) {
    return requireNonNull(run.getSecondaryResults().get(CpuTimeProfiler.LABEL)).getScore();
  }
}
