package io.rayauth.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.rayauth.error.RayException;
import io.rayauth.job.JobId;
import io.rayauth.kubernetes.AuthScheme;
import io.rayauth.kubernetes.Grant;
import io.rayauth.kubernetes.RayAccess;
import io.rayauth.kubernetes.RayClusterRef;
import io.rayauth.kubernetes.RayClusterSpec;
import io.rayauth.kubernetes.RayClusters;
import io.rayauth.kubernetes.RayConnection;
import io.rayauth.kubernetes.RayRole;
import io.rayauth.kubernetes.Route;
import io.rayauth.kubernetes.ServiceAccountTokenProvider;
import io.rayauth.kubernetes.ServiceAccounts;
import io.rayauth.kubernetes.Subject;
import io.rayauth.proxy.DashboardProxy;
import io.rayauth.proxy.DashboardProxyListener;
import io.rayauth.token.AccessToken;
import io.rayauth.token.TokenProvider;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.ResourceAccessMode;
import org.junit.jupiter.api.parallel.ResourceLock;

/**
 * Looks at the dashboard of Ray through the proxy in each of the three schemes, by each of the
 * three roads, while the token that lets the proxy in is revoked.
 */
@Tag("browser")
@Timeout(420)
@WithKubeStack
@ResourceLock(value = WithKubeStack.API_SERVER, mode = ResourceAccessMode.READ)
class DashboardInBrowserTest {
  private static final Duration READY = Duration.ofMinutes(2);

  /** kube-rbac-proxy remembers for two minutes whose a token is. */
  private static final Duration TOKEN_FORGOTTEN = Duration.ofSeconds(200);

  /** After half of this life a client gets the next token, and the old one is still good. */
  private static final Duration SHORT_LIFE = Duration.ofSeconds(20);

  private final KubeStack stack;
  private final TestNamespace namespace;
  private final RayClusters clusters;
  private final RayClusterRef cluster;

  DashboardInBrowserTest(KubeStack stack) {
    this.stack = stack;
    this.namespace =
        TestNamespace.create(stack, "dashboard-" + UUID.randomUUID().toString().substring(0, 8));
    this.clusters = RayClusters.using(namespace.admin());
    this.cluster = namespace.cluster("trainer");
  }

  @AfterEach
  void close() {
    stack.stopHead(cluster.namespace(), cluster.name());
    clusters.delete(cluster);
    namespace.close();
  }

  @Test
  void kubeRbacProxy_byPortForward_showsEveryPageAndOutlivesItsToken(@TempDir Path folder)
      throws IOException {
    deploy(RayClusterSpec.of(cluster).rayVersion("2.46.0").kubeRbacProxy().build());
    TokensOnRecord tokens = new TokensOnRecord(newServiceAccount());
    grant(RayRole.SUBMITTER);

    try (RayConnection connection = connect(Route.portForward(), tokens)) {
      assertThat(connection.authScheme()).isEqualTo(AuthScheme.KUBE_RBAC_PROXY);
      Runnable revocation =
          () -> {
            assertThat(tokens.count()).as("tokens before any was revoked").isOne();
            revokeAllTokens();
          };
      lookAround(connection, tokens, "kube-rbac-proxy", revocation, folder);
    }
  }

  @Test
  void rayToken_byServiceProxy_showsEveryPageAndOutlivesItsToken(@TempDir Path folder)
      throws IOException {
    deploy(RayClusterSpec.of(cluster).rayVersion("2.55.0").rayToken().build());
    String token = tokenOfTheOperatorsSecret();
    AtomicInteger given = new AtomicInteger();
    TokensOnRecord tokens =
        new TokensOnRecord(() ->
            switch (given.getAndIncrement()) {
              case 0 -> AccessToken.of(token, Instant.now().plus(SHORT_LIFE));
              case 1 -> AccessToken.of("canary-of-an-earlier-cluster");
              default -> AccessToken.of(token);
            });

    try (RayConnection connection = connect(Route.serviceProxy(), tokens)) {
      assertThat(connection.authScheme()).isEqualTo(AuthScheme.RAY_TOKEN);
      lookAround(connection, tokens, "ray-token", () -> {}, folder);
    }
  }

