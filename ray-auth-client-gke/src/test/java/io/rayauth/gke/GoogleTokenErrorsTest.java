package io.rayauth.gke;

import static com.github.tomakehurst.wiremock.client.WireMock.aResponse;
import static com.github.tomakehurst.wiremock.client.WireMock.any;
import static io.rayauth.gke.CredentialFiles.ACCOUNT;
import static io.rayauth.gke.CredentialFiles.REFRESH_TOKEN;
import static io.rayauth.gke.CredentialFiles.SUBJECT_TOKEN;
import static io.rayauth.gke.Google.IAM;
import static io.rayauth.gke.Google.METADATA;
import static io.rayauth.gke.Google.METADATA_ACCOUNT;
import static io.rayauth.gke.Google.STS;
import static io.rayauth.gke.Google.TOKENS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.rayauth.error.RayInterruptedException;
import io.rayauth.testkit.ManualClock;
import io.rayauth.token.TokenProvider;
import io.rayauth.token.TokenUnavailableException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What is said when there is no token, and what is never said. */
@Timeout(60)
class GoogleTokenErrorsTest {
  private final Google google = new Google();
  private final ManualClock clock = ManualClock.create();
  private final Map<String, String> environment = new HashMap<>();
  @TempDir Path home;
  private CredentialFiles files;

  @BeforeEach
  void files() {
    files = new CredentialFiles(home);
  }

  @AfterEach
  void close() {
    google.close();
  }

  @Test
  void token_withoutCredentials_isAbsentAndListsEveryPlace() {
    google.hide(METADATA);

    TokenUnavailableException error = failure();

    assertThat(error.isAbsent()).isTrue();
    assertThat(error)
        .hasMessageContaining("GOOGLE_APPLICATION_CREDENTIALS is not set")
        .hasMessageContaining(".config/gcloud/application_default_credentials.json")
        .hasMessageContaining("DEVSHELL_CLIENT_PORT is not set")
        .hasMessageContaining("no host is named metadata.google.internal")
        .hasMessageContaining("gcloud auth application-default login");
    assertThat(clock.sleeps()).isEmpty();
  }

  @Test
  void token_withoutCredentials_isFoundOnceTheyAreThere() {
    google.hide(METADATA);
    TokenProvider provider = provider();
    catchThrowableOfType(TokenUnavailableException.class, provider::token);
    google.giveTokens(TOKENS, "canary-ya29.user");

    files.login();

    assertThat(provider.token().value()).isEqualTo("canary-ya29.user");
  }

  @Test
  void token_whenSomebodyElseAnswersForTheMetadataServer_isAbsent() {
    google.answer(METADATA, 200, "welcome to the hotel");

    TokenUnavailableException error = failure();

    assertThat(error.isAbsent()).isTrue();
    assertThat(error).hasMessageContaining("is no metadata server");
  }

  @Test
  void token_whenTheMetadataServerMayNotBeAsked_isAbsent() {
    environment.put("NO_GCE_CHECK", "true");

    assertThat(failure()).hasMessageContaining("NO_GCE_CHECK");
  }

  @Test
  void token_whenAPodsMetadataServerNeverAnswers_isBrokenAfterHalfAMinute() {
    environment.put("KUBERNETES_SERVICE_HOST", "10.96.0.1");
    google.refuse(METADATA, 1000);

    TokenUnavailableException error = failure();

    assertThat(error.isAbsent()).isFalse();
    assertThat(error)
        .hasMessageContaining("30 seconds")
        .hasMessageContaining("gke-metadata-server");
    assertThat(clock.sleeps().stream().reduce(Duration.ZERO, Duration::plus))
        .isEqualTo(Duration.ofSeconds(30));
  }

  @Test
  void token_onGooglesMachineWithoutAServiceAccount_saysSo() {
    environment.put("GCE_METADATA_HOST", "metadata.google.internal");
    google.haveMetadataServer();
    google.answer(METADATA_ACCOUNT + "token", 404, "");

    TokenUnavailableException error = failure();

    assertThat(error.isAbsent()).isFalse();
    assertThat(error).hasMessageContaining("give the machine or the pod a service account");
    assertThat(clock.sleeps()).isEmpty();
  }

