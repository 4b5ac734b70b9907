package io.rayauth.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.awaitility.Awaitility.await;

import io.fabric8.kubernetes.api.model.NamespaceBuilder;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.rayauth.JobClient;
import io.rayauth.error.RayAuthException;
import io.rayauth.error.RayAuthException.RefusedBy;
import io.rayauth.job.JobDetails;
import io.rayauth.job.JobId;
import io.rayauth.job.JobSpec;
import io.rayauth.job.JobStatus;
import io.rayauth.job.StopOutcome;
import io.rayauth.kubernetes.AuthScheme;
import io.rayauth.kubernetes.Explanation;
import io.rayauth.kubernetes.Grant;
import io.rayauth.kubernetes.HelmChart;
import io.rayauth.kubernetes.KubeRayOperator;
import io.rayauth.kubernetes.OperatorInstallation;
import io.rayauth.kubernetes.OperatorProgress;
import io.rayauth.kubernetes.OperatorStatus;
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
import io.rayauth.token.AccessToken;
import io.rayauth.token.TokenProvider;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.ResourceAccessMode;
import org.junit.jupiter.api.parallel.ResourceLock;

/**
 * Walks KubeRay's guide on authentication from its first step to its last, in Java alone and on
 * real parts: operator, API server, kubelet stub, kube-rbac-proxy, Ray.
 */
@Timeout(600)
@WithKubeStack
@ResourceLock(value = WithKubeStack.API_SERVER, mode = ResourceAccessMode.READ)
class GuideWalkthroughTest {
  private static final String CLUSTER = "ray-cluster-with-auth";
  private static final Duration READY = Duration.ofMinutes(2);

  /** kube-rbac-proxy remembers a refusal for 30 seconds. */
  private static final Duration REFUSAL_FORGOTTEN = Duration.ofSeconds(60);

  /** kube-rbac-proxy remembers whose a token is for two minutes. */
  private static final Duration TOKEN_FORGOTTEN = Duration.ofSeconds(180);

  /** The API server remembers for ten seconds that it knows a ServiceAccount's token. */
  private static final Duration API_SERVER_FORGETS = Duration.ofSeconds(60);

  private static final JobSpec RESOURCES =
      JobSpec.running("python -c \"import ray; ray.init(); print(ray.cluster_resources())\"")
          .build();

  private final KubeStack stack;
  private final KubernetesClient kubernetes;

  GuideWalkthroughTest(KubeStack stack) throws IOException {
    this.stack = stack;
    this.kubernetes =
        new KubernetesClientBuilder()
            .withConfig(Config.fromKubeconfig(Files.readString(stack.kubeconfig())))
            .build();
  }

  @AfterEach
  void closeClient() {
    kubernetes.close();
  }

  @Test
  void kubeRbacProxy_fromTheOperatorToTheJobsResult_isTheGuide(@TempDir Path folder)
      throws IOException {
    installTheOperatorsChart(folder);
    RayClusterRef ref = RayClusterRef.of(namespace("guide-proxy"), CLUSTER);
    RayClusters clusters = RayClusters.using(kubernetes);
    RayAccess access = RayAccess.using(kubernetes);
    Subject rayUser = Subject.serviceAccount(ref.namespace(), "ray-user");

    deploy(RayClusterSpec.of(ref).rayVersion("2.46.0").kubeRbacProxy().build());
    ServiceAccounts.using(kubernetes).create(ref.namespace(), "ray-user");
    CountedTokens oneHour =
        new CountedTokens(
            ServiceAccountTokenProvider.of(kubernetes, ref.namespace(), "ray-user")
                .lifetime(Duration.ofHours(1)));

    assertThat(access.canI("get", ref, rayUser.userName())).isFalse();
    try (RayConnection connection =
        clusters.connecting(ref).route(Route.portForward()).tokenProvider(oneHour).connect()) {
      assertThat(connection.authScheme()).isEqualTo(AuthScheme.KUBE_RBAC_PROXY);
      assertThat(connection.endpoint().url().getHost()).isEqualTo("127.0.0.1");

      RayAuthException refusal = refusal(connection.jobs());
      assertThat(refusal.status()).isEqualTo(403);
      assertThat(refusal.refusedBy()).isEqualTo(RefusedBy.KUBE_RBAC_PROXY);
      Explanation why = access.explain(ref, refusal, oneHour);
      assertThat(why.user()).contains(rayUser.userName());
      assertThat(why.missingVerb()).contains("create");
      assertThat(why.suggestedManifest()).get().asString().contains("RoleBinding", "ray-user");

      Grant grant = access.grant(ref, rayUser, RayRole.UNLIMITED);
      assertThat(grant.observation()).isEqualTo(Grant.Observation.OBSERVED);
      assertThat(access.canI("get", ref, rayUser.userName())).isTrue();

      JobId job = submitOnceAllowed(connection.jobs());
      assertThatItPrintsTheResources(connection.jobs(), job);
      assertThatAJobCanBeStopped(connection.jobs());
      assertThatARevokedTokenIsReplaced(ref, connection.jobs(), oneHour);
    } finally {
      remove(ref);
    }
  }

