package io.rayauth.contract;

import static io.rayauth.contract.RawServer.answer;
import static io.rayauth.contract.RawServer.json;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.rayauth.JobClient;
import io.rayauth.RetryPolicy;
import io.rayauth.error.JobNotFoundException;
import io.rayauth.error.RayApiException;
import io.rayauth.error.RayAuthException;
import io.rayauth.error.RayDecodeException;
import io.rayauth.error.RayTransportException;
import io.rayauth.job.JobId;
import io.rayauth.job.JobSpec;
import io.rayauth.token.TokenProvider;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What goes over the wire, byte by byte, and where a token never goes. */
@Timeout(60)
class TransportSafetyTest {
  private static final String TOKEN = "canary-transport";
  private static final String VERSION =
      json(
          "{\"version\":\"4\",\"ray_version\":\"2.60.0\",\"ray_commit\":\"c\",\"session_name\":\"s\"}");
  private static final String RUNNING =
      json("{\"type\":\"SUBMISSION\",\"submission_id\":\"job-1\",\"status\":\"RUNNING\"}");

  @Test
  void version_always_sendsPlainHttp11WithOneTokenAndNothingABrowserWouldSend() {
    try (RawServer server = RawServer.answering(VERSION);
        JobClient client = clientOf(server)) {
      client.version();

      String head = server.heads().get(0);
      assertThat(head).startsWith("GET /api/version HTTP/1.1\r\n");
      assertThat(headers(head, "authorization")).containsExactly("Bearer " + TOKEN);
      assertThat(headerNames(head))
          .doesNotContain(
              "upgrade",
              "http2-settings",
              "origin",
              "referer",
              "expect",
              "cookie",
              "accept-encoding")
          .noneMatch(name -> name.startsWith("sec-"));
      assertThat(headers(head, "user-agent"))
          .singleElement()
          .asString()
          .doesNotStartWith("Mozilla");
    }
  }

  @Test
  void submit_always_sendsItsLengthAndWaitsForNoPermission() {
    try (RawServer server = RawServer.answering(json("{\"submission_id\":\"job-1\"}"));
        JobClient client = clientOf(server)) {
      client.submit(JobSpec.running("true").submissionId(new JobId("job-1")).build());

      String head = server.heads().get(0);
      assertThat(head).startsWith("POST /api/jobs/ HTTP/1.1\r\n");
      assertThat(headers(head, "content-type")).containsExactly("application/json");
      assertThat(headers(head, "content-length")).hasSize(1);
      assertThat(headerNames(head)).doesNotContain("expect", "transfer-encoding", "upgrade");
    }
  }

  @Test
  void version_withABasePath_keepsItInFrontOfTheApi() {
    try (RawServer server = RawServer.answering(VERSION);
        JobClient client =
            JobClient.builder(server.url() + "/ray/team-a/trainer/")
                .tokenProvider(TokenProvider.of(TOKEN))
                .build()) {
      client.version();

      assertThat(server.heads().get(0)).startsWith("GET /ray/team-a/trainer/api/version HTTP/1.1");
    }
  }

  @Test
  void job_withAnOddId_encodesItAsOneSegment() {
    try (RawServer server = RawServer.answering(RUNNING);
        JobClient client = clientOf(server)) {
      client.job(new JobId("a/b?c#d%e é"));

      assertThat(server.heads().get(0))
          .startsWith("GET /api/jobs/a%2Fb%3Fc%23d%25e%20%C3%A9 HTTP/1.1");
    }
  }

  @Test
  void follow_always_opensAWebSocketWithTheTokenAndOffersNoExtension() {
    try (RawServer server =
            RawServer.answering(
                RUNNING,
                answer(
                    "404 Not Found", "Content-Type: text/plain\r\n", "Job job-1 does not exist"));
        JobClient client = clientOf(server)) {
      assertThatExceptionOfType(JobNotFoundException.class)
          .isThrownBy(() -> client.follow(new JobId("job-1"), line -> {}));

      String head = server.heads().get(1);
      assertThat(head).startsWith("GET /api/jobs/job-1/logs/tail HTTP/1.1\r\n");
      assertThat(headers(head, "upgrade")).containsExactly("websocket");
      assertThat(headers(head, "sec-websocket-version")).containsExactly("13");
      assertThat(headers(head, "authorization")).containsExactly("Bearer " + TOKEN);
      assertThat(headerNames(head))
          .doesNotContain(
              "sec-websocket-extensions", "sec-websocket-protocol", "origin", "referer", "cookie");
    }
  }

