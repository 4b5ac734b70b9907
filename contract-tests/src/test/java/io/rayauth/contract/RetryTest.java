package io.rayauth.contract;

import static io.rayauth.contract.RawServer.answer;
import static io.rayauth.contract.RawServer.json;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.rayauth.JobClient;
import io.rayauth.RayClientListener;
import io.rayauth.RetryPolicy;
import io.rayauth.error.RayApiException;
import io.rayauth.error.RayException;
import io.rayauth.error.RayInterruptedException;
import io.rayauth.error.RayTransportException;
import io.rayauth.job.AwaitTimeoutException;
import io.rayauth.job.JobId;
import io.rayauth.job.JobSpec;
import io.rayauth.job.JobStatus;
import io.rayauth.testkit.ManualClock;
import io.rayauth.token.AccessToken;
import io.rayauth.token.TokenProvider;
import java.time.Duration;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is tried again, after which pause, and when it ends; no pause here takes any time. */
@Timeout(60)
class RetryTest {
  private static final String VERSION = json("{\"ray_version\":\"2.60.0\"}");
  private static final String BUSY = answer("503 Service Unavailable", "", "upstream gone");

  private final ManualClock clock = ManualClock.create();
  private final Pauses pauses = new Pauses();

  @Test
  void anyRequest_whenTheServerAsksToWait_waitsThatLongAndIsSentAgain() {
    try (RawServer server = RawServer.answering(busyFor("7"), VERSION);
        JobClient client = clientOf(server, RetryPolicy.upTo(4))) {
      assertThat(client.version().rayVersion()).isEqualTo("2.60.0");

      assertThat(pauses.all).containsExactly(Duration.ofSeconds(7));
      assertThat(server.heads()).hasSize(2);
    }
  }

  @Test
  void anyRequest_whenTheServerNamesADate_waitsUntilThen() {
    String date =
        DateTimeFormatter.RFC_1123_DATE_TIME.format(
            clock.instant().plusSeconds(30).atOffset(ZoneOffset.UTC));
    try (RawServer server = RawServer.answering(busyFor(date), VERSION);
        JobClient client = clientOf(server, RetryPolicy.upTo(4))) {
      client.version();

      assertThat(pauses.all)
          .singleElement()
          .satisfies(
              pause -> assertThat(pause).isBetween(Duration.ofSeconds(29), Duration.ofSeconds(30)));
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"-1", "soon", "", "99999999999999999999", "Mon, 99 Foo 2026"})
  void anyRequest_whenTheServerAsksForNonsense_waitsItsOwnPause(String retryAfter) {
    try (RawServer server = RawServer.answering(busyFor(retryAfter), VERSION);
        JobClient client = clientOf(server, RetryPolicy.upTo(4))) {
      client.version();

      assertThat(pauses.all)
          .singleElement()
          .satisfies(pause -> assertThat(pause).isLessThanOrEqualTo(Duration.ofMillis(200)));
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"61", "3600", "999999999"})
  void anyRequest_whenTheServerAsksForMoreThanThereIsTime_failsAtOnce(String seconds) {
    try (RawServer server = RawServer.answering(busyFor(seconds), VERSION);
        JobClient client = clientOf(server, RetryPolicy.upTo(4))) {
      assertThatExceptionOfType(RayApiException.class)
          .isThrownBy(client::version)
          .returns(503, RayApiException::status)
          .returns(true, RayApiException::isRetryable)
          .returns(1, RayApiException::attempts);

      assertThat(pauses.all).isEmpty();
    }
  }

  @Test
  void anyRequest_whenTheServerStaysBusy_failsAfterTheLastAttemptWithGrowingPauses() {
    try (RawServer server = RawServer.answering(BUSY);
        JobClient client = clientOf(server, RetryPolicy.upTo(5))) {
      assertThatExceptionOfType(RayApiException.class)
          .isThrownBy(client::version)
          .withMessageContaining("5 attempts")
          .returns(5, RayApiException::attempts)
          .returns("upstream gone", RayApiException::reason);

      assertThat(server.heads()).hasSize(5);
      assertThat(pauses.all).hasSize(4);
      for (int i = 0; i < pauses.all.size(); i++) {
        assertThat(pauses.all.get(i)).isBetween(Duration.ZERO, Duration.ofMillis(200L << i));
      }
      assertThat(pauses.all).doesNotHaveDuplicates();
    }
  }

