package io.rayauth.contract;

import static io.rayauth.contract.RawServer.answer;
import static io.rayauth.contract.RawServer.json;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import io.rayauth.JobClient;
import io.rayauth.RayClientListener;
import io.rayauth.RetryPolicy;
import io.rayauth.error.RayAuthException;
import io.rayauth.error.RayAuthException.RefusedBy;
import io.rayauth.error.RayException;
import io.rayauth.job.JobId;
import io.rayauth.token.AccessToken;
import io.rayauth.token.TokenProvider;
import io.rayauth.token.TokenUnavailableException;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A refused token is replaced once, the request tried once more, and then the refusal explained.
 */
@Timeout(60)
class RejectionTest {
  private static final String VERSION = json("{\"ray_version\":\"2.60.0\"}");
  private static final String MISSING =
      refusal("401 Unauthorized", "Unauthorized: Missing authentication token");
  private static final String INVALID =
      refusal("403 Forbidden", "Forbidden: Invalid authentication token");

  @ParameterizedTest
  @ValueSource(strings = {"401 Unauthorized", "403 Forbidden"})
  void anyRequest_whenTheTokenIsRefused_isSentOnceMoreWithAFreshOne(String status) {
    NumberedTokens tokens = new NumberedTokens();
    try (RawServer server = RawServer.answering(refusal(status, "expired"), VERSION);
        JobClient client = clientOf(server, tokens)) {
      client.version();

      assertThat(bearers(server)).containsExactly("canary-1", "canary-2");
      assertThat(tokens.fetched).hasValue(2);
    }
  }

  @Test
  void anyRequest_whenSomebodyCanExplainTheFailure_failsWithWhatTheyMakeOfIt() {
    try (RawServer server = RawServer.answering(MISSING);
        JobClient client =
            JobClient.builder(server.url())
                .explaining(failure -> new Explained("first", failure))
                .explaining(failure -> new Explained("second", failure))
                .build()) {
      assertThatExceptionOfType(Explained.class)
          .isThrownBy(client::version)
          .withMessageStartingWith("second: first: GET /api/version → 401");
    }
  }

  @Test
  void anyRequest_whenTheExplanationFailsItself_failsAsItDidWithoutOne() {
    IllegalStateException broken = new IllegalStateException("who explains this?");
    try (RawServer server = RawServer.answering(MISSING);
        JobClient client =
            JobClient.builder(server.url())
                .explaining(failure -> {
                  throw broken;
                })
                .build()) {
      assertThatExceptionOfType(RayAuthException.class)
          .isThrownBy(client::version)
          .satisfies(failure -> assertThat(failure).hasSuppressedException(broken));
    }
  }

  private static final class Explained extends RayException {
    private static final long serialVersionUID = 1L;

    Explained(String who, RayException failure) {
      super(who + ": " + failure.getMessage(), failure);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"401 Unauthorized", "403 Forbidden"})
  void anyRequest_whenTheFreshTokenIsRefusedToo_failsAfterTwo(String status) {
    NumberedTokens tokens = new NumberedTokens();
    try (RawServer server = RawServer.answering(refusal(status, "not you"));
        JobClient client = clientOf(server, tokens)) {
      assertThatExceptionOfType(RayAuthException.class)
          .isThrownBy(client::version)
          .returns(2, RayAuthException::attempts)
          .returns(false, RayAuthException::isRetryable);

      assertThat(bearers(server)).containsExactly("canary-1", "canary-2");
      assertThat(tokens.fetched).hasValue(2);
    }
  }

  @Test
  void anyRequest_whenATokenThatNeverChangesIsRefused_isNotSentTwice() {
    try (RawServer server = RawServer.answering(INVALID);
        JobClient client = clientOf(server, TokenProvider.of("canary-static"))) {
      assertThatExceptionOfType(RayAuthException.class)
          .isThrownBy(client::version)
          .returns(1, RayAuthException::attempts);

      assertThat(server.heads()).hasSize(1);
    }
  }

  @Test
  void anyRequest_withoutATokenProvider_isNotSentTwice() {
    try (RawServer server = RawServer.answering(MISSING);
        JobClient client = JobClient.builder(server.url()).build()) {
      assertThatExceptionOfType(RayAuthException.class)
          .isThrownBy(client::version)
          .withMessageContaining("tokenProvider")
          .returns(RefusedBy.RAY, RayAuthException::refusedBy);

      assertThat(server.heads()).hasSize(1);
    }
  }

  @Test
  void anyRequest_whenNoFreshTokenIsToBeHad_saysWhy() {
    AtomicInteger fetched = new AtomicInteger();
    TokenProvider drying =
        () -> {
          if (fetched.incrementAndGet() > 1) {
            throw TokenUnavailableException.broken("the well is dry");
          }
          return AccessToken.of("canary-last");
        };
    try (RawServer server = RawServer.answering(INVALID);
        JobClient client = clientOf(server, drying)) {
      assertThatExceptionOfType(RayException.class)
          .isThrownBy(client::version)
          .withStackTraceContaining("the well is dry");

      assertThat(server.heads()).hasSize(1);
    }
  }

  @Test
  void anyRequest_whenThereIsNoTokenAtAll_isNotSent() {
    TokenProvider none =
        () -> {
          throw TokenUnavailableException.absent("no token anywhere");
        };
    try (RawServer server = RawServer.answering(VERSION);
        JobClient client = clientOf(server, none)) {
      assertThatExceptionOfType(TokenUnavailableException.class)
          .isThrownBy(client::version)
          .withMessageContaining("no token anywhere");

      assertThat(server.heads()).isEmpty();
    }
  }

