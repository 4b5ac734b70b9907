package io.rayauth.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.rbac.PolicyRule;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.rayauth.kubernetes.AuthScheme;
import io.rayauth.kubernetes.KubeRayOperator;
import io.rayauth.kubernetes.NodeResources;
import io.rayauth.kubernetes.RayClusterRef;
import io.rayauth.kubernetes.RayClusterSpec;
import io.rayauth.kubernetes.RayClusters;
import io.rayauth.kubernetes.RayConnection;
import io.rayauth.kubernetes.RayJobRef;
import io.rayauth.kubernetes.RayJobs;
import io.rayauth.kubernetes.RayKubernetesException;
import io.rayauth.kubernetes.RayKubernetesException.Reason;
import io.rayauth.kubernetes.RayNode;
import io.rayauth.kubernetes.RayServiceRef;
import io.rayauth.kubernetes.RayServices;
import io.rayauth.kubernetes.Route;
import io.rayauth.kubernetes.ServiceAccountTokenProvider;
import io.rayauth.kubernetes.ServiceAccounts;
import io.rayauth.token.TokenUnavailableException;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.assertj.core.api.ThrowableAssertAlternative;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.parallel.ResourceAccessMode;
import org.junit.jupiter.api.parallel.ResourceLock;

/** Misses what it takes to reach a cluster, one thing at a time, and wants to be told which. */
@Timeout(300)
@WithKubeStack
@WithRealRay(RayMode.TOKEN)
@ResourceLock(value = WithKubeStack.API_SERVER, mode = ResourceAccessMode.READ)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class KubeRefusalsTest {
  private static final Duration READY = Duration.ofMinutes(1);
  private static final PolicyRule READ_CLUSTERS = TestNamespace.may("ray.io", "rayclusters", "get");
  private static final PolicyRule LIST_PODS = TestNamespace.may("", "pods", "list");
  private static final PolicyRule FORWARD_PORTS =
      TestNamespace.may("", "pods/portforward", "create", "get");

  private final KubeStack stack;
  private final TestNamespace namespace;
  private final RayClusters clusters;
  private final RayClusterRef cluster;

  KubeRefusalsTest(KubeStack stack, RealRay ray) {
    this.stack = stack;
    this.namespace = TestNamespace.create(stack, "refusals");
    this.clusters = RayClusters.using(namespace.admin());
    this.cluster = namespace.cluster("trainer");
    namespace.leadTo(ray);
    clusters.deploy(spec(cluster).rayToken(TestNamespace.RAY_TOKEN).build());
    clusters.awaitReady(cluster, READY);
  }

  @AfterAll
  void close() {
    namespace.close();
  }

  private static RayClusterSpec.Builder spec(RayClusterRef ref) {
    return RayClusterSpec.of(ref).rayVersion("2.60.0");
  }

  @Test
  void connect_withTheRightsThatAreDocumented_goesByPortForward() {
    KubernetesClient user =
        namespace.clientOf(
            "all-rights",
            READ_CLUSTERS,
            LIST_PODS,
            FORWARD_PORTS,
            TestNamespace.may("", "secrets", "get"));

    try (RayConnection connection = RayClusters.using(user).connect(cluster)) {
      assertThat(connection.route()).isEqualTo(Route.portForward());
      assertThat(connection.authScheme()).isEqualTo(AuthScheme.RAY_TOKEN);
      assertThat(connection.jobs().version().rayVersion()).isEqualTo("2.60.0");
    }
  }

  @Test
  void connect_withoutTheRightToForwardPorts_namesVerbAndResource() {
    KubernetesClient user = namespace.clientOf("no-portforward", READ_CLUSTERS, LIST_PODS);

    assertIsToldMissing(
        user, "create on pods/portforward in namespace refusals", "Grant", "no-portforward");
  }

  @Test
  void connect_withTheRightToForwardPortsOfOldKubernetes_namesTheNewVerb() {
    KubernetesClient user =
        namespace.clientOf(
            "get-portforward",
            READ_CLUSTERS,
            LIST_PODS,
            TestNamespace.may("", "pods/portforward", "get"));

    assertIsToldMissing(user, "create on pods/portforward", "Grant");
  }

  @Test
  void connect_withoutTheRightToListPods_isLedByTheClustersStatus() {
    KubernetesClient user =
        namespace.clientOf(
            "no-pods", READ_CLUSTERS, FORWARD_PORTS, TestNamespace.may("", "secrets", "get"));

    try (RayConnection connection = RayClusters.using(user).connect(cluster)) {
      assertThat(connection.jobs().version().rayVersion()).isEqualTo("2.60.0");
    }
  }

  @Test
  void connect_withoutTheRightToReadTheCluster_namesVerbAndResource() {
    KubernetesClient user = namespace.clientOf("no-cluster", LIST_PODS, FORWARD_PORTS);

    assertIsToldMissing(
        user,
        "reading RayCluster refusals/trainer",
        "User \"no-cluster\" cannot get resource \"rayclusters\" in API group \"ray.io\"");
  }

  @Test
  void connect_withoutTheRightToReadTheSecret_namesTheSecretAndTheVerb() {
    KubernetesClient user =
        namespace.clientOf("no-secret", READ_CLUSTERS, LIST_PODS, FORWARD_PORTS);

    assertIsToldMissing(
        user, "Secret refusals/" + TestNamespace.RAY_TOKEN, "the verb get on secrets");
  }

  private void assertIsToldMissing(KubernetesClient user, String... words) {
    assertIsTold(Reason.FORBIDDEN, () -> RayClusters.using(user).connect(cluster), words);
  }

  @Test
  void connect_whenTheApiServerDoesNotKnowTheToken_saysSo() {
    try (KubernetesClient nobody = namespace.clientWith("canary-" + UUID.randomUUID())) {
      assertIsTold(
          Reason.UNAUTHENTICATED, () -> RayClusters.using(nobody).connect(cluster), "Unauthorized");
    }
  }

  @Test
  void connect_whenTheClusterIsSuspended_saysHowToWakeIt() {
    RayClusterRef sleeping = namespace.cluster("sleeping");
    clusters.deploy(spec(sleeping).rayToken(TestNamespace.RAY_TOKEN).suspended().build());

    assertIsTold(
        Reason.NOT_READY,
        () -> clusters.connect(sleeping),
        "RayCluster refusals/sleeping is suspended",
        "set spec.suspend to false");
    assertIsTold(Reason.NOT_READY, () -> clusters.awaitReady(sleeping, READY), "suspended");
  }

  @Test
  void connect_whenNoNodeFitsTheHeadPod_passesOnWhatTheSchedulerSays() {
    RayClusterRef homeless = namespace.cluster("homeless");
    clusters.deploy(
        spec(homeless)
            .rayToken(TestNamespace.RAY_TOKEN)
            .head(
                RayNode.with(NodeResources.of("1", "1Gi"))
                    .nodeSelector("example.test/none", "such")
                    .build())
            .build());
    await()
        .atMost(READY)
        .until(() ->
            namespace.headPod(homeless).filter(KubeRefusalsTest::isUnschedulable).isPresent());

    String scheduler =
        "0/1 nodes are available: 1 node(s) didn't match Pod's node affinity/selector";
    assertIsTold(
        Reason.NOT_READY,
        () -> clusters.connecting(homeless).headTimeout(Duration.ofSeconds(2)).connect(),
        "is Pending and not ready",
        scheduler);
    assertIsTold(
        Reason.NOT_READY,
        () -> clusters.awaitReady(homeless, Duration.ofSeconds(2)),
        "refusals/homeless",
        scheduler);
  }

  private static boolean isUnschedulable(Pod pod) {
    return pod.getStatus().getConditions().stream()
        .anyMatch(condition -> "Unschedulable".equals(condition.getReason()));
  }

  @Test
  void connect_whenTheSecretHasNoToken_namesTheKey() {
    RayClusterRef tokenless = namespace.cluster("tokenless");
    namespace.createSecret("without-token", "auth_token", "canary-" + UUID.randomUUID());
    clusters.deploy(spec(tokenless).rayToken("without-token").build());
    clusters.awaitReady(tokenless, READY);
    deleteSecret("without-token");
    assertIsTold(
        Reason.NOT_FOUND,
        () -> clusters.connect(tokenless),
        "Secret refusals/without-token",
        "does not exist");

    namespace.createSecret("without-token", "token", "canary-" + UUID.randomUUID());
    assertIsTold(
        Reason.INVALID,
        () -> clusters.connect(tokenless),
        "Secret refusals/without-token has no key 'auth_token'",
        "refusals/tokenless");
  }

  private void deleteSecret(String secret) {
    namespace.admin().secrets().inNamespace(namespace.name()).withName(secret).delete();
  }

  @Test
  void namespace_whenMissing_isNamed() {
    RayClusterRef nowhere = RayClusterRef.of("no-such-namespace", "trainer");
    ServiceAccounts accounts = ServiceAccounts.using(namespace.admin());

    assertThat(clusters.find(nowhere)).isEmpty();
    assertThat(clusters.list("no-such-namespace")).isEmpty();
    assertIsTold(Reason.NOT_FOUND, () -> clusters.connect(nowhere), "no-such-namespace");
    assertIsTold(
        Reason.NAMESPACE_MISSING,
        () -> clusters.deploy(spec(nowhere).kubernetesToken().build()),
        "no-such-namespace");
    assertIsTold(
        Reason.NAMESPACE_MISSING,
        () -> accounts.create("no-such-namespace", "ray-user"),
        "no-such-namespace");
    assertThatExceptionOfType(TokenUnavailableException.class)
        .isThrownBy(
            ServiceAccountTokenProvider.of(namespace.admin(), "no-such-namespace", "ray-user")
                ::token)
        .withMessageContaining("no-such-namespace");
  }

  @Test
  void kubeRay_whenNotInstalled_isMissed() {
    Config config = Config.fromKubeconfig(stack.startBareApiServer().toFile());
    try (KubernetesClient bare = new KubernetesClientBuilder().withConfig(config).build()) {
      RayClusters none = RayClusters.using(bare);
      RayClusterRef ref = RayClusterRef.of("default", "trainer");
      for (ThrowingCallable call :
          List.<ThrowingCallable>of(
              () -> none.find(ref),
              () -> none.list("default"),
              () -> none.connect(ref),
              () -> none.deploy(spec(ref).rayToken().build()),
              () -> none.delete(ref),
              () -> RayJobs.using(bare).find(RayJobRef.of("default", "job")),
              () -> RayServices.using(bare).find(RayServiceRef.of("default", "serve")))) {
        assertIsTold(Reason.CRD_MISSING, call, "KubeRay");
      }
      assertThat(KubeRayOperator.using(bare).status().isInstalled()).isFalse();
    } finally {
      stack.stopBareApiServer();
    }
  }

  private static void assertIsTold(Reason reason, ThrowingCallable call, String... words) {
    ThrowableAssertAlternative<RayKubernetesException> told =
        assertThatExceptionOfType(RayKubernetesException.class)
            .isThrownBy(call)
            .satisfies(
                failure -> assertThat(failure.reason()).as(failure.getMessage()).isEqualTo(reason));
    for (String word : words) {
      told.withMessageContaining(word);
    }
  }
}