  @Test
  void anyRequest_whenTheBudgetOfThePolicyIsUsedUp_failsBeforeThePause() {
    try (RawServer server = RawServer.answering(busyFor("2"));
        JobClient client = clientOf(server, RetryPolicy.upTo(100).within(Duration.ofSeconds(9)))) {
      assertThatExceptionOfType(RayApiException.class)
          .isThrownBy(client::version)
          .returns(5, RayApiException::attempts);

      assertThat(pauses.all).hasSize(4);
    }
  }

  @Test
  void anyRequest_withoutRetries_isSentOnce() {
    try (RawServer server = RawServer.answering(BUSY);
        JobClient client = clientOf(server, RetryPolicy.none())) {
      assertThatExceptionOfType(RayApiException.class)
          .isThrownBy(client::version)
          .returns(1, RayApiException::attempts);

      assertThat(server.heads()).hasSize(1);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "408 Request Timeout",
        "429 Too Many Requests",
        "502 Bad Gateway",
        "503 Service Unavailable",
        "504 Gateway Timeout"
      })
  void anyRequest_whenTheFaultMayPass_isSentAgain(String status) {
    try (RawServer server = RawServer.answering(answer(status, "", "wait"), VERSION);
        JobClient client = clientOf(server, RetryPolicy.upTo(2))) {
      client.version();

      assertThat(server.heads()).hasSize(2);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "500 Internal Server Error\n\nServer got itself in trouble",
        "No available agent to submit job, please try again later.",
        "Traceback\naiohttp.client_exceptions.ClientConnectorError: Cannot connect to host\n."
      })
  void submit_whenTheDashboardIsNotItselfForAMoment_isSentAgain(String body) {
    try (RawServer server =
            RawServer.answering(
                answer("500 Internal Server Error", "", body),
                json("{\"submission_id\":\"job-1\"}"));
        JobClient client = clientOf(server, RetryPolicy.upTo(2))) {
      client.submit(JobSpec.running("true").build());

      assertThat(server.heads()).hasSize(2);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "400 Bad Request",
        "404 Not Found",
        "405 Method Not Allowed",
        "409 Conflict",
        "413 Request Entity Too Large",
        "500 Internal Server Error",
        "501 Not Implemented"
      })
  void submit_whenTheServerMeansIt_isSentOnce(String status) {
    try (RawServer server =
            RawServer.answering(answer(status, "", "Traceback\nValueError: no\n.\n"));
        JobClient client = clientOf(server, RetryPolicy.upTo(4))) {
      assertThatExceptionOfType(RayApiException.class)
          .isThrownBy(() -> client.submit(JobSpec.running("true").build()))
          .returns("ValueError: no", RayApiException::reason)
          .returns(false, RayApiException::isRetryable);

      assertThat(server.heads()).hasSize(1);
    }
  }

  @Test
  void anyRequest_whenTheConnectionClosesBeforeTheAnswer_isSentAgain() {
    try (RawServer server =
            RawServer.answering(RawServer.CLOSE, RawServer.CLOSE, RawServer.CLOSE, VERSION);
        JobClient client = clientOf(server, RetryPolicy.upTo(4))) {
      assertThat(client.version().rayVersion()).isEqualTo("2.60.0");
    }
  }

  @Test
  void anyRequest_whenTheBodyIsCut_isSentAgain() {
    String cut = "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{\"ray" + RawServer.CLOSE;
    try (RawServer server = RawServer.answering(cut, VERSION);
        JobClient client = clientOf(server, RetryPolicy.upTo(2))) {
      assertThat(client.version().rayVersion()).isEqualTo("2.60.0");
    }
  }

  @Test
  void anyRequest_whenNothingEverListens_saysHowOftenItWasTried() {
    RawServer gone = RawServer.answering(VERSION);
    gone.close();
    try (JobClient client = clientOf(gone, RetryPolicy.upTo(3))) {
      assertThatExceptionOfType(RayTransportException.class)
          .isThrownBy(client::version)
          .returns(3, RayTransportException::attempts)
          .returns(false, RayTransportException::mayHaveBeenSent);

      assertThat(pauses.all).hasSize(2);
    }
  }