  @Test
  void kubeRbacProxy_withTheTokenOfACloudUser_letsInWhomRbacLetsIn() {
    RayClusterRef ref = RayClusterRef.of(namespace("guide-cloud"), CLUSTER);
    String jane = "jane@example.com";
    deploy(RayClusterSpec.of(ref).rayVersion("2.46.0").kubeRbacProxy().build());
    Cloud cloud = new Cloud(jane);
    try (RayConnection connection =
        RayClusters.using(kubernetes)
            .connecting(ref)
            .route(Route.portForward())
            .tokenProvider(cloud)
            .connect()) {
      assertThat(refusal(connection.jobs()).bodyExcerpt()).contains("user=" + jane);

      RayAccess.using(kubernetes).grant(ref, Subject.user(jane), RayRole.SUBMITTER);
      JobId job = submitOnceAllowed(connection.jobs());
      assertThatItPrintsTheResources(connection.jobs(), job);

      int given = cloud.given.get();
      cloud.revokeCurrent();
      await()
          .atMost(TOKEN_FORGOTTEN)
          .pollInterval(Duration.ofSeconds(1))
          .until(() -> {
            connection.jobs().job(job);
            return cloud.given.get() > given;
          });
    } finally {
      remove(ref);
    }
  }

  @Test
  void rayToken_isReadFromTheOperatorsSecret_andGoesByPortForwardAndServiceProxy() {
    RayClusterRef ref = RayClusterRef.of(namespace("guide-token"), CLUSTER);
    deploy(RayClusterSpec.of(ref).rayVersion("2.55.0").rayToken().build());
    try {
      for (Route route : List.of(Route.portForward(), Route.serviceProxy())) {
        try (RayConnection connection =
            RayClusters.using(kubernetes).connecting(ref).route(route).connect()) {
          assertThat(connection.authScheme()).isEqualTo(AuthScheme.RAY_TOKEN);
          assertThatItPrintsTheResources(
              connection.jobs(), connection.jobs().submit(RESOURCES).id());
        }
      }
    } finally {
      remove(ref);
    }
  }

  @Test
  void kubernetesToken_wantsTheRightToWrite_andThenRunsJobs() {
    RayClusterRef ref = RayClusterRef.of(namespace("guide-k8s"), CLUSTER);
    RayAccess access = RayAccess.using(kubernetes);
    Subject rayUser = Subject.serviceAccount(ref.namespace(), "ray-user");
    deploy(RayClusterSpec.of(ref).rayVersion("2.57.0").kubernetesToken().build());
    ServiceAccounts.using(kubernetes).create(ref.namespace(), "ray-user");
    CountedTokens tokens =
        new CountedTokens(
            ServiceAccountTokenProvider.of(kubernetes, ref.namespace(), "ray-user")
                .lifetime(Duration.ofMinutes(10)));
    try (RayConnection connection =
        RayClusters.using(kubernetes)
            .connecting(ref)
            .route(Route.portForward())
            .tokenProvider(tokens)
            .connect()) {
      assertThat(connection.authScheme()).isEqualTo(AuthScheme.KUBERNETES_TOKEN);

      RayAuthException refusal = refusal(connection.jobs());
      assertThat(refusal.refusedBy()).isEqualTo(RefusedBy.RAY);
      assertThat(access.explain(ref, refusal, tokens).missingVerb()).contains("ray:write");

      access.grant(ref, rayUser, RayRole.SUBMITTER);
      assertThat(access.canI("ray:write", ref, rayUser.userName())).isTrue();
      assertThatItPrintsTheResources(connection.jobs(), connection.jobs().submit(RESOURCES).id());
      assertThatARevokedTokenIsReplaced(ref, connection.jobs(), tokens);
    } finally {
      remove(ref);
    }
  }

  private void installTheOperatorsChart(Path folder) throws IOException {
    KubeRayOperator operator = KubeRayOperator.using(kubernetes);
    List<OperatorProgress.Step> steps = new ArrayList<>();

    operator.install(
        OperatorInstallation.of(HelmChart.at(OperatorChart.in(folder)))
            .namespace(namespace("guide-operator"))
            .timeout(READY)
            .build(),
        progress -> steps.add(progress.step()));

    assertThat(steps).endsWith(OperatorProgress.Step.READY);
    OperatorStatus status = operator.status("guide-operator");
    assertThat(status.isInstalled()).isTrue();
    assertThat(status.isHealthy()).as("%s", status.problems()).isTrue();
    assertThat(status.operators().get(0).version()).contains("1.6.0");
  }

