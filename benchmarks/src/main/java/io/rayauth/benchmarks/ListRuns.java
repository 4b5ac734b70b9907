package io.rayauth.benchmarks;

import io.rayauth.JobClient;
import io.rayauth.benchmarks.Row.Column;
import io.rayauth.token.TokenProvider;
import java.net.URI;
import java.util.Optional;
import tools.jackson.databind.json.JsonMapper;

/** Fetches and decodes the list of ten thousand jobs with each client. */
final class ListRuns {
  private static final int ROUNDS = 41;
  private static final JsonMapper JSON = JsonMapper.shared();

  private final Report report;

  ListRuns(Report report) {
    this.report = report;
  }

  void measure(URI server, String token, Optional<PythonClient> python) {
    try (JobClient client =
        JobClient.builder(server).tokenProvider(TokenProvider.of(token)).build()) {
      BareClient bare = new BareClient(server, token);
      Runnable ours = () -> requireAll(client.jobs().size());
      Runnable tree = () -> requireAll(JSON.readTree(bare.get("/api/jobs/")).size());
      report.add(
          Comparison.ofRatio(
              Row.LIST_TREE,
              Column.FAST,
              Pair.of(ROUNDS, ROUNDS, () -> Blocks.nanos(ours, 1), () -> Blocks.nanos(tree, 1))));
      python.ifPresentOrElse(
          it ->
              report.add(
                  Comparison.ofRatio(
                      Row.LIST_PYTHON,
                      Column.FAST,
                      Pair.of(
                          1,
                          11,
                          () -> Blocks.nanos(ours, 1),
                          () -> it.jobs(JobListServer.JOBS, 1)))),
          () -> report.gap(Row.LIST_PYTHON, Column.FAST, SideBySide.WITHOUT_PYTHON));
    }
  }

  private static void requireAll(int jobs) {
    if (jobs != JobListServer.JOBS) {
      throw new IllegalStateException(jobs + " jobs instead of " + JobListServer.JOBS);
    }
  }
}