  @Test
  void anyRequest_whenTheServerIsSilent_endsAtTheDeadlineAndIsNotSentAgain() {
    try (RawServer server = RawServer.answering(RawServer.SILENCE);
        JobClient client =
            JobClient.builder(server.url()).requestTimeout(Duration.ofSeconds(2)).build()) {
      assertThatExceptionOfType(RayTransportException.class)
          .isThrownBy(client::version)
          .withMessageContaining("2 s")
          .returns(true, RayTransportException::mayHaveBeenSent);

      assertThat(server.heads()).hasSize(1);
      assertThat(Thread.currentThread().isInterrupted()).isFalse();
    }
  }

  @Test
  void anyRequest_whenTheBodyNeverEnds_endsAtTheDeadline() throws Exception {
    String begun = "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{";
    try (RawServer server = RawServer.answering(begun);
        JobClient client =
            JobClient.builder(server.url()).requestTimeout(Duration.ofSeconds(2)).build()) {
      assertThatExceptionOfType(RayTransportException.class).isThrownBy(client::version);

      server.awaitDisconnect();
    }
  }

  @Test
  void submit_whenOnlyAnEarlierAttemptMayHaveArrived_saysThatItMayHave() {
    RawServer server = RawServer.answering(RawServer.CLOSE);
    RayClientListener closing =
        new RayClientListener() {
          @Override
          public void onRetry(
              String method, String path, int attempt, Duration delay, RayException cause) {
            server.close();
          }
        };
    try (JobClient client = JobClient.builder(server.url()).listener(closing).time(clock).build()) {
      assertThatExceptionOfType(RayTransportException.class)
          .isThrownBy(() -> client.submit(JobSpec.running("true").build()))
          .withMessageContaining("nothing listens")
          .returns(true, RayTransportException::mayHaveBeenSent);
    }
  }

  @Test
  void anyRequest_whenTheTokenTookAllTheTime_doesNotBlameOtherRequests() {
    TokenProvider slow =
        () -> {
          clock.advance(Duration.ofSeconds(61));
          return AccessToken.of("canary-slow");
        };
    try (RawServer server = RawServer.answering(VERSION);
        JobClient client =
            JobClient.builder(server.url()).tokenProvider(slow).time(clock).build()) {
      assertThatExceptionOfType(RayTransportException.class)
          .isThrownBy(client::version)
          .withMessageContaining("before attempt 1")
          .withMessageNotContaining("maxConcurrentRequests")
          .returns(false, RayTransportException::mayHaveBeenSent);

      assertThat(server.heads()).isEmpty();
    }
  }

  @Test
  void await_whenTheServerFallsSilent_endsAtItsOwnTimeAndNotAtThatOfARequest() {
    String running = json("{\"submission_id\":\"job-1\",\"status\":\"RUNNING\"}");
    try (RawServer server = RawServer.answering(running, RawServer.SILENCE);
        JobClient client =
            JobClient.builder(server.url()).requestTimeout(Duration.ofMinutes(10)).build()) {
      assertThatExceptionOfType(AwaitTimeoutException.class)
          .isThrownBy(() -> client.await(new JobId("job-1"), Duration.ofMillis(500)))
          .satisfies(late -> assertThat(late.lastSeen().status()).isEqualTo(JobStatus.RUNNING));
    }
  }

  @Test
  void interrupt_duringAPause_endsTheCallAndStaysSet() {
    Thread caller = Thread.currentThread();
    RayClientListener interrupting =
        new RayClientListener() {
          @Override
          public void onRetry(
              String method, String path, int attempt, Duration delay, RayException cause) {
            caller.interrupt();
          }
        };
    try (RawServer server = RawServer.answering(busyFor("5"));
        JobClient client = JobClient.builder(server.url()).listener(interrupting).build()) {
      assertThatExceptionOfType(RayInterruptedException.class).isThrownBy(client::version);

      assertThat(Thread.interrupted()).isTrue();
    }
  }

  private JobClient clientOf(RawServer server, RetryPolicy policy) {
    return JobClient.builder(server.url())
        .retryPolicy(policy)
        .listener(pauses)
        .time(clock)
        .random(new Random(42))
        .build();
  }

  private static String busyFor(String retryAfter) {
    return answer("503 Service Unavailable", "Retry-After: " + retryAfter + "\r\n", "busy");
  }

  /** Keeps the pauses between attempts. */
  private static final class Pauses implements RayClientListener {
    private final List<Duration> all = new CopyOnWriteArrayList<>();

    @Override
    public void onRetry(
        String method, String path, int attempt, Duration delay, RayException cause) {
      all.add(delay);
    }
  }
}