  private String namespace(String name) {
    kubernetes
        .resource(new NamespaceBuilder().withNewMetadata().withName(name).endMetadata().build())
        .create();
    return name;
  }

  /** Deploys, and runs what the pods would run: here they are entries only. */
  private void deploy(RayClusterSpec spec) {
    RayClusters clusters = RayClusters.using(kubernetes);
    clusters.deploy(spec);
    stack.runHead(spec.ref().namespace(), spec.ref().name());
    assertThat(clusters.awaitReady(spec.ref(), READY).headServiceName())
        .contains(CLUSTER + "-head-svc");
  }

  private void remove(RayClusterRef ref) {
    stack.stopHead(ref.namespace(), ref.name());
    assertThat(RayClusters.using(kubernetes).deleteAndWait(ref, READY)).isTrue();
  }

  private static RayAuthException refusal(JobClient jobs) {
    RayAuthException refusal =
        catchThrowableOfType(RayAuthException.class, () -> jobs.submit(RESOURCES));
    assertThat(refusal).as("a refusal").isNotNull();
    return refusal;
  }

  private static JobId submitOnceAllowed(JobClient jobs) {
    return await()
        .atMost(REFUSAL_FORGOTTEN)
        .pollInterval(Duration.ofSeconds(1))
        .ignoreException(RayAuthException.class)
        .until(() -> jobs.submit(RESOURCES).id(), id -> true);
  }

  private static void assertThatItPrintsTheResources(JobClient jobs, JobId id) {
    List<String> lines = new ArrayList<>();
    JobDetails job = jobs.follow(id, lines::add);

    assertThat(job.status()).as("%s", job.message()).isEqualTo(JobStatus.SUCCEEDED);
    assertThat(lines).last().asString().contains("'CPU': 4.0", "'node:__internal_head__': 1.0");
    assertThat(jobs.logs(id)).contains(lines);
    assertThat(jobs.job(id).status()).isEqualTo(JobStatus.SUCCEEDED);
  }

  private static void assertThatAJobCanBeStopped(JobClient jobs) {
    JobId id = jobs.submit(JobSpec.running("exec sleep 600").build()).id();
    await().atMost(READY).until(() -> jobs.job(id).status().equals(JobStatus.RUNNING));

    assertThat(jobs.stop(id)).isEqualTo(StopOutcome.SIGNALLED);
    assertThat(jobs.await(id, READY).status()).isEqualTo(JobStatus.STOPPED);
  }

  /**
   * Makes the ServiceAccount anew, whose tokens end with it while its rights stay, and starts the
   * head again, which knows them for minutes otherwise.
   */
  private void assertThatARevokedTokenIsReplaced(
      RayClusterRef ref, JobClient jobs, CountedTokens tokens) {
    kubernetes.serviceAccounts().inNamespace(ref.namespace()).withName("ray-user").delete();
    ServiceAccounts.using(kubernetes).create(ref.namespace(), "ray-user");
    int given = tokens.given.get();
    stack.runHead(ref.namespace(), ref.name());

    await()
        .atMost(API_SERVER_FORGETS)
        .pollInterval(Duration.ofSeconds(1))
        .until(() -> {
          jobs.version();
          return tokens.given.get() > given;
        });
    assertThat(jobs.jobs()).isEmpty();
  }

  /** Counts the tokens that were asked for. */
  private static final class CountedTokens implements TokenProvider {
    private final TokenProvider tokens;
    private final AtomicInteger given = new AtomicInteger();

    CountedTokens(TokenProvider tokens) {
      this.tokens = tokens;
    }

    @Override
    public AccessToken token() {
      given.incrementAndGet();
      return tokens.token();
    }
  }

  /** Gives access tokens of one cloud user, which the API server's webhook knows. */
  private final class Cloud implements TokenProvider {
    private final String user;
    private final AtomicInteger given = new AtomicInteger();
    private volatile String current = "";

    Cloud(String user) {
      this.user = user;
    }

    @Override
    public AccessToken token() {
      String token = "canary-" + UUID.randomUUID();
      stack.addCloudToken(token, user, List.of());
      current = token;
      given.incrementAndGet();
      return AccessToken.of(token);
    }

    void revokeCurrent() {
      stack.revokeCloudToken(current);
    }
  }
}
