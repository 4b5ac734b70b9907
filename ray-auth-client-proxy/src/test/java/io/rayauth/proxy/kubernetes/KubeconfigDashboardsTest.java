package io.rayauth.proxy.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.fabric8.kubernetes.client.KubernetesClient;
import io.rayauth.kubernetes.RayKubernetesException;
import io.rayauth.kubernetes.RayKubernetesException.Reason;
import io.rayauth.proxy.DashboardSource;
import io.rayauth.proxy.DashboardSource.Connection;
import io.rayauth.proxy.DashboardSource.Listed;
import io.rayauth.testkit.FakeRay;
import io.rayauth.testkit.Gate;
import io.rayauth.testsupport.apiserver.FakeApiServer;
import io.rayauth.token.TokenUnavailableException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(120)
class KubeconfigDashboardsTest {
  private static final String ALL = "/apis/ray.io/v1/rayclusters";
  private static final String OWN = "/apis/ray.io/v1/namespaces/team-a/rayclusters";
  private static final String TRAINER =
      """
      {"apiVersion":"ray.io/v1","kind":"RayCluster","metadata":{"name":"trainer","namespace":"team-a","uid":"u1","generation":1},
      "spec":{"rayVersion":"2.60.0","authOptions":{"mode":"token"},"headGroupSpec":{"template":{"spec":{"containers":[
      {"name":"ray-head","ports":[{"name":"dashboard","containerPort":8265}]}]}}}},
      "status":{"observedGeneration":1,"head":{"podName":"head-a"},"conditions":[{"type":"HeadPodReady","status":"True"}]}}\
      """;
  private static final String SLEEPER =
      """
      {"apiVersion":"ray.io/v1","kind":"RayCluster","metadata":{"name":"sleeper","namespace":"team-b","uid":"u2","generation":1},
      "spec":{"suspend":true}}\
      """;

  private final FakeApiServer api = new FakeApiServer();
  private DashboardSource dashboards;
  @TempDir private Path folder;

  @BeforeEach
  void writeKubeconfig() throws Exception {
    dashboards = KubeconfigDashboards.ofFile(kubeconfig(server()));
  }

  @AfterEach
  void close() {
    api.close();
  }

  private String server() {
    try (KubernetesClient client = api.client()) {
      return client.getConfiguration().getMasterUrl();
    }
  }

  private Path kubeconfig(String server) throws Exception {
    String gone;
    try (ServerSocket closed = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      gone = "http://127.0.0.1:" + closed.getLocalPort();
    }
    return Files.writeString(
        folder.resolve("kubeconfig"),
        """
        apiVersion: v1
        kind: Config
        current-context: here
        clusters:
        - {name: here, cluster: {server: "%s"}}
        - {name: gone, cluster: {server: "%s"}}
        users:
        - {name: me, user: {token: canary-kube}}
        - {name: stranger, user: {token: canary-unknown}}
        contexts:
        - {name: here, context: {cluster: here, user: me, namespace: team-a}}
        - {name: gone, context: {cluster: gone, user: me}}
        - {name: expired, context: {cluster: here, user: stranger}}
        """
            .formatted(server, gone));
  }

  private static String list(String... clusters) {
    return "{\"apiVersion\":\"ray.io/v1\",\"kind\":\"RayClusterList\",\"metadata\":{},\"items\":[%s]}"
        .formatted(String.join(",", clusters));
  }

  @Test
  void places_areTheContexts() {
    assertThat(dashboards.places()).containsExactly("here", "gone", "expired");
  }

  @Test
  void places_whenThereIsNoKubeconfig_saysWhichWasLookedFor() {
    Path nowhere = folder.resolve("nowhere");

    assertThatExceptionOfType(TokenUnavailableException.class)
        .isThrownBy(() -> KubeconfigDashboards.ofFile(nowhere).places())
        .withMessageContaining(nowhere.toString());
  }

  @Test
  void list_saysWhatIsReadyAndWhyNotAndWithWhichScheme() {
    api.put(ALL, list(TRAINER, SLEEPER));

    assertThat(dashboards.list("here"))
        .containsExactly(
            new Listed(
                "team-a/trainer", Optional.empty(), Map.of("Scheme", "Ray token", "Ray", "2.60.0")),
            new Listed(
                "team-b/sleeper",
                Optional.of("it is suspended; set spec.suspend to false"),
                Map.of("Scheme", "open to everybody", "Ray", "not declared")));
  }