  @Test
  void token_whenTheMetadataServerStaysBroken_isBrokenAfterHalfAMinute() {
    environment.put("GCE_METADATA_HOST", "metadata.google.internal");
    google.answer(METADATA_ACCOUNT + "token", 500, "try later");

    assertThat(failure()).hasMessageContaining("status 500");
    assertThat(clock.sleeps().stream().reduce(Duration.ZERO, Duration::plus))
        .isEqualTo(Duration.ofSeconds(30));
  }

  @Test
  void token_ofAFileThatIsNotThere_isBroken() {
    environment.put("GOOGLE_APPLICATION_CREDENTIALS", "/nowhere/key.json");

    TokenUnavailableException error = failure();

    assertThat(error.isAbsent()).isFalse();
    assertThat(error)
        .hasMessageContaining("GOOGLE_APPLICATION_CREDENTIALS names /nowhere/key.json");
  }

  @Test
  void token_ofAFileThatHoldsSomethingElse_saysWhatIsMissing() {
    use(files.write(Path.of("else.json"), "{\"type\":\"password\"}"));

    assertThat(failure())
        .hasMessageContaining("else.json cannot be used")
        .hasMessageContaining("password");
  }

  @Test
  void token_ofAFileThatIsNoJson_isBroken() {
    use(files.write(Path.of("else.json"), "canary-not-json-but-a-secret-0123456789"));

    assertThat(failure()).hasMessageContaining("else.json cannot be used");
  }

  @Test
  void token_afterALoginThatEnded_namesTheCommand() {
    use(files.user());
    google.answer(
        TOKENS,
        400,
        "{\"error\":\"invalid_grant\",\"error_description\":\"Token has been expired or revoked.\"}");

    assertThat(failure())
        .hasMessageContaining("gcloud auth application-default login")
        .hasMessageContaining("Token has been expired or revoked.");
  }

  @Test
  void token_afterALoginThatEnded_isFoundOnceThereIsANewLogin() throws Exception {
    Path login = files.login();
    google.answer(TOKENS, 400, "{\"error\":\"invalid_grant\"}");
    TokenProvider provider = provider();
    catchThrowableOfType(TokenUnavailableException.class, provider::token);

    Files.writeString(
        login, Files.readString(login).replace(REFRESH_TOKEN, "canary-1//0gTheNewLogin"));
    google.answer(TOKENS, 200, Google.token("canary-ya29.new"));

    assertThat(provider.token().value()).isEqualTo("canary-ya29.new");
    assertThat(google.requests(TOKENS).get(1).getBodyAsString().contains("TheNewLogin")).isTrue();
  }

  @Test
  void token_whenTheOrganisationWantsANewLogin_saysSo() {
    use(files.user());
    google.answer(
        TOKENS,
        400,
        """
        {"error":"invalid_grant","error_description":"reauth related error (invalid_rapt)",
         "error_uri":"https://support.google.com/a/answer/9368756","error_subtype":"invalid_rapt"}
        """);

    assertThat(failure()).hasMessageContaining("rules of your organisation");
  }

  @Test
  void token_whenTheClockIsWrong_saysByHowMuch() {
    use(files.serviceAccountKey());
    google
        .server()
        .stubFor(
            any(Google.path(TOKENS))
                .willReturn(
                    aResponse()
                        .withStatus(400)
                        .withHeader("Content-Type", "application/json")
                        .withHeader("Date", "Thu, 01 Jan 2026 00:10:00 GMT")
                        .withBody(
                            """
                            {"error":"invalid_grant","error_description":"Invalid JWT: Token must be a short-lived token (60 minutes) and in a reasonable timeframe. Check your iat and exp values in the JWT claim."}
                            """)));

    assertThat(failure()).hasMessageContaining("the clock of this machine is 600 seconds slow");
  }

  @Test
  void token_ofADeletedKey_namesKeyAndAccount() {
    use(files.serviceAccountKey());
    google.answer(
        TOKENS,
        400,
        "{\"error\":\"invalid_grant\",\"error_description\":\"Invalid JWT Signature.\"}");

    assertThat(failure())
        .hasMessageContaining("0123456789abcdef0123456789abcdef01234567")
        .hasMessageContaining(ACCOUNT)
        .hasMessageContaining("make a new one");
  }

