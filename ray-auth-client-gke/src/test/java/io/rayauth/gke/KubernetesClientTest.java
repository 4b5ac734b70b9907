package io.rayauth.gke;

import static io.rayauth.gke.Google.CONTAINER;
import static io.rayauth.gke.Google.TOKENS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.rayauth.kubernetes.KubeconfigTokenProvider;
import io.rayauth.kubernetes.RayClusterRef;
import io.rayauth.kubernetes.RayClusters;
import io.rayauth.kubernetes.RayConnection;
import io.rayauth.kubernetes.RayKubernetesException;
import io.rayauth.kubernetes.Route;
import io.rayauth.testkit.FakeRay;
import io.rayauth.testkit.FakeUser;
import io.rayauth.testkit.Gate;
import io.rayauth.time.TimeSource;
import io.rayauth.token.TokenProvider;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** From a credentials file and the name of a GKE cluster to its API server, and to Ray on it. */
@Timeout(60)
class KubernetesClientTest {
  private static final GkeClusterRef REF =
      GkeClusterRef.of("my-project", "us-west1-b", "kuberay-cluster");
  private static final RayClusterRef RAY = RayClusterRef.of("default", "trainer");
  private static final String VERSION = "{\"major\":\"1\",\"minor\":\"33\"}";

  @TempDir static Path keys;
  private final Google google = new Google();
  @TempDir Path home;
  private ApiServer apiServer;
  private GkeClusters clusters;

  @BeforeAll
  static void makeKey() throws Exception {
    ApiServer.makeKey(keys);
  }

  @BeforeEach
  void start() throws Exception {
    apiServer = ApiServer.start(keys);
    google.answerGet(
        CONTAINER + REF,
        200,
        """
        {"name":"kuberay-cluster","location":"us-west1-b","status":"RUNNING","endpoint":"%s",
         "masterAuth":{"clusterCaCertificate":"%s"}}
        """
            .formatted(apiServer.address(), apiServer.authority()));
    google.giveTokens(TOKENS, "canary-ya29.one", "canary-ya29.two");
    Map<String, String> environment =
        Map.of("GOOGLE_APPLICATION_CREDENTIALS", new CredentialFiles(home).user().toString());
    clusters =
        GkeClusters.using(
            GoogleTokenProvider.applicationDefault(
                google.surroundings(home, environment, TimeSource.system())));
  }

  @AfterEach
  void close() {
    apiServer.close();
    google.close();
  }

  @Test
  void kubernetesClient_withTheAccountsToken_trustsTheClustersOwnAuthority() {
    apiServer.letIn("canary-ya29.one", 200, VERSION);

    try (KubernetesClient client = clusters.get(REF).kubernetesClient()) {
      assertThat(client.getKubernetesVersion().getMinor()).isEqualTo("33");
    }
  }

  @Test
  void kubernetesClient_whenItsTokenIsRefused_dropsItAndAsksAgain() {
    apiServer.letIn("canary-ya29.two", 200, VERSION);

    try (KubernetesClient client = clusters.get(REF).kubernetesClient()) {
      assertThat(client.getKubernetesVersion().getMinor()).isEqualTo("33");
    }

    assertThat(google.requests(TOKENS)).hasSize(2);
    assertThat(apiServer.requests()).isEqualTo(2);
  }

  @Test
  void kubernetesClient_whenEveryTokenIsRefused_endsWithTheRefusal() {
    apiServer.letIn("canary-ya29.nobody", 200, VERSION);

    try (KubernetesClient client = clusters.get(REF).kubernetesClient()) {
      KubernetesClientException error =
          catchThrowableOfType(KubernetesClientException.class, client::getKubernetesVersion);

      assertThat(error.getCode()).isEqualTo(401);
    }

    assertThat(apiServer.requests()).isEqualTo(2);
  }

  @Test
  void kubernetesClient_asASourceOfTokens_tellsTheirEnd() {
    apiServer.letIn("canary-ya29.one", 200, VERSION);

    try (KubernetesClient client = clusters.get(REF).kubernetesClient()) {
      TokenProvider tokens = KubeconfigTokenProvider.of(client);

      assertThat(tokens.token().value()).isEqualTo("canary-ya29.one");
      assertThat(tokens.token().expiresAt()).isPresent();
    }
  }