  @Test
  void list_whenListingAllIsForbidden_looksIntoTheContextsOwnNamespace() {
    api.put(OWN, list(TRAINER));
    api.refuse("/v1/rayclusters", 403, "Forbidden");

    assertThat(dashboards.list("here")).extracting(Listed::name).containsExactly("team-a/trainer");
  }

  @Test
  void list_whenListingIsForbidden_saysWhatToAskFor() {
    api.refuse("/rayclusters", 403, "Forbidden");

    assertThatExceptionOfType(RayKubernetesException.class)
        .isThrownBy(() -> dashboards.list("here"))
        .withMessageContaining("listing the RayClusters of namespace team-a failed")
        .withMessageContaining("ask for the verb list on rayclusters.ray.io there");
  }

  @Test
  void list_whenTheTokenIsNotKnown_saysHowToSeeThat() {
    assertThatExceptionOfType(RayKubernetesException.class)
        .isThrownBy(() -> dashboards.list("expired"))
        .withMessageContaining("'kubectl --context expired auth whoami'")
        .returns(Reason.UNAUTHENTICATED, RayKubernetesException::reason);
  }

  @Test
  void list_whenNobodyListens_saysHowToSeeThat() {
    assertThatExceptionOfType(RayKubernetesException.class)
        .isThrownBy(() -> dashboards.list("gone"))
        .withMessageContaining("'kubectl --context gone version'")
        .returns(Reason.UNREACHABLE, RayKubernetesException::reason);
  }

  @Test
  void list_whenTheContextHasGone_doesNotTakeAnother() {
    api.put(ALL, list(TRAINER));

    assertThatExceptionOfType(RayKubernetesException.class)
        .isThrownBy(() -> dashboards.list("former"))
        .withMessageContaining("has no context 'former' any more")
        .returns(Reason.NOT_FOUND, RayKubernetesException::reason);
    assertThat(api.requests()).isEmpty();
  }

  @Test
  void list_whenTheKubeconfigNamesAFileThatIsNotThere_namesIt() throws Exception {
    Path broken =
        Files.writeString(
            folder.resolve("broken"),
            """
            clusters:
            - {name: c, cluster: {server: "https://127.0.0.1:1", certificate-authority: missing.crt}}
            contexts:
            - {name: it, context: {cluster: c}}
            """);

    assertThatExceptionOfType(RayKubernetesException.class)
        .isThrownBy(() -> KubeconfigDashboards.ofFile(broken).list("it"))
        .withMessageContaining("the context 'it' of the kubeconfig " + broken + " cannot be used")
        .withMessageContaining("missing.crt");
  }

  @Test
  void open_connectsWithTheClustersToken() {
    api.put(OWN + "/trainer", TRAINER);
    api.put(
        "/api/v1/namespaces/team-a/secrets/trainer",
        "{\"apiVersion\":\"v1\",\"kind\":\"Secret\",\"metadata\":{\"name\":\"trainer\"},\"data\":{\"auth_token\":\"%s\"}}"
            .formatted(
                Base64.getEncoder().encodeToString("canary-ray".getBytes(StandardCharsets.UTF_8))));
    try (FakeRay ray = FakeRay.builder().gate(Gate.rayToken("canary-ray")).start()) {
      api.addHead("head-a", ray.url().getPort());
      try (Connection connection = dashboards.open("here", "team-a/trainer")) {
        assertThat(connection.jobs().version().rayVersion()).isEqualTo("2.60.0");
      }
    }
  }

  @Test
  void open_whenTheClusterIsSuspended_saysSo() {
    api.put("/apis/ray.io/v1/namespaces/team-b/rayclusters/sleeper", SLEEPER);

    assertThatExceptionOfType(RayKubernetesException.class)
        .isThrownBy(() -> dashboards.open("here", "team-b/sleeper"))
        .withMessageContaining("is suspended");
  }

  @Test
  void open_whenThatCannotBeAName_asksNobody() {
    for (String name : new String[] {"", "trainer", "a/b/c", "../x", "a/<b>"}) {
      assertThatExceptionOfType(RayKubernetesException.class)
          .isThrownBy(() -> dashboards.open("here", name))
          .withMessage("there is no RayCluster '%s'", name)
          .returns(Reason.NOT_FOUND, RayKubernetesException::reason);
    }
    assertThat(api.requests()).isEmpty();
  }
}
