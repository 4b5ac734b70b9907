package io.rayauth.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fabric8.kubernetes.client.KubernetesClient;
import io.rayauth.JobClient;
import io.rayauth.RetryPolicy;
import io.rayauth.error.RayException;
import io.rayauth.error.RayTransportException;
import io.rayauth.kubernetes.RayKubernetesException.Reason;
import io.rayauth.testkit.FakeRay;
import io.rayauth.testkit.FakeUser;
import io.rayauth.testkit.Gate;
import io.rayauth.testsupport.apiserver.FakeApiServer;
import io.rayauth.testsupport.apiserver.Logged;
import io.rayauth.testsupport.apiserver.TlsFront;
import io.rayauth.token.AccessToken;
import io.rayauth.token.TokenProvider;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(120)
class RayConnectionTest {
  private static final RayClusterRef TRAINER = RayClusterRef.of("default", "trainer");
  private static final String CLUSTERS = "/apis/ray.io/v1/namespaces/default/rayclusters/";
  private static final String SECRET = "/api/v1/namespaces/default/secrets/trainer";
  private static final String MODE = "/api/authentication_mode";
  private static final String MODE_TOKEN = "\"authOptions\":{\"mode\":\"token\"},";
  private static final String KUBERNETES_TOKEN =
      "\"authOptions\":{\"mode\":\"token\",\"enableK8sTokenAuth\":true},";
  private static final String PROXY =
      ",{\"name\":\"kube-rbac-proxy\",\"image\":\"brancz/kube-rbac-proxy:v0.18.1\",\"args\":[\"--upstream=http://127.0.0.1:8443/\"]}";
  private static final FakeUser KUBE =
      FakeUser.named("system:serviceaccount:default:ray-user").token("canary-kube").verbs("*");

  private final FakeApiServer api = new FakeApiServer();
  private final KubernetesClient client = api.client();
  private final RayClusters clusters = RayClusters.using(client);
  private @Nullable FakeRay ray;

  @AfterEach
  void close() {
    stopRay();
    client.close();
    api.close();
  }

  private void cluster(String spec, String moreContainers) {
    cluster("trainer", spec, moreContainers);
  }

  private void cluster(String name, String spec, String moreContainers) {
    api.put(
        CLUSTERS + name,
        """
        {"apiVersion":"ray.io/v1","kind":"RayCluster","metadata":{"name":"%s","namespace":"default","uid":"u1","generation":1},
        "spec":{%s"headGroupSpec":{"template":{"spec":{"containers":[{"name":"ray-head","image":"rayproject/ray:2.60.0",
        "ports":[{"name":"dashboard","containerPort":8265}]}%s]}}}},
        "status":{"observedGeneration":1,"head":{"podName":"head-a","serviceName":"trainer-head-svc"}}}\
        """
            .formatted(name, spec, moreContainers));
  }

  private void secret(String path, String key, String token) {
    api.put(
        path,
        "{\"apiVersion\":\"v1\",\"kind\":\"Secret\",\"metadata\":{\"name\":\"%s\"},\"data\":{\"%s\":\"%s\"}}"
            .formatted(
                path.substring(path.lastIndexOf('/') + 1),
                key,
                Base64.getEncoder().encodeToString(token.getBytes(StandardCharsets.UTF_8))));
  }

  private void stopRay() {
    if (ray != null) {
      ray.close();
    }
  }

  private FakeRay ray(Gate gate) {
    ray = FakeRay.builder().gate(gate).start();
    api.addHead("head-a", ray.url().getPort());
    api.addService("trainer-head-svc:dashboard", ray.url().getPort());
    return ray;
  }

  private static Reason reason(Throwable e) {
    return ((RayKubernetesException) e).reason();
  }

  @Test
  void connect_whenRayWantsItsOwnToken_takesItFromTheSecretThroughAPortForward() {
    cluster(MODE_TOKEN, "");
    secret(SECRET, "auth_token", "canary-ray");
    FakeRay dashboard = ray(Gate.rayToken("canary-ray"));
    try (RayConnection connection = clusters.connect(TRAINER)) {
      assertThat(connection.jobs().version().rayVersion()).isEqualTo("2.60.0");
      assertThat(connection.authScheme()).isEqualTo(AuthScheme.RAY_TOKEN);
      assertThat(connection.schemeReason())
          .isEqualTo(
              "the dashboard says that it wants a token, and spec.authOptions.mode is token");
      assertThat(connection.route()).isEqualTo(Route.portForward());
      assertThat(connection.routeReason())
          .isEqualTo(
              "by a port-forward to head pod default/head-a: this program runs outside of the Kubernetes cluster");
      assertThat(connection.endpoint().url().getHost()).isEqualTo("127.0.0.1");
      assertThat(dashboard.calls()).isNotEmpty();
    }
  }