  @Test
  void follow_whenTheHandshakeRefusesTheToken_isOpenedOnceMoreWithAFreshOne() {
    NumberedTokens tokens = new NumberedTokens();
    String running = json("{\"submission_id\":\"job-1\",\"status\":\"RUNNING\"}");
    try (RawServer server =
            RawServer.answering(
                running, INVALID, answer("404 Not Found", "", "Job job-1 does not exist"));
        JobClient client = clientOf(server, tokens)) {
      assertThatExceptionOfType(RayException.class)
          .isThrownBy(() -> client.follow(new JobId("job-1"), line -> {}));

      assertThat(bearers(server)).containsExactly("canary-1", "canary-1", "canary-2");
      assertThat(server.heads().get(2)).contains("/logs/tail").contains("Sec-WebSocket-Key");
    }
  }

  @Test
  void aHundredThreads_whenTheirTokenIsRevoked_fetchOneNewTokenTogether() throws Exception {
    int threads = 100;
    NumberedTokens tokens = new NumberedTokens();
    ExecutorService executor = Executors.newFixedThreadPool(threads);
    CyclicBarrier start = new CyclicBarrier(threads);
    AtomicInteger revoked = new AtomicInteger();
    try (RawServer server =
            RawServer.deciding(head ->
                head.contains("Bearer canary-" + revoked.get() + "\r") ? INVALID : VERSION);
        JobClient client =
            JobClient.builder(server.url())
                .tokenProvider(tokens)
                .retryPolicy(RetryPolicy.none())
                .maxConcurrentRequests(threads)
                .build()) {
      client.version();
      revoked.set(1);
      Callable<String> call =
          () -> {
            start.await(20, TimeUnit.SECONDS);
            return client.version().rayVersion();
          };

      List<Future<String>> answers =
          IntStream.range(0, threads).mapToObj(i -> executor.submit(call)).toList();

      for (Future<String> answer : answers) {
        assertThat(answer.get(40, TimeUnit.SECONDS)).isEqualTo("2.60.0");
      }
      assertThat(tokens.fetched).hasValue(2);
    } finally {
      executor.shutdownNow();
    }
  }

  @Test
  void listener_whenTheTokenIsReplaced_isToldEachTimeAndNeverSeesIt() {
    AtomicInteger refreshed = new AtomicInteger();
    RayClientListener listener =
        new RayClientListener() {
          @Override
          public void onTokenRefreshed(@Nullable Instant expiresAt) {
            refreshed.incrementAndGet();
          }
        };
    try (RawServer server = RawServer.answering(INVALID, VERSION);
        JobClient client =
            JobClient.builder(server.url())
                .tokenProvider(new NumberedTokens())
                .listener(listener)
                .build()) {
      client.version();

      assertThat(refreshed).hasValue(2);
    }
  }

  static Stream<Arguments> refusals() {
    String byProxy =
        "Forbidden (user=system:serviceaccount:team-a:trainer, verb=get, resource=rayclusters, subresource=)";
    return Stream.of(
        arguments(INVALID, RefusedBy.RAY, List.of("wrong or expired", "ray:write")),
        arguments(MISSING, RefusedBy.RAY, List.of("saw none", "rayTokenProvider")),
        arguments(
            answer(
                "403 Forbidden",
                "Content-Type: text/plain; charset=utf-8\r\nX-Content-Type-Options: nosniff\r\n",
                byProxy + "\n"),
            RefusedBy.KUBE_RBAC_PROXY,
            List.of("'get'", "rayclusters", "system:serviceaccount:team-a:trainer", "can-i")),
        arguments(
            answer(
                "401 Unauthorized",
                "Content-Type: text/plain; charset=utf-8\r\nX-Content-Type-Options: nosniff\r\n",
                "Unauthorized\n"),
            RefusedBy.KUBE_RBAC_PROXY,
            List.of("TokenReview")),
        arguments(
            answer("403 Forbidden", "Content-Type: text/html\r\n", "<html>Sign in</html>"),
            RefusedBy.UNKNOWN,
            List.of("in front")),
        arguments(
            answer("401 Unauthorized", "WWW-Authenticate: Basic realm=\"edge\"\r\n", ""),
            RefusedBy.UNKNOWN,
            List.of("in front")));
  }

  @ParameterizedTest
  @MethodSource("refusals")
  void anyRequest_whenItIsRefused_namesTheHopAndTheNextStep(
      String refusal, RefusedBy hop, List<String> hints) {
    try (RawServer server = RawServer.answering(refusal);
        JobClient client = clientOf(server, TokenProvider.of("canary-refused"))) {
      assertThatExceptionOfType(RayAuthException.class)
          .isThrownBy(client::version)
          .returns(hop, RayAuthException::refusedBy)
          .satisfies(refused ->
              assertThat(refused.getMessage())
                  .contains("GET /api/version")
                  .contains(hints)
                  .doesNotContain("canary-"));
    }
  }

  private static String refusal(String status, String body) {
    return answer(status, "Content-Type: text/plain; charset=utf-8\r\n", body);
  }

  private static JobClient clientOf(RawServer server, TokenProvider tokens) {
    return JobClient.builder(server.url())
        .tokenProvider(tokens)
        .retryPolicy(RetryPolicy.none())
        .build();
  }

  private static List<String> bearers(RawServer server) {
    return server.heads().stream()
        .flatMap(String::lines)
        .filter(line -> line.regionMatches(true, 0, "authorization: bearer ", 0, 22))
        .map(line -> line.substring(22))
        .toList();
  }

  /** Gives another token each time. */
  private static final class NumberedTokens implements TokenProvider {
    private final AtomicInteger fetched = new AtomicInteger();

    @Override
    public AccessToken token() {
      return AccessToken.of("canary-" + fetched.incrementAndGet());
    }
  }
}
