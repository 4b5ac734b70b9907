package io.rayauth.gke;

import static io.rayauth.gke.CredentialFiles.ACCOUNT;
import static io.rayauth.gke.CredentialFiles.POOL;
import static io.rayauth.gke.CredentialFiles.REFRESH_TOKEN;
import static io.rayauth.gke.CredentialFiles.SUBJECT_TOKEN;
import static io.rayauth.gke.Google.IAM;
import static io.rayauth.gke.Google.METADATA;
import static io.rayauth.gke.Google.METADATA_ACCOUNT;
import static io.rayauth.gke.Google.STS;
import static io.rayauth.gke.Google.TOKENS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.assertj.core.api.Assertions.within;
import static org.awaitility.Awaitility.await;

import com.github.tomakehurst.wiremock.client.WireMock;
import com.google.auth.oauth2.GoogleCredentials;
import io.rayauth.JobClient;
import io.rayauth.testkit.FakeRay;
import io.rayauth.testkit.Gate;
import io.rayauth.testkit.ManualClock;
import io.rayauth.time.TimeSource;
import io.rayauth.token.AccessToken;
import io.rayauth.token.TokenProvider;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Base64;
import java.util.Date;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.FutureTask;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Each kind of credentials, from its file through Google's library to a token. */
@Timeout(60)
class GoogleTokenProviderTest {
  private final Google google = new Google();
  @TempDir Path home;
  private CredentialFiles files;

  @BeforeEach
  void files() {
    files = new CredentialFiles(home);
    google.hide(METADATA);
  }

  @AfterEach
  void close() {
    google.close();
  }

  @Test
  void token_ofAGcloudLogin_isFetchedWithItsRefreshToken() {
    files.login();
    google.giveTokens(TOKENS, "canary-ya29.user");

    AccessToken token = GoogleTokenProvider.applicationDefault(google.surroundings(home)).token();

    assertThat(token.value()).isEqualTo("canary-ya29.user");
    assertThat(token.expiresAt().orElseThrow())
        .isCloseTo(Instant.now().plusSeconds(3599), within(30, ChronoUnit.SECONDS));
    assertThat(google.sent(TOKENS).contains("refresh_token=" + REFRESH_TOKEN)).isTrue();
  }

  @Test
  void token_ofALoginInAnotherConfigFolder_isFound() {
    files.login();
    google.giveTokens(TOKENS, "canary-ya29.user");
    Map<String, String> environment =
        Map.of("CLOUDSDK_CONFIG", home.resolve(".config/gcloud").toString());

    AccessToken token =
        GoogleTokenProvider.applicationDefault(
                google.surroundings(Path.of("elsewhere"), environment, TimeSource.system()))
            .token();

    assertThat(token.value()).isEqualTo("canary-ya29.user");
  }

  @Test
  void token_ofAServiceAccountKey_asksForWhatGkesApiServerNeeds() {
    google.giveTokens(TOKENS, "canary-ya29.account");

    AccessToken token = named(files.serviceAccountKey()).token();

    assertThat(token.value()).isEqualTo("canary-ya29.account");
    assertThat(assertion())
        .contains(
            "\"scope\":\"https://www.googleapis.com/auth/cloud-platform https://www.googleapis.com/auth/userinfo.email\"",
            "\"iss\":\"" + ACCOUNT + "\"");
  }

  @Test
  void token_withOtherScopes_asksForThem() {
    google.giveTokens(TOKENS, "canary-ya29.account");

    named(files.serviceAccountKey())
        .scopes("https://www.googleapis.com/auth/devstorage.read_only")
        .token();

    assertThat(assertion())
        .contains("\"scope\":\"https://www.googleapis.com/auth/devstorage.read_only\"");
  }

  @Test
  void token_ofAServiceAccountInAnotherUniverse_isSignedByItself() {
    AccessToken token = named(files.serviceAccountKey("universe.example")).token();

    assertThat(claims(token.value())).contains("\"iss\":\"" + ACCOUNT + "\"", "cloud-platform");
    assertThat(token.expiresAt().orElseThrow()).isAfter(Instant.now().plusSeconds(1800));
    assertThat(google.requests(TOKENS)).isEmpty();
  }