  @Test
  void connection_whenTheProxyRefusesTheToken_goesOnWithTheNextOne() {
    FakeUser jane = FakeUser.named("jane@example.com").token("canary-ya29.two").verbs("*");
    apiServer.haveRayCluster("canary-ya29.one", "canary-ya29.two");
    try (FakeRay ray = FakeRay.builder().gate(Gate.kubeRbacProxy(jane)).start();
        RayConnection connection =
            RayClusters.using(clusters.get(REF).kubernetesClient())
                .connecting(RAY)
                .route(Route.to(ray.url().toString()))
                .closesClient()
                .connect()) {
      assertThat(connection.jobs().jobs()).isEmpty();
    }

    assertThat(google.requests(TOKENS)).hasSize(2);
  }

  @Test
  void connect_whenRbacRefuses_printsTheRoleBinding() {
    apiServer.letIn(
        "canary-ya29.one",
        403,
        ApiServer.failure(
            403,
            "Forbidden",
            "rayclusters.ray.io \\\"trainer\\\" is forbidden: User \\\"jane@example.com\\\" cannot get resource \\\"rayclusters\\\""));

    GkeCluster cluster = clusters.get(REF);
    RayKubernetesException error =
        catchThrowableOfType(RayKubernetesException.class, () -> cluster.connect(RAY));

    assertThat(error.reason()).isEqualTo(RayKubernetesException.Reason.FORBIDDEN);
    assertThat(error)
        .hasMessageContaining("kind: RoleBinding")
        .hasMessageContaining("resourceNames: [\"trainer\"]")
        .hasMessageContaining("name: \"jane@example.com\"")
        .hasMessageContaining("roles/container.developer");
  }

  @Test
  void connect_whenRbacRefusesTheSecret_letsItBeRead() {
    apiServer.letIn(
        "canary-ya29.one",
        403,
        ApiServer.failure(
            403,
            "Forbidden",
            "secrets \\\"trainer-token\\\" is forbidden: User \\\"jane@example.com\\\" cannot get resource \\\"secrets\\\""));

    GkeCluster cluster = clusters.get(REF);
    RayKubernetesException error =
        catchThrowableOfType(RayKubernetesException.class, () -> cluster.connect(RAY));

    assertThat(error)
        .hasMessageContaining(
            """
            - apiGroups: [""]
              resources: ["secrets"]
              resourceNames: ["trainer-token"]
              verbs: ["get"]
            ---
            """);
  }

  @Test
  void connect_whenRbacRefusesANumber_namesTheMissingScope() {
    apiServer.letIn(
        "canary-ya29.one",
        403,
        ApiServer.failure(403, "Forbidden", "User \\\"110123456789012345678\\\" cannot get"));

    GkeCluster cluster = clusters.get(REF);
    RayKubernetesException error =
        catchThrowableOfType(RayKubernetesException.class, () -> cluster.connect(RAY));

    assertThat(error).hasMessageContaining("does not have the scope userinfo.email");
  }

  @Test
  void connect_whenTheApiServerDoesNotKnowTheToken_saysWhose() {
    apiServer.letIn("canary-ya29.nobody", 200, VERSION);

    GkeCluster cluster = clusters.get(REF);
    RayKubernetesException error =
        catchThrowableOfType(RayKubernetesException.class, () -> cluster.connect(RAY));

    assertThat(error.reason()).isEqualTo(RayKubernetesException.Reason.UNAUTHENTICATED);
    assertThat(error).hasMessageContaining("does not know the token of");
  }

  @Test
  void connect_whenTheApiServerIsOutOfReach_namesTheDoors() {
    GkeCluster cluster = clusters.get(REF);
    apiServer.close();

    RayKubernetesException error =
        catchThrowableOfType(RayKubernetesException.class, () -> cluster.connect(RAY));

    assertThat(error.reason()).isEqualTo(RayKubernetesException.Reason.UNREACHABLE);
    assertThat(error).hasMessageContaining("by PUBLIC https://" + apiServer.address());
  }
}