  @Test
  void everyRequest_withATokenForRayBehindAnEdge_carriesBothInTheirOwnSlots() {
    try (RawServer server = RawServer.answering(RUNNING, RUNNING);
        JobClient client =
            JobClient.builder(server.url())
                .tokenProvider(TokenProvider.of("canary-edge"))
                .rayTokenProvider(TokenProvider.of("canary-ray"))
                .header("X-Tenant", "team a")
                .requestTimeout(Duration.ofSeconds(10))
                .build()) {
      client.job(new JobId("job-1"));

      String head = server.heads().get(0);
      assertThat(headers(head, "authorization")).containsExactly("Bearer canary-edge");
      assertThat(headers(head, "x-ray-authorization")).containsExactly("Bearer canary-ray");
      assertThat(headers(head, "x-tenant")).containsExactly("team a");
    }
  }

  @Test
  void everyRequest_withATokenForRayOnly_leavesAuthorizationOut() {
    try (RawServer server = RawServer.answering(VERSION);
        JobClient client =
            JobClient.builder(server.url())
                .rayTokenProvider(TokenProvider.of("canary-ray"))
                .build()) {
      client.version();

      assertThat(headerNames(server.heads().get(0)))
          .contains("x-ray-authorization")
          .doesNotContain("authorization");
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "301 Moved Permanently",
        "302 Found",
        "303 See Other",
        "307 Temporary Redirect",
        "308 Permanent Redirect"
      })
  void anyRequest_whenTheServerRedirects_isNotSentOnAndNamesTheTarget(String status) {
    try (RawServer elsewhere = RawServer.answering(VERSION);
        RawServer server =
            RawServer.answering(
                answer(status, "Location: " + elsewhere.url() + "/login?state=private\r\n", ""));
        JobClient client = clientOf(server)) {
      assertThatExceptionOfType(RayApiException.class)
          .isThrownBy(client::version)
          .withMessageContaining(elsewhere.url() + "/login")
          .satisfies(refused -> assertThat(refused.getMessage()).doesNotContain("private"));
      assertThatExceptionOfType(RayApiException.class)
          .isThrownBy(() -> client.submit(JobSpec.running("true").build()));

      assertThat(elsewhere.heads()).isEmpty();
      assertThat(server.heads()).hasSize(2);
    }
  }

  @Test
  void follow_whenTheHandshakeIsRedirected_sendsTheTokenNowhereElse() {
    try (RawServer elsewhere = RawServer.answering(VERSION);
        RawServer server =
            RawServer.answering(
                RUNNING,
                answer("302 Found", "Location: " + elsewhere.url() + "/login\r\n", ""),
                answer("404 Not Found", "", "Job job-1 does not exist"));
        JobClient client = clientOf(server)) {
      assertThatExceptionOfType(RayApiException.class)
          .isThrownBy(() -> client.follow(new JobId("job-1"), line -> {}));

      assertThat(elsewhere.heads()).isEmpty();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"200 OK", "404 Not Found", "500 Internal Server Error"})
  void anyRequest_whenAWebPageComes_saysThatItIsOneAndShowsNoneOfIt(String status) {
    String page = "<!DOCTYPE html><html><head><title>Sign in</title></head></html>";
    try (RawServer server =
            RawServer.answering(
                answer(status, "Content-Type: text/html; charset=utf-8\r\n", page));
        JobClient client = clientOf(server)) {
      assertThatExceptionOfType(RayApiException.class)
          .isThrownBy(client::version)
          .withMessageContaining("login page")
          .satisfies(refused -> assertThat(refused.getMessage()).doesNotContain("<"));
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "null", "[]", "\"text\"", "{\"version\":", "{}}", "not json"})
  void submit_whenTheAnswerIsNotRays_throwsADecodeException(String body) {
    try (RawServer server = RawServer.answering(json(body));
        JobClient client = clientOf(server)) {
      assertThatExceptionOfType(RayDecodeException.class)
          .isThrownBy(() -> client.submit(JobSpec.running("true").build()));
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"{}", "{\"status\":\"ok\"}", "{\"ray_version\":null}"})
  void version_whenTheAnswerIsNotRays_throwsADecodeException(String body) {
    try (RawServer server = RawServer.answering(json(body));
        JobClient client = clientOf(server)) {
      assertThatExceptionOfType(RayDecodeException.class).isThrownBy(client::version);
    }
  }

  @Test
  void anyRequest_whenAnotherServerEchoesTheHeaders_doesNotPassTheTokenOn() {
    String echo = "{\"headers\":{\"Authorization\":\"Bearer " + TOKEN + "\",\"Host\":\"h\"}}";
    try (RawServer server = RawServer.answering(json(echo));
        JobClient client = clientOf(server)) {
      assertThatExceptionOfType(RayDecodeException.class)
          .isThrownBy(() -> client.job(new JobId("job-1")))
          .satisfies(refused -> {
            assertThat(refused.bodyExcerpt().contains("Host")).isTrue();
            assertThat(refused.bodyExcerpt().contains("canary-")).isFalse();
          });
    }
  }