  @Test
  void token_ofTheMetadataServer_asksForWhatGkesApiServerNeeds() {
    Google open = metadata();
    open.giveTokens(METADATA_ACCOUNT + "token", "canary-ya29.machine");

    AccessToken token = GoogleTokenProvider.applicationDefault(open.surroundings(home)).token();

    assertThat(token.value()).isEqualTo("canary-ya29.machine");
    assertThat(open.requests(METADATA_ACCOUNT + "token"))
        .singleElement()
        .satisfies(request -> {
          assertThat(request.getHeader("Metadata-Flavor")).isEqualTo("Google");
          assertThat(request.queryParameter("scopes").firstValue())
              .contains("auth/cloud-platform", "auth/userinfo.email");
        });
    open.close();
  }

  /** A Google whose metadata server has a name. */
  private static Google metadata() {
    Google open = new Google();
    open.haveMetadataServer();
    return open;
  }

  @Test
  void token_ofAFederationByFile_isExchangedForTheSubjectToken() {
    google.giveTokens(STS, "canary-ya29.federated");

    AccessToken token = named(files.federationByFile()).token();

    assertThat(token.value()).isEqualTo("canary-ya29.federated");
    assertThat(google.sent(STS).contains("subject_token=" + SUBJECT_TOKEN)).isTrue();
    assertThat(google.sent(STS).contains("audience=" + POOL)).isTrue();
  }

  @Test
  void token_ofAFederationByUrl_sendsItsHeaders() {
    google.answer(
        "identity.example/token", 200, "{\"access_token\":\"%s\"}".formatted(SUBJECT_TOKEN));
    google.giveTokens(STS, "canary-ya29.federated");

    AccessToken token = named(files.federationByUrl("http://identity.example/token")).token();

    assertThat(token.value()).isEqualTo("canary-ya29.federated");
    assertThat(google.sent(STS).contains("subject_token=" + SUBJECT_TOKEN)).isTrue();
    assertThat(google.requests("identity.example/token").get(0).getHeader("Metadata"))
        .isEqualTo("True");
  }

  @Test
  void token_ofAFederationByExecutable_runsIt() {
    google.giveTokens(STS, "canary-ya29.federated");

    AccessToken token = named(files.federationByExecutable()).token();

    assertThat(token.value()).isEqualTo("canary-ya29.federated");
    assertThat(google.sent(STS).contains("subject_token=" + SUBJECT_TOKEN)).isTrue();
  }

  @Test
  void token_ofAFederationAsAServiceAccount_isThatOfTheServiceAccount() {
    google.giveTokens(STS, "canary-ya29.federated");
    google.answer(IAM + ACCOUNT + ":generateAccessToken", 200, impersonated("canary-ya29.account"));

    AccessToken token = named(files.federationByFileAsServiceAccount()).token();

    assertThat(token.value()).isEqualTo("canary-ya29.account");
    assertThat(google.sent(IAM + ACCOUNT + ":generateAccessToken"))
        .contains("auth/cloud-platform", "auth/userinfo.email");
  }

  @Test
  void token_ofAnImpersonation_goesThroughItsChain() {
    google.giveTokens(TOKENS, "canary-ya29.user");
    google.answer(IAM + ACCOUNT + ":generateAccessToken", 200, impersonated("canary-ya29.account"));

    AccessToken token = named(files.impersonation()).token();

    assertThat(token.value()).isEqualTo("canary-ya29.account");
    assertThat(token.expiresAt()).contains(Instant.parse("2100-01-01T00:00:00Z"));
    assertThat(google.sent(IAM + ACCOUNT + ":generateAccessToken"))
        .contains("first@my-project.iam.gserviceaccount.com", "auth/userinfo.email");
    assertThat(
            google
                .requests(IAM + ACCOUNT + ":generateAccessToken")
                .get(0)
                .getHeader("Authorization")
                .equals("Bearer canary-ya29.user"))
        .isTrue();
  }

  @Test
  void token_ofAWorkforceLogin_isFetchedWithItsRefreshToken() {
    google.giveTokens("sts.googleapis.com/v1/oauthtoken", "canary-ya29.workforce");

    AccessToken token = named(files.workforceLogin()).token();

    assertThat(token.value()).isEqualTo("canary-ya29.workforce");
  }

