package io.rayauth.contract;

import static io.rayauth.contract.RawServer.answer;
import static io.rayauth.contract.RawServer.json;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.rayauth.JobClient;
import io.rayauth.RetryPolicy;
import io.rayauth.error.RayApiException;
import io.rayauth.error.RayDecodeException;
import io.rayauth.error.RayInterruptedException;
import io.rayauth.error.RayTransportException;
import io.rayauth.job.JobDetails;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The list of all jobs, which is read while it arrives. */
@Timeout(60)
class JobListTest {
  private static final int MANY = 20_000;
  private static final String BEGUN = "HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n[" + job(0);

  @Test
  void jobs_whenTheListIsLong_hasEveryJobWithWhatBelongsToIt() {
    try (RawServer server = RawServer.answering(json(list(MANY)));
        JobClient client = clientOf(server)) {
      List<JobDetails> jobs = client.jobs();

      assertThat(jobs).hasSize(MANY);
      for (int i = 0; i < MANY; i++) {
        JobDetails job = jobs.get(i);
        assertThat(job.id().value()).isEqualTo("job-" + i);
        assertThat(job.metadata()).isEqualTo(Map.of("n", "\u00fc" + i));
        assertThat(job.runtimeEnv().asMap())
            .isEqualTo(Map.of("env_vars", Map.of("N", String.valueOf(i))));
      }
    }
  }

  @Test
  void jobs_whenTheListComesInChunks_isWhole() {
    String list = list(3);
    String chunked =
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
            + list.chars()
                .mapToObj(c -> "%x\r\n%c\r\n".formatted(c < 0x80 ? 1 : 2, c))
                .collect(Collectors.joining())
            + "0\r\n\r\n";
    try (RawServer server = RawServer.answering(chunked);
        JobClient client = clientOf(server)) {
      assertThat(client.jobs()).hasSize(3);
    }
  }

  @Test
  void jobs_whenItIsAskedForAgain_usesTheConnectionAgain() {
    try (RawServer server = RawServer.answering(json(list(3)));
        JobClient client = clientOf(server)) {
      client.jobs();
      client.jobs();

      assertThat(server.connections()).isEqualTo(1);
    }
  }

  @Test
  void jobs_whenTheConnectionIsCutInBetween_asksAgainAndHasNoJobTwice() {
    try (RawServer server = RawServer.answering(BEGUN + RawServer.CLOSE, json(list(3)));
        JobClient client =
            JobClient.builder(server.url()).retryPolicy(RetryPolicy.upTo(2)).build()) {
      assertThat(client.jobs()).hasSize(3);

      assertThat(server.heads()).hasSize(2);
    }
  }

  @Test
  void jobs_whenTheListNeverEnds_endsAtTheDeadlineAndDropsTheConnection() throws Exception {
    try (RawServer server = RawServer.answering(BEGUN);
        JobClient client =
            JobClient.builder(server.url()).requestTimeout(Duration.ofSeconds(2)).build()) {
      assertThatExceptionOfType(RayTransportException.class)
          .isThrownBy(client::jobs)
          .withMessageContaining("no complete answer within 2 s");

      server.awaitDisconnect();
      assertThat(Thread.currentThread().isInterrupted()).isFalse();
    }
  }

  @Test
  void interrupt_whileTheListArrives_endsTheCallAndStaysSet() throws Exception {
    try (RawServer server = RawServer.answering(BEGUN);
        JobClient client = clientOf(server)) {
      CompletableFuture<Boolean> flag = new CompletableFuture<>();
      Thread caller =
          new Thread(() -> {
            try {
              client.jobs();
              flag.completeExceptionally(new AssertionError("the call came to an end"));
            } catch (RayInterruptedException e) {
              flag.complete(Thread.currentThread().isInterrupted());
            } catch (RuntimeException e) {
              flag.completeExceptionally(e);
            }
          });
      caller.start();
      awaitReading(caller);

      caller.interrupt();

      assertThat(flag.get(20, TimeUnit.SECONDS)).isTrue();
      server.awaitDisconnect();
      caller.join();
    }
  }

  @Test
  void close_whileTheListArrives_endsTheCall() throws Exception {
    try (RawServer server = RawServer.answering(BEGUN)) {
      JobClient client = clientOf(server);
      Thread caller = Thread.currentThread();
      CompletableFuture<Void> closing =
          CompletableFuture.runAsync(() -> {
            awaitReading(caller);
            client.close();
          });

      assertThatExceptionOfType(RayTransportException.class)
          .isThrownBy(client::jobs)
          .withMessageContaining("closed");

      closing.get(20, TimeUnit.SECONDS);
      server.awaitDisconnect();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "null", "{}", "[{}]", "[1]", "[]]", "[] []", "[", "[{\"status\":"})
  void jobs_whenTheAnswerIsNoList_throwsADecodeExceptionThatShowsItsBeginning(String body) {
    try (RawServer server = RawServer.answering(json(body));
        JobClient client = clientOf(server)) {
      assertThatExceptionOfType(RayDecodeException.class)
          .isThrownBy(client::jobs)
          .withMessageContaining("not a list of jobs")
          .returns(body, RayDecodeException::bodyExcerpt);
    }
  }

  @Test
  void jobs_whenAJobInTheMiddleIsDamaged_dropsTheConnection() throws Exception {
    String damaged = list(2).replace("\"job-1\"", "{}");
    try (RawServer server =
            RawServer.answering("HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n" + damaged);
        JobClient client = clientOf(server)) {
      assertThatExceptionOfType(RayDecodeException.class).isThrownBy(client::jobs);

      server.awaitDisconnect();
    }
  }

  @Test
  void jobs_whenAWebPageComes_saysThatItIsOne() {
    try (RawServer server =
            RawServer.answering(
                answer("200 OK", "Content-Type: text/html\r\n", "<html>Sign in</html>"));
        JobClient client = clientOf(server)) {
      assertThatExceptionOfType(RayApiException.class)
          .isThrownBy(client::jobs)
          .withMessageContaining("login page");
    }
  }

  private static void awaitReading(Thread caller) {
    Awaitility.await()
        .atMost(Duration.ofSeconds(20))
        .until(() ->
            caller.getState() == Thread.State.TIMED_WAITING
                && Arrays.toString(caller.getStackTrace()).contains("ArrivingBody"));
  }

  private static String list(int jobs) {
    return IntStream.range(0, jobs)
        .mapToObj(JobListTest::job)
        .collect(Collectors.joining(", ", "[", "]"));
  }

  private static String job(int i) {
    return """
    {"type": "SUBMISSION", "submission_id": "job-%d", "status": "SUCCEEDED", "entrypoint": "true", \
    "metadata": {"n": "\u00fc%d", "rayauth_nonce": "x"}, "runtime_env": {"env_vars": {"N": "%d"}}, \
    "message": "%s"}\
    """
        .formatted(i, i, i, "x".repeat(i % 700));
  }

  private static JobClient clientOf(RawServer server) {
    return JobClient.builder(server.url())
        .retryPolicy(RetryPolicy.none())
        .requestTimeout(Duration.ofSeconds(20))
        .build();
  }
}