  @Test
  void token_whenImpersonationIsNotAllowed_namesTheRole() {
    use(files.impersonation());
    google.giveTokens(TOKENS, "canary-ya29.user");
    google.answer(
        IAM + ACCOUNT + ":generateAccessToken",
        403,
        """
        {"error":{"code":403,"status":"PERMISSION_DENIED",
         "message":"Permission 'iam.serviceAccounts.getAccessToken' denied on resource (or it may not exist)."}}
        """);

    assertThat(failure())
        .hasMessageContaining("roles/iam.serviceAccountTokenCreator")
        .hasMessageContaining(ACCOUNT)
        .hasMessageContaining("iam.serviceAccounts.getAccessToken");
  }

  @Test
  void token_whenTheSubjectTokenIsNotTaken_saysWhatToLookAt() {
    use(files.federationByFile());
    google.answer(
        STS,
        400,
        """
        {"error":"invalid_grant","error_description":"The audience in ID Token [sts] does not match the expected audience."}
        """);

    assertThat(failure())
        .hasMessageContaining("did not take the subject token")
        .hasMessageContaining("does not match the expected audience");
  }

  @Test
  void token_whenTheAnswerIsEmpty_isBroken() {
    use(files.user());
    google.answer(TOKENS, 200, "");

    assertThat(failure()).hasMessageContaining("no token for UserCredentials");
  }

  @Test
  void token_whenAMessageNamesAVariable_keepsIt() {
    use(files.federationByFile());
    google.answer(
        STS,
        400,
        """
        {"error":"invalid_request","error_description":"first set GOOGLE_EXTERNAL_ACCOUNT_ALLOW_EXECUTABLES to 1"}
        """);

    assertThat(failure())
        .hasMessageContaining("set GOOGLE_EXTERNAL_ACCOUNT_ALLOW_EXECUTABLES to 1");
  }

  @Test
  void token_whenTheProgramFails_saysHow() {
    use(files.federationBy("false"));

    assertThat(failure()).hasMessageContaining("exit code 1");
  }

  @Test
  void token_whenNobodyAnswers_namesTheHost() {
    use(files.user());
    google.hide("oauth2.googleapis.com");

    assertThat(failure())
        .hasMessageContaining("Google's server did not answer")
        .hasMessageContaining("oauth2.googleapis.com");
  }

  @Test
  void token_whenTheThreadIsInterrupted_endsAndKeepsTheFlag() {
    environment.put("GCE_METADATA_HOST", "metadata.google.internal");
    google.answer(METADATA_ACCOUNT + "token", 500, "try later");
    TokenProvider provider = provider();
    try {
      Thread.currentThread().interrupt();

      Throwable error = catchThrowableOfType(RayInterruptedException.class, provider::token);

      assertThat(error).isNotNull();
      assertThat(Thread.currentThread().isInterrupted()).isTrue();
    } finally {
      Thread.interrupted();
    }
  }

  /** Servers and proxies that quote what they were sent are no rarity. */
  @Test
  void token_whenServersQuoteWhatTheyWereSent_isInNoException() {
    google.giveTokens(TOKENS, "canary-ya29.user-access-token-0123456789");
    String echo =
        """
        {"error":"invalid_request","error_description":"cannot parse refresh_token=%s and subject_token=%s of Bearer canary-ya29.user-access-token-0123456789"}
        """
            .formatted(REFRESH_TOKEN, SUBJECT_TOKEN);
    google.answer(STS, 400, echo);
    google.answer(IAM + ACCOUNT + ":generateAccessToken", 400, echo);

    assertShowsNoToken(use(files.impersonation()));
    assertShowsNoToken(use(files.federationByFile()));
    google.answer(TOKENS, 400, echo);
    assertShowsNoToken(use(files.user()));
    assertShowsNoToken(use(files.serviceAccountKey()));
    google.answer(TOKENS, 502, "<html>" + REFRESH_TOKEN + "</html>");
    assertShowsNoToken(use(files.user()));
  }

  private void assertShowsNoToken(TokenProvider provider) {
    Throwable error = catchThrowableOfType(TokenUnavailableException.class, provider::token);
    StringWriter trace = new StringWriter();
    error.printStackTrace(new PrintWriter(trace));
    assertThat(trace.toString().contains("canary-")).as("a token is in the exception").isFalse();
  }

  private TokenProvider use(Path file) {
    environment.put("GOOGLE_APPLICATION_CREDENTIALS", file.toString());
    return provider();
  }

  private TokenProvider provider() {
    return GoogleTokenProvider.applicationDefault(google.surroundings(home, environment, clock));
  }

  private TokenUnavailableException failure() {
    return catchThrowableOfType(TokenUnavailableException.class, provider()::token);
  }
}