  /** Ray itself knows a token for five minutes, so it is the second one that is revoked, unused. */
  @Test
  void kubernetesToken_direct_showsEveryPageAndOutlivesItsToken(@TempDir Path folder)
      throws IOException {
    KubeStack.Head head =
        deploy(RayClusterSpec.of(cluster).rayVersion("2.57.0").kubernetesToken().build());
    TokenProvider serviceAccount = newServiceAccount();
    AtomicInteger given = new AtomicInteger();
    TokensOnRecord tokens =
        new TokensOnRecord(() -> {
          String token = serviceAccount.token().value();
          return switch (given.getAndIncrement()) {
            case 0 -> AccessToken.of(token, Instant.now().plus(SHORT_LIFE));
            case 1 -> {
              revokeAllTokens();
              yield AccessToken.of(token);
            }
            default -> AccessToken.of(token);
          };
        });
    grant(RayRole.SUBMITTER);

    Route direct = Route.to(head.dashboard().toString());
    try (RayConnection connection = connect(direct, tokens)) {
      assertThat(connection.authScheme()).isEqualTo(AuthScheme.KUBERNETES_TOKEN);
      lookAround(connection, tokens, "kubernetes-token", () -> {}, folder);
    }
  }

  private void lookAround(
      RayConnection connection,
      TokensOnRecord tokens,
      String scheme,
      Runnable revocation,
      Path folder)
      throws IOException {
    JobId job = connection.jobs().submit(DashboardTour.COUNTING).id();
    Upstream upstream = new Upstream();
    Path archive = folder.resolve("archive.har");
    try (DashboardProxy proxy = DashboardProxy.to(connection.jobs()).listener(upstream).start()) {
      try (Chromium browser = Chromium.startRecording(archive)) {
        DashboardPage dashboard = DashboardPage.open(browser, proxy.url());
        dashboard.watching(
            scheme,
            () -> {
              dashboard.awaitOverview();
              assertThat(dashboard.tab().url()).isEqualTo(proxy.address() + "/#/overview");
              assertThat(dashboard.tab().evaluate("() => document.cookie")).isEqualTo("");
              revocation.run();

              DashboardTour.through(dashboard, job, scheme);
              dashboard.openJob(job);
              dashboard.followLog(job);
              dashboard.openJobs(job); // is asked for every four seconds
              dashboard.stayUntil(() -> upstream.replacedTokens.get() > 0, TOKEN_FORGOTTEN);
              dashboard.openOverview();

              assertThat(upstream.failures).isEmpty();
              assertThat(dashboard.complaints().unexpected()).isEmpty();
            });
      }
    }
    connection.jobs().stop(job);
    assertThat(tokens.count()).as("tokens that were asked for").isGreaterThan(1);
    assertThat(tokens.isAnyIn(Files.readString(archive)))
        .as("a token in what the browser sent or got")
        .isFalse();
  }

  /** Deploys, and runs what the pods would run: here they are entries only. */
  private KubeStack.Head deploy(RayClusterSpec spec) {
    clusters.deploy(spec);
    KubeStack.Head head = stack.runHead(cluster.namespace(), cluster.name());
    clusters.awaitReady(cluster, READY);
    return head;
  }

  private RayConnection connect(Route route, TokenProvider tokens) {
    return clusters.connecting(cluster).route(route).tokenProvider(tokens).connect();
  }

  private TokenProvider newServiceAccount() {
    ServiceAccounts.using(namespace.admin()).create(namespace.name(), "ray-user");
    return ServiceAccountTokenProvider.of(namespace.admin(), namespace.name(), "ray-user")
        .lifetime(Duration.ofHours(1));
  }

  private void grant(RayRole role) {
    Grant grant =
        RayAccess.using(namespace.admin())
            .grant(cluster, Subject.serviceAccount(namespace.name(), "ray-user"), role);
    assertThat(grant.observation()).isEqualTo(Grant.Observation.OBSERVED);
  }

  /** Makes the ServiceAccount anew: its tokens end with the old one, its rights stay. */
  private void revokeAllTokens() {
    namespace.admin().serviceAccounts().inNamespace(namespace.name()).withName("ray-user").delete();
    ServiceAccounts.using(namespace.admin()).create(namespace.name(), "ray-user");
  }

  private String tokenOfTheOperatorsSecret() {
    String encoded =
        namespace
            .admin()
            .secrets()
            .inNamespace(namespace.name())
            .withName(cluster.name())
            .get()
            .getData()
            .get("auth_token");
    return new String(Base64.getDecoder().decode(encoded), StandardCharsets.UTF_8);
  }

  /** Keeps what went on between the proxy and the cluster. */
  private static final class Upstream implements DashboardProxyListener {
    private final AtomicInteger replacedTokens = new AtomicInteger();
    private final List<RayException> failures = new CopyOnWriteArrayList<>();

    @Override
    public void onTokenReplaced(String method, String path) {
      replacedTokens.incrementAndGet();
    }

    @Override
    public void onUpstreamFailed(RayException cause) {
      failures.add(cause);
    }
  }
}
