package io.rayauth.benchmarks;

import io.rayauth.JobClient;
import io.rayauth.benchmarks.Row.Column;
import io.rayauth.job.JobId;
import io.rayauth.job.JobSpec;
import io.rayauth.token.TokenProvider;
import java.net.URI;
import java.time.Duration;
import java.util.Optional;

/**
 * Looks at one ended job with each client, one call after another and from many callers at once.
 */
final class JobRuns {
  private static final int CALLERS = 64;

  private final Report report;
  private final Column column;
  private final Effort effort;

  /**
   * Says how much is enough for a steady median.
   *
   * @param rounds how many pairs
   * @param calls one after another in each block
   * @param callsEach of every concurrent caller in each block
   */
  private record Effort(int rounds, int calls, int callsEach) {}

  JobRuns(Report report, Column column) {
    this.report = report;
    this.column = column;
    this.effort = column == Column.FAST ? new Effort(200, 50, 20) : new Effort(40, 10, 4);
  }

  void measure(URI cluster, String token, Optional<PythonClient> python) {
    try (JobClient client =
            JobClient.builder(cluster).tokenProvider(TokenProvider.of(token)).build();
        Blocks callers = new Blocks(CALLERS)) {
      BareClient bare = new BareClient(cluster, token);
      JobId id = client.submit(JobSpec.running("true").build()).id();
      client.await(id, Duration.ofMinutes(2));
      Runnable ours = () -> client.job(id);
      Runnable others = () -> bare.get("/api/jobs/" + id.value());

      againstBare(ours, others, callers);
      python.ifPresentOrElse(
          it -> againstPython(ours, it, id.value(), callers), this::withoutPython);
      client.delete(id);
    }
  }

  private void againstBare(Runnable ours, Runnable others, Blocks callers) {
    int rounds = effort.rounds;
    int calls = effort.calls;
    Pair time =
        Pair.of(rounds, rounds, () -> Blocks.nanos(ours, calls), () -> Blocks.nanos(others, calls));
    report.add(Comparison.ofRatio(Row.JOB_TIME_BARE, column, time.each(calls)));
    Pair bytes =
        Pair.of(1, rounds / 2, () -> Blocks.bytes(ours, calls), () -> Blocks.bytes(others, calls));
    report.add(Comparison.ofRatio(Row.JOB_BYTES_BARE, column, bytes.each(calls)));
    Pair together =
        Pair.of(
            rounds / 8,
            rounds / 4,
            () -> callers.concurrentNanos(ours, effort.callsEach),
            () -> callers.concurrentNanos(others, effort.callsEach));
    report.add(Comparison.ofRatio(Row.CALLERS_BARE, column, rates(together)));
  }

  private void againstPython(Runnable ours, PythonClient python, String id, Blocks callers) {
    int calls = 10;
    Pair time = Pair.of(5, 40, () -> Blocks.nanos(ours, calls), () -> python.job(id, calls));
    report.add(Comparison.ofRatio(Row.JOB_TIME_PYTHON, column, time.each(calls)));
    Pair together =
        Pair.of(
            1,
            11,
            () -> callers.concurrentNanos(ours, effort.callsEach),
            () -> python.concurrentJob(id, CALLERS, effort.callsEach));
    report.add(Comparison.ofRatio(Row.CALLERS_PYTHON, column, rates(together)));
  }

  private void withoutPython() {
    report.gap(Row.JOB_TIME_PYTHON, column, SideBySide.WITHOUT_PYTHON);
    report.gap(Row.CALLERS_PYTHON, column, SideBySide.WITHOUT_PYTHON);
  }

  private Pair rates(Pair nanos) {
    return nanos.asRates(1e9 * CALLERS * effort.callsEach);
  }
}
