package io.rayauth.gke;

import static com.github.tomakehurst.wiremock.client.WireMock.aResponse;
import static com.github.tomakehurst.wiremock.client.WireMock.any;
import static io.rayauth.gke.CredentialFiles.ACCOUNT;
import static io.rayauth.gke.Google.INTROSPECTION;
import static io.rayauth.gke.Google.METADATA_ACCOUNT;
import static io.rayauth.gke.Google.STS;
import static io.rayauth.gke.Google.TOKENS;
import static io.rayauth.gke.Google.USER_INFO;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.auth.oauth2.AccessToken;
import com.google.auth.oauth2.GoogleCredentials;
import io.rayauth.time.TimeSource;
import io.rayauth.token.TokenUnavailableException;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class PrincipalTest {
  private static final String FEDERATED =
      "principal://iam.googleapis.com/projects/123456789012/locations/global/workloadIdentityPools/my-pool/subject/build-7";

  private final Google google = new Google();
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
  void principal_ofALogin_isTheUsersEmail() {
    google.giveTokens(TOKENS, "canary-ya29.user");
    google.answerGet(
        USER_INFO, 200, "{\"sub\":\"104\",\"email\":\"jane@example.com\",\"email_verified\":true}");

    assertThat(named(files.user()).principal()).isEqualTo("jane@example.com");
    assertThat(
            google
                .requests(USER_INFO)
                .get(0)
                .getHeader("Authorization")
                .equals("Bearer canary-ya29.user"))
        .isTrue();
  }

  @Test
  void principal_ofATokenWithoutTheEmailScope_isTheNumberThatGkeSees() {
    google.answerGet(USER_INFO, 200, "{\"sub\":\"110123456789012345678\"}");
    GoogleCredentials given = GoogleCredentials.create(new AccessToken("canary-ya29.x", null));

    assertThat(GoogleTokenProvider.of(given, google.surroundings(home)).principal())
        .isEqualTo("110123456789012345678");
  }

  @Test
  void principal_ofAServiceAccount_isInItsKey() {
    assertThat(named(files.serviceAccountKey()).principal()).isEqualTo(ACCOUNT);
    assertThat(named(files.impersonation()).principal()).isEqualTo(ACCOUNT);
    assertThat(named(files.federationByFileAsServiceAccount()).principal()).isEqualTo(ACCOUNT);
    assertThat(google.server().getAllServeEvents()).isEmpty();
  }

  @Test
  void principal_ofAMachine_isItsServiceAccount() {
    google.haveMetadataServer();
    google.answer(METADATA_ACCOUNT + "email", 200, ACCOUNT);

    assertThat(machine().principal()).isEqualTo(ACCOUNT);
  }

  @Test
  void principal_ofAPodWithoutAServiceAccountOfItsOwn_isItsKubernetesIdentity() {
    String pod =
        "principal://iam.googleapis.com/projects/1/locations/global/workloadIdentityPools/my-project.svc.id.goog/subject/ns/default/sa/scheduler";
    google.haveMetadataServer();
    google.answer(METADATA_ACCOUNT + "email", 200, "my-project.svc.id.goog");
    google.giveTokens(METADATA_ACCOUNT + "token", "canary-ya29.pod");
    google.answerGet(USER_INFO, 401, "{\"error\":\"invalid_request\"}");
    google.answerPost(INTROSPECTION, 200, "{\"active\":true,\"username\":\"%s\"}".formatted(pod));

    assertThat(machine().principal()).isEqualTo(pod);
    assertThat(google.sent(INTROSPECTION).equals("token=canary-ya29.pod")).isTrue();
  }

  @Test
  void principal_ofAFederatedWorkload_isWhatStsSays() {
    google.giveTokens(STS, "canary-ya29.federated");
    google.answerPost(
        INTROSPECTION, 200, "{\"active\":true,\"username\":\"%s\"}".formatted(FEDERATED));

    assertThat(named(files.federationByFile()).principal()).isEqualTo(FEDERATED);
  }

  @Test
  void principal_whenTheAnswerIsEmpty_saysSo() {
    google.giveTokens(TOKENS, "canary-ya29.user");
    google.answerGet(USER_INFO, 200, "");

    assertThatThrownBy(named(files.user())::principal)
        .isInstanceOf(TokenUnavailableException.class);
  }

  @Test
  void principal_whenSentElsewhere_takesNoTokenThere() {
    google.giveTokens(STS, "canary-ya29.federated");
    google
        .server()
        .stubFor(
            any(Google.path(INTROSPECTION))
                .willReturn(
                    aResponse()
                        .withStatus(307)
                        .withHeader("Location", "https://elsewhere.example/introspect")));

    assertThatThrownBy(named(files.federationByFile())::principal)
        .isInstanceOf(TokenUnavailableException.class);
    assertThat(google.requests("elsewhere.example/introspect")).isEmpty();
  }

  @Test
  void principal_whenGoogleDoesNotTell_saysSo() {
    google.giveTokens(TOKENS, "canary-ya29.user");
    google.answerGet(USER_INFO, 403, "{}");
    google.answerPost(INTROSPECTION, 200, "{\"active\":false}");

    assertThatThrownBy(named(files.user())::principal)
        .isInstanceOf(TokenUnavailableException.class)
        .hasMessageContaining("userinfo.email");
  }

  private GoogleTokenProvider machine() {
    return GoogleTokenProvider.applicationDefault(
        google.surroundings(
            home, Map.of("GCE_METADATA_HOST", "metadata.google.internal"), TimeSource.system()));
  }

  private GoogleTokenProvider named(Path file) {
    return GoogleTokenProvider.applicationDefault(
        google.surroundings(
            home, Map.of("GOOGLE_APPLICATION_CREDENTIALS", file.toString()), TimeSource.system()));
  }
}
