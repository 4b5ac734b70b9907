package io.rayauth.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fabric8.kubernetes.api.model.StatusBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.server.mock.EnableKubernetesMockClient;
import io.fabric8.kubernetes.client.server.mock.KubernetesMockServer;
import io.fabric8.kubernetes.client.utils.Serialization;
import io.rayauth.kubernetes.ServiceAccounts.Creation;
import io.rayauth.token.AccessToken;
import io.rayauth.token.TokenUnavailableException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

@Timeout(60)
@Execution(ExecutionMode.SAME_THREAD) // the extension keeps its server in a field
@EnableKubernetesMockClient(https = false)
class ServiceAccountTokenProviderTest {
  private static final String PATH = "/api/v1/namespaces/default/serviceaccounts/ray-user/token";

  KubernetesMockServer server;
  KubernetesClient client;

  @Test
  void token_asksForAnHourAndEndsWhenTheServerSays() throws InterruptedException {
    answer(201, token("2026-01-01T00:30:00Z"));

    AccessToken token = provider().token();

    assertThat(token.value()).isEqualTo("canary-sa");
    assertThat(token.expiresAt()).contains(Instant.parse("2026-01-01T00:30:00Z"));
    assertThat(sentSpec()).isEqualTo(Map.of("expirationSeconds", 3600));
  }

  @Test
  void token_asksForTheLifetimeAndAudienceThatWereSet() throws InterruptedException {
    answer(201, token("2026-01-01T00:30:00Z"));

    provider().lifetime(Duration.ofMinutes(10)).audience("ray").token();

    assertThat(sentSpec()).isEqualTo(Map.of("expirationSeconds", 600, "audiences", List.of("ray")));
  }

  @Test
  void lifetime_whenKubernetesWouldRefuseIt_isRefusedBeforeAnythingIsSent() {
    assertThatThrownBy(() -> provider().lifetime(Duration.ofMinutes(10).minusNanos(1)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("10 minutes at least");
    assertThatThrownBy(() -> provider().lifetime(Duration.ofSeconds((1L << 32) + 1)))
        .isInstanceOf(IllegalArgumentException.class);
    assertThat(server.getRequestCount()).isZero();
  }

  @Test
  void of_whenTheNameIsImpossible_isRefusedBeforeAnythingIsSent() {
    assertThatThrownBy(() -> ServiceAccountTokenProvider.of(client, "default", "Ray User"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("'Ray User' cannot be the name of a ServiceAccount");
  }

  @Test
  void token_whenTheCallerMayNot_namesTheMissingVerb() {
    answer(403, status(403, "Forbidden", "serviceaccounts", "ray-user", "is forbidden"));

    assertBroken(
        "the caller needs the verb 'create' on serviceaccounts/token in namespace default");
  }

  @Test
  void token_whenThereIsNoSuchServiceAccount_saysHowToMakeIt() {
    answer(
        404,
        status(
            404,
            "NotFound",
            "serviceaccounts",
            "ray-user",
            "serviceaccounts \"ray-user\" not found"));

    assertBroken("ServiceAccounts.using(client).create(\"default\", \"ray-user\")");
  }

  @Test
  void token_whenTheNamespaceIsMissing_saysSo() {
    answer(
        404, status(404, "NotFound", "namespaces", "default", "namespaces \"default\" not found"));

    assertBroken("the namespace does not exist");
  }

  @Test
  void token_whenTheAnswerHasNone_isBroken() {
    answer(201, Map.of("kind", "TokenRequest", "apiVersion", "authentication.k8s.io/v1"));

    assertBroken("the API server answered without a token of ServiceAccount default/ray-user");
  }

  @Test
  void create_whenThereIsOne_leavesItAndSaysSo() {
    server
        .expect()
        .post()
        .withPath("/api/v1/namespaces/default/serviceaccounts")
        .andReturn(
            409, status(409, "AlreadyExists", "serviceaccounts", "ray-user", "already exists"))
        .once();

    assertThat(ServiceAccounts.using(client).create("default", "ray-user"))
        .isEqualTo(Creation.EXISTED);
  }

  private ServiceAccountTokenProvider provider() {
    return ServiceAccountTokenProvider.of(client, "default", "ray-user");
  }

  private void answer(int code, Object body) {
    server.expect().post().withPath(PATH).andReturn(code, body).once();
  }

  private static Map<String, Object> token(String end) {
    return Map.of(
        "kind",
        "TokenRequest",
        "apiVersion",
        "authentication.k8s.io/v1",
        "status",
        Map.of("token", "canary-sa", "expirationTimestamp", end));
  }

  private static Object status(int code, String reason, String kind, String name, String message) {
    return new StatusBuilder()
        .withCode(code)
        .withStatus("Failure")
        .withReason(reason)
        .withMessage(message)
        .withNewDetails()
        .withKind(kind)
        .withName(name)
        .endDetails()
        .build();
  }

  private Object sentSpec() throws InterruptedException {
    return Serialization.unmarshal(server.takeRequest().getUtf8Body(), Map.class).get("spec");
  }

  private void assertBroken(String words) {
    assertThatThrownBy(() -> provider().token())
        .isInstanceOfSatisfying(
            TokenUnavailableException.class, e -> assertThat(e.isAbsent()).isFalse())
        .hasMessageContaining(words);
  }
}