  @Test
  void connect_whenTheSecretHasAnotherTokenLater_readsItAgain() {
    cluster(MODE_TOKEN, "");
    secret(SECRET, "auth_token", "canary-old");
    FakeRay dashboard = ray(Gate.rayToken("canary-old"));
    try (RayConnection connection = clusters.connect(TRAINER)) {
      connection.jobs().version();
      secret(SECRET, "auth_token", "canary-new");
      dashboard.accept("canary-new");
      dashboard.revoke("canary-old");

      assertThat(connection.jobs().version().rayVersion()).isEqualTo("2.60.0");
    }
  }

  @Test
  void connect_whenTheClusterIsRecreatedWithAnotherSecret_goesOnThere() {
    cluster(MODE_TOKEN, "");
    secret(SECRET, "auth_token", "canary-old");
    ray(Gate.rayToken("canary-old"));
    try (RayConnection connection = clusters.connect(TRAINER)) {
      connection.jobs().version();
      stopRay();
      api.kill("head-a");
      cluster("\"authOptions\":{\"mode\":\"token\",\"secretName\":\"mine\"},", "");
      secret("/api/v1/namespaces/default/secrets/mine", "auth_token", "canary-new");
      try (FakeRay anew = FakeRay.builder().gate(Gate.rayToken("canary-new")).start()) {
        api.addHead("head-b", anew.url().getPort());

        assertThat(connection.jobs().version().rayVersion()).isEqualTo("2.60.0");
      }
    }
  }

  @Test
  void connect_whenTheSchemeChangesLater_saysSo() {
    cluster(MODE_TOKEN, "");
    secret(SECRET, "auth_token", "canary-ray");
    ray(Gate.rayToken("canary-ray"));
    try (RayConnection connection = clusters.connect(TRAINER)) {
      connection.jobs().version();
      stopRay();
      api.kill("head-a");
      cluster("", PROXY);
      try (FakeRay after = FakeRay.builder().gate(Gate.kubeRbacProxy(KUBE)).start()) {
        api.addHead("head-b", after.url().getPort());

        assertThatThrownBy(() -> connection.jobs().version())
            .isInstanceOf(RayException.class)
            .hasMessageStartingWith(
                "RayCluster default/trainer has changed from RAY_TOKEN to KUBE_RBAC_PROXY since this connection was made")
            .hasMessageEndingWith("connect again");
      }
    }
  }

  @Test
  void connect_whenTheSchemeChangesUnderTheCallersOwnTokens_saysSo() {
    cluster(MODE_TOKEN, "");
    ray(Gate.rayToken("canary-ray"));
    try (RayConnection connection =
        clusters.connecting(TRAINER).tokenProvider(TokenProvider.of("canary-ray")).connect()) {
      connection.jobs().version();
      stopRay();
      api.kill("head-a");
      cluster("", PROXY);
      try (FakeRay after = FakeRay.builder().gate(Gate.kubeRbacProxy(KUBE)).start()) {
        api.addHead("head-b", after.url().getPort());

        assertThatThrownBy(() -> connection.jobs().version())
            .hasMessageStartingWith(
                "RayCluster default/trainer has changed from RAY_TOKEN to KUBE_RBAC_PROXY since this connection was made")
            .hasMessageContaining("the head pod has the container 'kube-rbac-proxy'")
            .hasMessageEndingWith("connect again")
            .extracting(RayConnectionTest::reason)
            .isEqualTo(Reason.CONFLICT);
      }
    }
  }

