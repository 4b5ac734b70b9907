package io.rayauth.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.rayauth.JobClient;
import io.rayauth.job.JobId;
import io.rayauth.job.JobSpec;
import io.rayauth.job.JobStatus;
import io.rayauth.testkit.FakeRay;
import io.rayauth.testkit.Gate;
import io.rayauth.token.TokenProvider;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.parallel.Isolated;

/** Many clients at once, each with jobs of its own, and what is left of them. */
@Timeout(180)
@Isolated("counts the threads, sockets and processes of the JVM")
class StressTest {
  private static final String TOKEN = "canary-stress";
  private static final int CLIENTS = 64;
  private static final int JOBS = 500;

  @Test
  void sixtyFourClients_withFiveHundredJobs_eachSeeTheirOwnAndLeaveNothing() throws Exception {
    LeftOvers leftOvers = LeftOvers.since();

    runAndClose();

    leftOvers.assertNone();
  }

  private static void runAndClose() throws Exception {
    ExecutorService threads = Executors.newFixedThreadPool(CLIENTS);
    try (FakeRay ray = FakeRay.builder().gate(Gate.rayToken(TOKEN)).start()) {
      List<Future<Integer>> clients =
          IntStream.range(0, CLIENTS)
              .mapToObj(client -> threads.submit(() -> runShareOf(client, ray)))
              .toList();
      int run = 0;
      for (Future<Integer> client : clients) {
        run += client.get(100, TimeUnit.SECONDS);
      }

      assertThat(run).isEqualTo(JOBS);
      assertThat(ray.jobs()).hasSize(JOBS).allMatch(job -> job.status().equals("SUCCEEDED"));
      await().untilAsserted(() -> assertThat(ray.openExchanges()).isZero());
      assertThat(ray.runningProcesses()).isZero();
    } finally {
      threads.shutdown();
    }
    assertThat(threads.awaitTermination(20, TimeUnit.SECONDS)).isTrue();
  }

  /** Runs every job whose number falls to this client and returns how many these were. */
  private static int runShareOf(int number, FakeRay ray) {
    int run = 0;
    try (JobClient client =
        JobClient.builder(ray.url()).tokenProvider(TokenProvider.of(TOKEN)).build()) {
      for (int job = number; job < JOBS; job += CLIENTS) {
        JobId id = client.submit(JobSpec.running("echo \"I am job " + job + "\"").build()).id();
        List<String> lines = new ArrayList<>();
        JobStatus status = client.follow(id, lines::add).status();
        assertThat(status).isEqualTo(JobStatus.SUCCEEDED);
        assertThat(lines)
            .filteredOn(line -> line.startsWith("I am"))
            .containsExactly("I am job " + job);
        run++;
      }
    }
    return run;
  }
}