  @Test
  void job_whoseIdHasABlank_isNotFoundLikeAnyOther() {
    try (RawServer server =
            RawServer.answering(answer("404 Not Found", "", "Job my job does not exist"));
        JobClient client = clientOf(server)) {
      assertThatExceptionOfType(JobNotFoundException.class)
          .isThrownBy(() -> client.job(new JobId("my job")))
          .returns("my job", JobNotFoundException::jobId);
    }
  }

  @Test
  void anyRequest_whenTheAnswerIsLongerThanTheLimit_isNotReadToItsEnd() {
    String announcement =
        "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 536870913\r\n\r\n{";
    try (RawServer server = RawServer.answering(announcement);
        JobClient client = clientOf(server)) {
      assertThatExceptionOfType(RayTransportException.class)
          .isThrownBy(client::version)
          .withMessageContaining("longer than the limit");
      assertThatExceptionOfType(RayTransportException.class)
          .isThrownBy(client::jobs)
          .withMessageContaining("longer than the limit");
    }
  }

  @Test
  void anyRequest_whenTheServerQuotesTheToken_doesNotPassItOn() {
    String quote = "Got more than 8190 bytes when reading: b'Bearer " + TOKEN + "'.";
    try (RawServer server =
            RawServer.answering(answer("400 Bad Request", "Content-Type: text/plain\r\n", quote));
        JobClient client = clientOf(server)) {
      assertThatExceptionOfType(RayApiException.class)
          .isThrownBy(client::version)
          .satisfies(refused ->
              assertThat(refused.getMessage() + refused.reason() + refused.bodyExcerpt())
                  .contains("8190")
                  .doesNotContain("canary-"));
    }
  }

  @Test
  void anyRequest_whenTheServerQuotesTheBareToken_doesNotPassItOn() {
    try (RawServer server =
            RawServer.answering(
                answer(
                    "403 Forbidden", "Content-Type: text/plain\r\n", "no such token: " + TOKEN));
        JobClient client = clientOf(server)) {
      assertThatExceptionOfType(RayAuthException.class)
          .isThrownBy(client::version)
          .satisfies(refused ->
              assertThat(refused.getMessage() + refused.reason() + refused.bodyExcerpt())
                  .doesNotContain("canary-"));
    }
  }

  @Test
  void anyRequest_whenNothingListens_saysWhereAndThatNothingWasSent() {
    RawServer gone = RawServer.answering(VERSION);
    gone.close();
    try (JobClient client = clientOf(gone)) {
      assertThatExceptionOfType(RayTransportException.class)
          .isThrownBy(client::version)
          .withMessageContaining("nothing listens at 127.0.0.1:" + gone.url().getPort())
          .returns(false, RayTransportException::mayHaveBeenSent)
          .returns(1, RayTransportException::attempts);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "http://ray.example.com:8265",
        "http://10.0.0.1:8265",
        "http://localhost.example.com",
        "http://127.0.0.1.example.com",
        "http://svc.example.com",
        "http://0.0.0.0:8265",
        "http://[::2]:8265"
      })
  void build_withPlainHttpToAnotherHost_isRefused(String url) {
    assertThatIllegalArgumentException()
        .isThrownBy(JobClient.builder(url)::build)
        .withMessageContaining("plain http")
        .withMessageContaining("allowPlainHttp()");
    JobClient.builder(url).allowPlainHttp().build().close();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "https://ray.example.com",
        "http://localhost:8265",
        "http://LOCALHOST:8265",
        "http://127.0.0.1:8265",
        "http://[::1]:8265",
        "http://trainer-head-svc.team-a.svc:8265",
        "http://trainer-head-svc.team-a.svc.cluster.local:8265"
      })
  void build_withAnAddressThatIsSafeForTokens_isFine(String url) {
    try (JobClient client = JobClient.builder(url).tokenProvider(TokenProvider.of(TOKEN)).build()) {
      assertThat(client.endpoint().isSafeForTokens()).isTrue();
    }
  }

  private static JobClient clientOf(RawServer server) {
    return JobClient.builder(server.url())
        .tokenProvider(TokenProvider.of(TOKEN))
        .retryPolicy(RetryPolicy.none())
        .requestTimeout(Duration.ofSeconds(10))
        .build();
  }

  private static List<String> headers(String head, String name) {
    return fields(head)
        .filter(line -> line.toLowerCase(Locale.ROOT).startsWith(name + ":"))
        .map(line -> line.substring(line.indexOf(':') + 1).strip())
        .toList();
  }

  private static List<String> headerNames(String head) {
    return fields(head)
        .map(line -> line.substring(0, line.indexOf(':')).toLowerCase(Locale.ROOT))
        .toList();
  }

  private static Stream<String> fields(String head) {
    return head.lines().skip(1).filter(line -> !line.isEmpty());
  }
}