  @Test
  void connect_whenAnOpenClusterIsProtectedLater_saysSo() {
    cluster("", "");
    FakeRay open = ray(Gate.open());
    try (Logged logged = Logged.by(RayConnection.class);
        RayConnection connection =
            clusters.connecting(TRAINER).tokenProvider(TokenProvider.of("canary-mine")).connect()) {
      connection.jobs().version();
      assertThat(open.calls()).noneMatch(call -> call.header("Authorization").isPresent());
      assertThat(logged.warnings()).hasSize(1);
      stopRay();
      api.kill("head-a");
      cluster(MODE_TOKEN, "");
      try (FakeRay after = FakeRay.builder().gate(Gate.rayToken("canary-ray")).start()) {
        api.addHead("head-b", after.url().getPort());

        assertThatThrownBy(() -> connection.jobs().version())
            .hasMessageStartingWith(
                "RayCluster default/trainer has changed from OPEN to RAY_TOKEN since this connection was made")
            .hasMessageEndingWith("connect again")
            .extracting(RayConnectionTest::reason)
            .isEqualTo(Reason.CONFLICT);
        assertThat(after.calls()).noneMatch(call -> call.header("Authorization").isPresent());
      }
    }
  }

  @Test
  void connect_whenTheCallersOwnCacheHoldsARefusedToken_hasItFetchAnother() {
    cluster(MODE_TOKEN, "");
    FakeRay dashboard = ray(Gate.rayToken("canary-1", "canary-2"));
    AtomicInteger asked = new AtomicInteger();
    TokenProvider cached =
        ((TokenProvider) () -> AccessToken.of("canary-" + asked.incrementAndGet())).cached();
    try (RayConnection connection = clusters.connecting(TRAINER).tokenProvider(cached).connect()) {
      connection.jobs().version();
      dashboard.revoke("canary-1");

      assertThat(connection.jobs().version().rayVersion()).isEqualTo("2.60.0");
      assertThat(asked).hasValue(2);
    }
  }

  @Test
  void connect_whenATlsListenerStillStarts_waitsAndSpeaksTls(@TempDir Path folder)
      throws Exception {
    cluster("", PROXY);
    SSLContext identity = TlsFront.selfSigned(folder);
    try (FakeRay behind = FakeRay.builder().gate(Gate.kubeRbacProxy(KUBE)).tls(identity).start();
        TlsFront front = new TlsFront(behind.url().getPort(), 2)) {
      api.addHead("head-a", front.port());

      try (RayConnection connection = clusters.connect(TRAINER)) {
        assertThat(connection.endpoint().url().getScheme()).isEqualTo("https");
        assertThat(connection.routeReason()).endsWith("; its listener speaks TLS");
        assertThat(connection.jobs().version().rayVersion()).isEqualTo("2.60.0");
        assertThat(behind.calls()).isNotEmpty();
      }
    }
  }

  @Test
  void jobs_whenThePortForwardFailsUnderTls_sayWhatItKnows(@TempDir Path folder) throws Exception {
    cluster("", PROXY);
    SSLContext identity = TlsFront.selfSigned(folder);
    try (FakeRay behind = FakeRay.builder().gate(Gate.kubeRbacProxy(KUBE)).tls(identity).start();
        TlsFront front = new TlsFront(behind.url().getPort(), 0)) {
      api.addHead("head-a", front.port());
      try (RayConnection connection =
          clusters
              .connecting(TRAINER)
              .headTimeout(Duration.ofSeconds(1))
              .jobClient(jobs -> jobs.retryPolicy(RetryPolicy.none()))
              .connect()) {
        connection.jobs().version();
        api.kill("head-a");
        api.addPendingHead("head-b");

        assertThatThrownBy(() -> connection.jobs().version())
            .isInstanceOf(RayTransportException.class)
            .hasMessageEndingWith(
                " (head pod default/head-b is Pending and not ready: 0/3 nodes are available: insufficient cpu)");
      }
      assertThat(behind.calls()).isNotEmpty();
    }
  }