  @Test
  void token_ofGivenCredentials_isTheirs() {
    GoogleCredentials given =
        GoogleCredentials.create(new com.google.auth.oauth2.AccessToken("canary-ya29.given", null));

    AccessToken token = GoogleTokenProvider.of(given).token();

    assertThat(token.value()).isEqualTo("canary-ya29.given");
    assertThat(token.expiresAt()).isEmpty();
  }

  @Test
  void token_whileItIsGood_isNotFetchedAgain() {
    google.giveTokens(TOKENS, "canary-ya29.one", "canary-ya29.two");
    GoogleTokenProvider provider = named(files.user());

    provider.token();
    provider.token();

    assertThat(google.requests(TOKENS)).hasSize(1);
  }

  @Test
  void token_whenManyAskAtOnce_isFetchedOnce() throws Exception {
    google.giveTokens(TOKENS, "canary-ya29.one", "canary-ya29.two");
    GoogleTokenProvider provider = named(files.user());
    CyclicBarrier together = new CyclicBarrier(8);
    ExecutorService threads = Executors.newFixedThreadPool(8);
    try {
      List<Future<AccessToken>> answers =
          IntStream.range(0, 8)
              .mapToObj(i ->
                  threads.submit(() -> {
                    together.await();
                    return provider.token();
                  }))
              .toList();
      for (Future<AccessToken> answer : answers) {
        assertThat(answer.get().value()).isEqualTo("canary-ya29.one");
      }
    } finally {
      threads.shutdownNow();
    }

    assertThat(google.requests(TOKENS)).hasSize(1);
  }

  @Test
  void reject_ofTheTokenInUse_fetchesAnother() {
    google.giveTokens(TOKENS, "canary-ya29.one", "canary-ya29.two");
    GoogleTokenProvider provider = named(files.user());
    AccessToken first = provider.token();

    provider.reject(first);
    AccessToken second = provider.token();
    provider.reject(first); // a slow thread that still holds the first one

    assertThat(second.value()).isEqualTo("canary-ya29.two");
    assertThat(provider.token()).isEqualTo(second);
    assertThat(google.requests(TOKENS)).hasSize(2);
  }

  @Test
  void reject_whileAnotherThreadFetches_letsNobodyHaveTheRefusedToken() throws Exception {
    SlowCredentials credentials = new SlowCredentials();
    GoogleTokenProvider provider = GoogleTokenProvider.of(credentials);
    provider.reject(provider.token());
    FutureTask<AccessToken> first = new FutureTask<>(provider::token);
    FutureTask<AccessToken> second = new FutureTask<>(provider::token);
    Thread fetching = new Thread(first);
    Thread waiting = new Thread(second);

    fetching.start();
    credentials.fetching.await();
    waiting.start();
    await()
        .atMost(Duration.ofSeconds(40))
        .until(() -> second.isDone() || waiting.getState() == Thread.State.WAITING);
    credentials.goOn.countDown();

    assertThat(first.get().value()).isEqualTo("canary-ya29.two");
    assertThat(second.get().value()).isEqualTo("canary-ya29.two");
    assertThat(credentials.fetches).hasValue(2);
  }

  /** Takes its time for the second token. */
  private static final class SlowCredentials extends GoogleCredentials {
    private static final long serialVersionUID = 1L;

    private final transient CountDownLatch fetching = new CountDownLatch(1);
    private final transient CountDownLatch goOn = new CountDownLatch(1);
    private final AtomicInteger fetches = new AtomicInteger();

    private SlowCredentials() {
      super(GoogleCredentials.newBuilder());
    }

    @Override
    public com.google.auth.oauth2.AccessToken refreshAccessToken() throws IOException {
      Date end = Date.from(Instant.now().plusSeconds(3600));
      if (fetches.incrementAndGet() == 1) {
        return new com.google.auth.oauth2.AccessToken("canary-ya29.one", end);
      }
      fetching.countDown();
      try {
        goOn.await();
      } catch (InterruptedException e) {
        throw new IOException(e);
      }
      return new com.google.auth.oauth2.AccessToken("canary-ya29.two", end);
    }
  }

