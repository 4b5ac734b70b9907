package io.rayauth.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.rayauth.JobClient;
import io.rayauth.RetryPolicy;
import io.rayauth.error.RayException;
import io.rayauth.error.RayTransportException;
import io.rayauth.job.JobId;
import io.rayauth.token.TokenProvider;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.parallel.Isolated;

/** What closing a client ends, and what it leaves to its owner. */
@Timeout(120)
@Isolated("counts the threads of the JVM")
class CloseTest {
  private static final JobId ID = new JobId("job-1");
  private static final String VERSION = RawServer.json("{\"ray_version\":\"2.60.0\"}");
  private static final String RUNNING =
      RawServer.json("{\"submission_id\":\"job-1\",\"status\":\"RUNNING\"}");

  @Test
  void close_afterUse_leavesNoThreadAndNoSocket() {
    LeftOvers leftOvers = LeftOvers.since();

    useAndClose();

    leftOvers.assertNone();
  }

  @Test
  void close_ofAClientThatWasNeverUsed_leavesNothing() {
    LeftOvers leftOvers = LeftOvers.since();

    JobClient.builder("http://localhost:1").build().close();

    leftOvers.assertNone();
  }

  @Test
  void close_theSecondTime_doesNothing() {
    JobClient client = JobClient.builder("http://localhost:1").build();

    client.close();
    client.close();

    assertThatExceptionOfType(RayTransportException.class)
        .isThrownBy(client::version)
        .withMessageContaining("closed")
        .returns(false, RayTransportException::mayHaveBeenSent);
  }

  @Test
  void close_whileCallsAreUnderWay_endsThemAndLeavesTheExecutorAlone() throws Exception {
    LeftOvers leftOvers = LeftOvers.since();
    ExecutorService executor = Executors.newCachedThreadPool();
    try (RawServer silent = RawServer.answering(RawServer.SILENCE);
        RawServer tailing = RawServer.answering(RUNNING, RawServer.SILENCE)) {
      JobClient asking = clientOf(silent);
      JobClient following = clientOf(tailing);
      CompletableFuture<?> answer = asking.async(executor).version();
      CompletableFuture<?> log = following.async(executor).follow(ID, line -> {});
      silent.awaitRequests(1);
      tailing.awaitRequests(2);

      asking.close();
      following.close();

      assertEnded(answer);
      assertEnded(log);
      silent.awaitDisconnect();
      tailing.awaitDisconnect();
      assertThat(executor.submit(() -> "open").get(20, TimeUnit.SECONDS)).isEqualTo("open");
    } finally {
      executor.shutdownNow();
    }
    leftOvers.assertNone();
  }

  private static void useAndClose() {
    try (RawServer server = RawServer.answering(VERSION)) {
      try (JobClient client =
          JobClient.builder(server.url()).tokenProvider(TokenProvider.of("canary-close")).build()) {
        client.version();
      }
    }
  }

  private static void assertEnded(CompletableFuture<?> call) {
    assertThatExceptionOfType(ExecutionException.class)
        .isThrownBy(() -> call.get(20, TimeUnit.SECONDS))
        .withCauseInstanceOf(RayException.class);
  }

  private static JobClient clientOf(RawServer server) {
    return JobClient.builder(server.url()).retryPolicy(RetryPolicy.none()).build();
  }
}