  @Test
  void connect_whenTheDashboardAcceptsAndIsSilent_givesUpInTime() throws Exception {
    cluster(MODE_TOKEN, "");
    try (ServerSocket silent = new ServerSocket(0, 5, InetAddress.getLoopbackAddress())) {
      RayConnection.Builder connecting =
          clusters
              .connecting(TRAINER)
              .route(Route.to("http://127.0.0.1:" + silent.getLocalPort()))
              .headTimeout(Duration.ofMillis(300));
      long start = System.nanoTime();

      assertThatThrownBy(connecting::connect)
          .hasMessageContaining("does not answer by http://127.0.0.1:")
          .extracting(RayConnectionTest::reason)
          .isEqualTo(Reason.NOT_READY);
      assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(20));
    }
  }

  @Test
  void connect_whenNobodyListensInTheHead_saysSoInTime() throws Exception {
    cluster(MODE_TOKEN, "");
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      api.addHead("head-a", taken.getLocalPort());
    }

    assertThatThrownBy(
            () -> clusters.connecting(TRAINER).headTimeout(Duration.ofMillis(500)).connect())
        .hasMessageContaining("port-forward to head pod default/head-a: error forwarding port")
        .extracting(RayConnectionTest::reason)
        .isEqualTo(Reason.NOT_READY);
  }

  @Test
  void connect_whenAnOldRayAnswersForAnOpenCluster_isOpen() {
    cluster("", "");
    FakeRay dashboard = ray(Gate.open());
    dashboard.onNext("GET", MODE).respond(404, "404: Not Found");
    try (Logged logged = Logged.by(RayConnection.class);
        RayConnection connection = clusters.connect(TRAINER)) {
      assertThat(connection.authScheme()).isEqualTo(AuthScheme.OPEN);
      assertThat(logged.warnings()).hasSize(1);
    }
  }

  @Test
  void connect_whenAnOldRayAnswersForAProtectedCluster_saysWhatWasExpected() {
    cluster(MODE_TOKEN, "");
    FakeRay dashboard = ray(Gate.open());
    dashboard.onNext("GET", MODE).respond(404, "404: Not Found");

    assertThatThrownBy(() -> clusters.connect(TRAINER))
        .hasMessageStartingWith(
            "RayCluster default/trainer declares RAY_TOKEN (spec.authOptions.mode is token), and http://127.0.0.1:")
        .hasMessageEndingWith(
            " answers as Ray before 2.52 does, which has no authentication, or is not the dashboard: status 404 404: Not Found")
        .extracting(RayConnectionTest::reason)
        .isEqualTo(Reason.INVALID);
  }

  @Test
  void connect_whenSomethingElseKnowsNoSuchPage_isNotTakenForAnOpenRay() {
    cluster("", "");
    FakeRay dashboard = ray(Gate.open());
    dashboard.onNext("GET", MODE).respond(404, "default backend - 404");

    assertThatThrownBy(() -> clusters.connect(TRAINER))
        .hasMessageContaining("declares OPEN (spec.authOptions is not set)")
        .hasMessageEndingWith(
            " answers neither as Ray nor as kube-rbac-proxy does: status 404 default backend - 404");
  }

  @Test
  void serviceProxy_whenTheServiceIsMissing_namesIt() {
    cluster(MODE_TOKEN, "");

    assertThatThrownBy(() -> clusters.connecting(TRAINER).route(Route.serviceProxy()).connect())
        .hasMessageContaining("services \"trainer-head-svc\" not found")
        .extracting(RayConnectionTest::reason)
        .isEqualTo(Reason.NOT_FOUND);
  }

  @Test
  void connect_whenPlainHttpLeadsElsewhere_isRefusedUnlessTheClientMay() {
    cluster(MODE_TOKEN, "");
    RayConnection.Builder connecting =
        clusters
            .connecting(TRAINER)
            .route(Route.to("http://ray.invalid:8265"))
            .headTimeout(Duration.ofMillis(300));

    assertThatThrownBy(connecting::connect)
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("is plain http to another host");
    assertThatThrownBy(connecting.jobClient(JobClient.Builder::allowPlainHttp)::connect)
        .extracting(RayConnectionTest::reason)
        .isEqualTo(Reason.NOT_READY);
  }

  @Test
  void connect_whenARayServiceIsUpgraded_goesOnWithTheNextClusterAndItsToken() {
    service("serve-a");
    cluster("serve-a", MODE_TOKEN, "");
    secret("/api/v1/namespaces/default/secrets/serve-a", "auth_token", "canary-a");
    ray(Gate.rayToken("canary-a"));
    try (RayConnection connection = clusters.connect(RayServiceRef.of("default", "serve"))) {
      assertThat(connection.jobs().version().rayVersion()).isEqualTo("2.60.0");
      assertThat(connection).asString().startsWith("RayConnection[RayService default/serve, ");
      service("serve-b");
      cluster("serve-b", MODE_TOKEN, "");
      secret("/api/v1/namespaces/default/secrets/serve-b", "auth_token", "canary-b");
      api.remove(CLUSTERS + "serve-a");
      stopRay();
      api.kill("head-a");
      try (FakeRay next = FakeRay.builder().gate(Gate.rayToken("canary-b")).start()) {
        api.addHead("head-b", next.url().getPort());

        assertThat(connection.jobs().version().rayVersion()).isEqualTo("2.60.0");
      }
    }
  }

  @Test
  void serviceProxy_ofARayService_takesTheServiceThatMovesAtAnUpgrade() {
    service("serve-a");
    cluster("serve-a", MODE_TOKEN, "");
    secret("/api/v1/namespaces/default/secrets/serve-a", "auth_token", "canary-a");
    FakeRay dashboard = ray(Gate.rayToken("canary-a"));
    api.addService("serve-head-svc:dashboard", dashboard.url().getPort());
    try (RayConnection connection =
        clusters
            .connecting(RayServiceRef.of("default", "serve"))
            .route(Route.serviceProxy())
            .connect()) {
      assertThat(connection.endpoint().url().getPath()).contains("/services/serve-head-svc:");
      assertThat(connection.jobs().version().rayVersion()).isEqualTo("2.60.0");
    }
  }

  private void service(String activeCluster) {
    api.put(
        "/apis/ray.io/v1/namespaces/default/rayservices/serve",
        """
        {"apiVersion":"ray.io/v1","kind":"RayService","metadata":{"name":"serve","namespace":"default"},
        "status":{"activeServiceStatus":{"rayClusterName":"%s"}}}\
        """
            .formatted(activeCluster));
  }

  @Test
  void connect_whenTheSecretHasNoToken_namesSecretAndKey() {
    cluster(MODE_TOKEN, "");
    secret(SECRET, "token", "canary-ray");
    FakeRay dashboard = ray(Gate.rayToken("canary-ray"));
    assertThatThrownBy(() -> clusters.connect(TRAINER))
        .hasMessage(
            "Secret default/trainer has no key 'auth_token', where the token of RayCluster default/trainer is to be")
        .extracting(RayConnectionTest::reason)
        .isEqualTo(Reason.INVALID);
    assertThat(dashboard.calls()).hasSize(1);
  }

  @Test
  void connect_whenTheSecretMayNotBeRead_namesTheVerb() {
    cluster(MODE_TOKEN, "");
    api.refuse("/secrets/trainer", 403, "Forbidden");
    FakeRay dashboard = ray(Gate.rayToken("canary-ray"));
    assertThatThrownBy(() -> clusters.connect(TRAINER))
        .hasMessageContaining(
            "reading Secret default/trainer, which holds the token of RayCluster default/trainer (the verb get on secrets), failed: ")
        .extracting(RayConnectionTest::reason)
        .isEqualTo(Reason.FORBIDDEN);
  }

  @Test
  void connect_whenTheClusterMayNotBeRead_saysSo() {
    api.refuse("/rayclusters/trainer", 403, "Forbidden");

    assertThatThrownBy(() -> clusters.connect(TRAINER))
        .hasMessageStartingWith("reading RayCluster default/trainer failed: Forbidden")
        .extracting(RayConnectionTest::reason)
        .isEqualTo(Reason.FORBIDDEN);
  }

  @Test
  void connect_whenPortforwardIsForbidden_namesTheVerb() {
    cluster(MODE_TOKEN, "");
    api.refuse("/portforward", 403, "Forbidden");
    FakeRay dashboard = ray(Gate.rayToken("canary-ray"));
    assertThatThrownBy(() -> clusters.connect(TRAINER))
        .hasMessageStartingWith(
            "no right to portforward: create on pods/portforward in namespace default");
    assertThat(dashboard.calls()).isEmpty();
  }

  @Test
  void connect_whenTheClusterIsSuspended_saysHowToResume() {
    cluster("\"suspend\":true,", "");

    assertThatThrownBy(() -> clusters.connect(TRAINER))
        .hasMessage(
            "RayCluster default/trainer is suspended and has no pods; set spec.suspend to false")
        .extracting(RayConnectionTest::reason)
        .isEqualTo(Reason.NOT_READY);
  }

  @Test
  void connect_whenTheHeadIsPending_saysWhy() {
    cluster(MODE_TOKEN, "");
    api.addPendingHead("head-a");

    assertThatThrownBy(
            () -> clusters.connecting(TRAINER).headTimeout(Duration.ofMillis(300)).connect())
        .hasMessage(
            "head pod default/head-a is Pending and not ready: 0/3 nodes are available: insufficient cpu");
  }

  @Test
  void connect_whenBehindKubeRbacProxy_sendsTheKubernetesUsersToken() {
    cluster("", PROXY);
    FakeRay dashboard = ray(Gate.kubeRbacProxy(KUBE));
    try (RayConnection connection = clusters.connect(TRAINER)) {
      assertThat(connection.jobs().version().rayVersion()).isEqualTo("2.60.0");
      assertThat(connection.authScheme()).isEqualTo(AuthScheme.KUBE_RBAC_PROXY);
      assertThat(connection.schemeReason())
          .startsWith("a request without token was refused in the words of kube-rbac-proxy, and ");
      assertThat(dashboard.calls()).isNotEmpty();
    }
  }

  @Test
  void connect_whenRayChecksBehindTheProxyToo_sendsBothTokens() {
    cluster(MODE_TOKEN, PROXY);
    secret(SECRET, "auth_token", "canary-ray");
    FakeRay dashboard = ray(Gate.kubeRbacProxy(KUBE).inFrontOf(Gate.rayToken("canary-ray")));
    try (RayConnection connection = clusters.connect(TRAINER)) {
      assertThat(connection.jobs().version().rayVersion()).isEqualTo("2.60.0");
      assertThat(dashboard.calls()).isNotEmpty();
    }
  }

  @Test
  void connect_whenTheCallerHasAProvider_asksNobodyElse() {
    cluster(KUBERNETES_TOKEN, "");
    FakeUser owner = FakeUser.named("me").token("canary-mine").verbs("ray:write");
    FakeRay dashboard = ray(Gate.rayKubernetesToken(owner));
    try (RayConnection connection =
        clusters.connecting(TRAINER).tokenProvider(TokenProvider.of("canary-mine")).connect()) {
      assertThat(connection.jobs().version().rayVersion()).isEqualTo("2.60.0");
      assertThat(connection.authScheme()).isEqualTo(AuthScheme.KUBERNETES_TOKEN);
      assertThat(api.requests()).noneMatch(request -> request.contains("/secrets/"));
      assertThat(dashboard.calls()).isNotEmpty();
    }
  }

  @Test
  void connect_whenAuthOptionsAreEmpty_believesTheDashboardAndWarns() {
    cluster("\"authOptions\":{},", "");
    secret(SECRET, "auth_token", "canary-ray");
    FakeRay dashboard = ray(Gate.open());
    try (Logged logged = Logged.by(RayConnection.class);
        RayConnection connection = clusters.connect(TRAINER)) {
      assertThat(connection.authScheme()).isEqualTo(AuthScheme.OPEN);
      assertThat(connection.schemeReason())
          .startsWith("the dashboard says that its authentication is disabled, and ")
          .contains("spec.authOptions is set without mode: token");
      assertThat(connection.jobs().version().rayVersion()).isEqualTo("2.60.0");
      assertThat(logged.warnings())
          .anySatisfy(
              warning -> assertThat(warning).contains("RayCluster default/trainer is open"));
      assertThat(dashboard.calls()).isNotEmpty();
    }
  }

  @Test
  void connect_whenTheWireContradictsTheCluster_believesTheWire() {
    cluster("", "");
    FakeRay dashboard = ray(Gate.rayToken("canary-ray"));
    assertThatThrownBy(() -> clusters.connect(TRAINER))
        .hasMessageStartingWith(
            "RayCluster default/trainer wants a token and names no Secret that holds it");
    try (RayConnection connection =
        clusters.connecting(TRAINER).tokenProvider(TokenProvider.of("canary-ray")).connect()) {
      assertThat(connection.schemeReason())
          .isEqualTo(
              "the dashboard says that it wants a token, although spec.authOptions is not set");
      assertThat(connection.jobs().version().rayVersion()).isEqualTo("2.60.0");
    }
    assertThat(dashboard.calls()).isNotEmpty();
  }

  @Test
  void serviceProxy_whenRayWantsItsOwnToken_sendsItBesideTheKubernetesToken() {
    cluster(MODE_TOKEN, "");
    secret(SECRET, "auth_token", "canary-ray");
    FakeRay dashboard = ray(Gate.rayToken("canary-ray"));
    try (RayConnection connection =
        clusters.connecting(TRAINER).route(Route.serviceProxy()).connect()) {
      assertThat(connection.jobs().version().rayVersion()).isEqualTo("2.60.0");
      assertThat(connection.endpoint().url().getPath())
          .isEqualTo("/api/v1/namespaces/default/services/trainer-head-svc:dashboard/proxy");
      assertThat(dashboard.calls()).isNotEmpty();
    }
  }

  @Test
  void serviceProxy_whenBehindKubeRbacProxy_isRefusedWithTheReason() {
    cluster("", PROXY);
    FakeRay dashboard = ray(Gate.kubeRbacProxy(KUBE));
    assertThatThrownBy(() -> clusters.connecting(TRAINER).route(Route.serviceProxy()).connect())
        .hasMessageContaining(
            "its kube-rbac-proxy reads the token from Authorization, which the API server takes for itself")
        .extracting(RayConnectionTest::reason)
        .isEqualTo(Reason.INVALID);
    assertThat(dashboard.calls()).isEmpty();
  }

  @Test
  void serviceProxy_whenTheRightIsMissing_namesIt() {
    cluster(MODE_TOKEN, "");
    api.refuse("/proxy/api/authentication_mode", 403, "Forbidden");
    FakeRay dashboard = ray(Gate.rayToken("canary-ray"));
    assertThatThrownBy(() -> clusters.connecting(TRAINER).route(Route.serviceProxy()).connect())
        .hasMessageContaining("verbs on services/proxy")
        .extracting(RayConnectionTest::reason)
        .isEqualTo(Reason.FORBIDDEN);
    assertThat(dashboard.calls()).isEmpty();
  }

  @Test
  void connect_whenInAPodOfTheSameCluster_takesTheHeadService() {
    cluster(MODE_TOKEN, "");

    assertThatThrownBy(() ->
            clusters
                .connecting(TRAINER)
                .environment(Map.of("KUBERNETES_SERVICE_HOST", "127.0.0.1"))
                .headTimeout(Duration.ofMillis(300))
                .connect())
        .hasMessageStartingWith(
            "the dashboard of RayCluster default/trainer does not answer by http://trainer-head-svc.default.svc:8265: ");
  }

  @Test
  void connect_whenAnAddressIsGiven_goesThere() {
    cluster(MODE_TOKEN, "");
    secret(SECRET, "auth_token", "canary-ray");
    FakeRay dashboard = ray(Gate.rayToken("canary-ray"));
    try (RayConnection connection =
        clusters.connecting(TRAINER).route(Route.to(dashboard.url().toString())).connect()) {
      assertThat(connection.endpoint().url()).isEqualTo(dashboard.url());
      assertThat(connection.jobs().version().rayVersion()).isEqualTo("2.60.0");
      assertThat(api.requests()).noneMatch(request -> request.endsWith("/portforward"));
    }
  }

  @Test
  void connect_whenALoginPageAnswers_saysSo() {
    cluster(MODE_TOKEN, "");
    FakeRay dashboard = ray(Gate.open());
    dashboard.onNext("GET", MODE).respond(302, "", "Location", "https://login.example/?state=x");
    assertThatThrownBy(() -> clusters.connect(TRAINER))
        .hasMessageContaining("answers with a login page or a redirect (status 302)");
  }

  @Test
  void close_leavesThePortFreeAndTheKubernetesClientOpen() {
    cluster(MODE_TOKEN, "");
    secret(SECRET, "auth_token", "canary-ray");
    FakeRay dashboard = ray(Gate.rayToken("canary-ray"));
    RayConnection connection = clusters.connect(TRAINER);
    int port = connection.endpoint().url().getPort();

    connection.close();
    connection.close();

    assertThatThrownBy(
            () -> new java.net.Socket(java.net.InetAddress.getLoopbackAddress(), port).close())
        .isInstanceOf(java.net.ConnectException.class);
    assertThat(clusters.find(TRAINER)).isPresent();
    assertThat(dashboard.calls()).isNotEmpty();
  }

  @Test
  void close_ofAConnectionThatWasGivenTheClient_closesIt() {
    cluster(MODE_TOKEN, "");
    secret(SECRET, "auth_token", "canary-ray");
    ray(Gate.rayToken("canary-ray"));
    RayConnection connection = clusters.connecting(TRAINER).closesClient().connect();
    assertThat(clusters.find(TRAINER)).isPresent();

    connection.close();

    assertThatThrownBy(() -> clusters.find(TRAINER)).hasStackTraceContaining("closed");
  }

  @Test
  void connect_thatFailsAndWasGivenTheClient_closesIt() {
    assertThatThrownBy(() -> clusters.connecting(TRAINER).closesClient().connect())
        .isInstanceOf(RayKubernetesException.class);

    assertThatThrownBy(() -> clusters.find(TRAINER)).hasStackTraceContaining("closed");
  }
}