  @Test
  void reject_whenTheNextFetchFails_isNotForgotten() {
    google.giveTokens(TOKENS, "canary-ya29.one");
    GoogleTokenProvider provider = named(files.user());
    provider.reject(provider.token());
    google.answer(TOKENS, 400, "{\"error\":\"invalid_grant\"}");
    assertThat(catchThrowable(provider::token)).isNotNull();

    google.answer(TOKENS, 200, Google.token("canary-ya29.two"));

    assertThat(provider.token().value()).isEqualTo("canary-ya29.two");
  }

  @Test
  void jobClient_whenGooglesTokenIsRevoked_goesOnWithAnother() {
    google.giveTokens(TOKENS, "canary-ya29.one", "canary-ya29.two");
    try (FakeRay ray = FakeRay.builder().gate(Gate.rayToken("canary-ya29.two")).start();
        JobClient client =
            JobClient.builder(ray.url()).tokenProvider(named(files.user())).build()) {
      assertThat(client.jobs()).isEmpty();
    }

    assertThat(google.requests(TOKENS)).hasSize(2);
  }

  @Test
  void token_whenTheMetadataServerIsNotReady_waitsForIt() {
    ManualClock clock = ManualClock.create();
    try (Google open = metadata()) {
      open.giveTokens(METADATA_ACCOUNT + "token", "canary-ya29.machine");
      open.refuse(METADATA, 4);
      Map<String, String> pod = Map.of("KUBERNETES_SERVICE_HOST", "10.96.0.1");

      AccessToken token =
          GoogleTokenProvider.applicationDefault(open.surroundings(home, pod, clock)).token();

      assertThat(token.value()).isEqualTo("canary-ya29.machine");
      assertThat(clock.sleeps()).hasSize(4);
    }
  }

  @Test
  void token_whenTheMetadataServerHasNoTokenYet_waitsForIt() {
    ManualClock clock = ManualClock.create();
    try (Google open = metadata()) {
      open.server()
          .stubFor(
              WireMock.get(Google.path(METADATA_ACCOUNT + "token"))
                  .inScenario("start")
                  .whenScenarioStateIs("Started")
                  .willSetStateTo("up")
                  .willReturn(WireMock.aResponse().withStatus(503)));
      open.server()
          .stubFor(
              WireMock.get(Google.path(METADATA_ACCOUNT + "token"))
                  .inScenario("start")
                  .whenScenarioStateIs("up")
                  .willReturn(WireMock.okJson(Google.token("canary-ya29.machine"))));

      AccessToken token =
          GoogleTokenProvider.applicationDefault(open.surroundings(home, Map.of(), clock)).token();

      assertThat(token.value()).isEqualTo("canary-ya29.machine");
      assertThat(clock.sleeps()).isNotEmpty();
    }
  }

  @Test
  void named_google_isThere() {
    TokenProvider provider = TokenProvider.named("google");

    assertThat(provider).isInstanceOf(GoogleTokenProvider.class);
  }

  @Test
  void toString_afterATokenWasGiven_namesTheKindOnly() {
    google.giveTokens(TOKENS, "canary-ya29.one");
    GoogleTokenProvider provider = named(files.user());

    provider.token();

    assertThat(provider).hasToString("Google's application default credentials (UserCredentials)");
  }

  private GoogleTokenProvider named(Path file) {
    return GoogleTokenProvider.applicationDefault(
        google.surroundings(
            home, Map.of("GOOGLE_APPLICATION_CREDENTIALS", file.toString()), TimeSource.system()));
  }

  private String assertion() {
    return claims(google.sent(TOKENS).replaceFirst("(?s).*assertion=", ""));
  }

  private static String claims(String jwt) {
    return new String(
        Base64.getUrlDecoder().decode(jwt.split("\\.", -1)[1]), StandardCharsets.UTF_8);
  }

  /** What IAM Credentials answers to {@code generateAccessToken}. */
  static String impersonated(String token) {
    return "{\"accessToken\":\"%s\",\"expireTime\":\"2100-01-01T00:00:00Z\"}".formatted(token);
  }
}
