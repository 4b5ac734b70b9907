package io.rayauth.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.fabric8.kubernetes.client.utils.KubernetesSerialization;
import io.rayauth.error.RayInterruptedException;
import io.rayauth.kubernetes.AppliedObject.Outcome;
import io.rayauth.kubernetes.FakeApiServer.Call;
import io.rayauth.kubernetes.RayKubernetesException.Reason;
import io.rayauth.kubernetes.internal.manifest.Deployment;
import io.rayauth.testsupport.apiserver.Logged;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(180)
class DeployTest {
  private static final String RBAC = "/apis/rbac.authorization.k8s.io/v1";
  private static final String CLUSTER = "/apis/ray.io/v1/namespaces/default/rayclusters/trainer";
  private static final String REVIEWER = RBAC + "/clusterroles/ray:default:trainer:token-reviewer";
  private static final String REVIEWER_BINDING =
      RBAC + "/clusterrolebindings/ray:default:trainer:token-reviewer";
  private static final String WRITER = RBAC + "/clusterroles/ray:default:trainer:ray-writer";
  private static final String CONFIG =
      "/api/v1/namespaces/default/configmaps/trainer-kube-rbac-proxy";
  private static final RayClusterRef REF = RayClusterRef.of("default", "trainer");

  private final KubernetesSerialization yaml = new KubernetesSerialization();
  private final FakeApiServer server = new FakeApiServer();
  private final RayClusters clusters = RayClusters.using(server.client());

  @AfterEach
  void close() {
    server.close();
  }

  private static RayClusterSpec.Builder spec(String rayVersion) {
    return RayClusterSpec.of(REF).rayVersion(rayVersion);
  }

  private static WorkerGroup guideWorkers() {
    return WorkerGroup.of("worker-group", RayNode.of(NodeResources.of("1", "4Gi")))
        .replicas(2)
        .between(1, 5)
        .build();
  }

  @SuppressWarnings("unchecked")
  private static Object at(Object from, Object... path) {
    Object value = from;
    for (Object key : path) {
      value =
          key instanceof Integer index
              ? ((List<Object>) value).get(index)
              : ((Map<String, Object>) value).get(key);
    }
    return value;
  }

  @Test
  @SuppressWarnings("unchecked")
  void deploy_whenTheSchemeIsTheProxy_appliesTheFiveObjectsOfTheGuide() throws IOException {
    RayClusterRef ref = RayClusterRef.of("default", "ray-cluster-with-auth");
    clusters.deploy(
        RayClusterSpec.of(ref)
            .rayVersion("2.46.0")
            .kubeRbacProxy()
            .workers(guideWorkers())
            .build());

    String applied = yaml.asJson(server.paths().stream().map(this::withoutOurs).toList());
    // The names are the only liberty: the guide's clash as soon as there is a second cluster.
    applied =
        applied
            .replace("ray:default:ray-cluster-with-auth:token-reviewer", "kube-rbac-proxy")
            .replace("ray-cluster-with-auth-kube-rbac-proxy", "kube-rbac-proxy")
            .replace("'default'", "default")
            .replace("'ray-cluster-with-auth'", "ray-cluster-with-auth");

    assertThat((List<Object>) yaml.unmarshal(applied, List.class))
        .containsExactlyInAnyOrderElementsOf(guide());
  }

  private List<Object> guide() throws IOException {
    try (InputStream file = getClass().getResourceAsStream("/manifests/kube-rbac-proxy.yaml")) {
      String text = new String(file.readAllBytes(), StandardCharsets.UTF_8);
      return List.of(text.split("\n---\n")).stream()
          .map(document -> (Object) yaml.unmarshal(document, Map.class))
          .toList();
    }
  }

  /** Takes away what only tells who deployed it, and what says the version once more. */
  @SuppressWarnings("unchecked")
  private Map<String, Object> withoutOurs(String path) {
    Map<String, Object> object = new LinkedHashMap<>(server.object(path));
    Map<String, Object> metadata =
        new LinkedHashMap<>((Map<String, Object>) object.get("metadata"));
    metadata.keySet().removeAll(List.of("labels", "uid", "resourceVersion", "ownerReferences"));
    object.put("metadata", metadata);
    if (object.get("spec") instanceof Map<?, ?> spec) {
      Map<String, Object> guides = new LinkedHashMap<>((Map<String, Object>) spec);
      guides.keySet().removeAll(List.of("rayVersion", "suspend"));
      object.put("spec", guides);
    }
    return object;
  }

  @Test
  void deploy_whenTheProxyIsHardened_setsItUpSo() {
    clusters.deploy(
        spec("2.55.0")
            .kubeRbacProxy(
                KubeRbacProxyOptions.builder()
                    .tls("proxy-tls")
                    .withoutHttp2()
                    .openHealthPaths()
                    .subresource("dashboard")
                    .audience("ray")
                    .build())
            .build());

    Object pod = at(server.object(CLUSTER), "spec", "headGroupSpec", "template", "spec");
    assertThat(at(pod, "containers", 1, "args"))
        .isEqualTo(
            List.of(
                "--secure-listen-address=0.0.0.0:8265",
                "--upstream=http://127.0.0.1:8443/",
                "--config-file=/etc/kube-rbac-proxy/config-file.yaml",
                "--logtostderr=true",
                "--tls-cert-file=/etc/kube-rbac-proxy-tls/tls.crt",
                "--tls-private-key-file=/etc/kube-rbac-proxy-tls/tls.key",
                "--http2-disable=true",
                "--ignore-paths=/api/gcs_healthz,/api/healthz",
                "--auth-token-audiences=ray"));
    assertThat(at(pod, "volumes", 1, "secret", "secretName")).isEqualTo("proxy-tls");
    Object config =
        yaml.unmarshal((String) at(server.object(CONFIG), "data", "config-file.yaml"), Map.class);
    assertThat(at(config, "authorization", "resourceAttributes"))
        .isEqualTo(
            Map.of(
                "namespace",
                "default",
                "apiVersion",
                "v1",
                "apiGroup",
                "ray.io",
                "resource",
                "rayclusters",
                "subresource",
                "dashboard",
                "name",
                "trainer"));
  }

  @Test
  void deploy_whenRayChecksItsOwnToken_appliesTheClusterAlone() {
    RayCluster cluster = clusters.deploy(spec("2.53.0").build());

    assertThat(server.paths()).containsExactly(CLUSTER);
    assertThat(at(server.object(CLUSTER), "spec", "authOptions"))
        .isEqualTo(Map.of("mode", "token"));
    assertThat(cluster.declaredScheme()).isEqualTo(AuthScheme.RAY_TOKEN);
  }

  @Test
  void deploy_whenRayAsksKubernetes_grantsItsAccountReviewsAndRay() {
    clusters.deploy(spec("2.57.0").kubernetesToken().workers(guideWorkers()).build());

    Map<String, Object> cluster = server.object(CLUSTER);
    assertThat(at(cluster, "spec", "authOptions"))
        .isEqualTo(Map.of("mode", "token", "enableK8sTokenAuth", true));
    assertThat(at(cluster, "spec", "headGroupSpec", "template", "spec", "serviceAccountName"))
        .isEqualTo("trainer-ray");
    assertThat(at(cluster, "spec", "workerGroupSpecs", 0, "template", "spec", "serviceAccountName"))
        .isEqualTo("trainer-ray");
    assertThat(at(server.object(REVIEWER), "rules", 0, "resources"))
        .isEqualTo(List.of("tokenreviews"));
    assertThat(at(server.object(REVIEWER), "rules", 1, "resources"))
        .isEqualTo(List.of("subjectaccessreviews"));
    assertThat(at(server.object(REVIEWER_BINDING), "subjects", 0))
        .isEqualTo(Map.of("kind", "ServiceAccount", "name", "trainer-ray", "namespace", "default"));
    assertThat(at(server.object(WRITER), "rules", 0, "verbs")).isEqualTo(List.of("ray:write"));
    assertThat(at(server.object(WRITER), "rules", 0, "resourceNames"))
        .isEqualTo(List.of("trainer"));
    assertThat(
            at(
                server.object(RBAC + "/namespaces/default/rolebindings/trainer-ray"),
                "roleRef",
                "name"))
        .isEqualTo("ray:default:trainer:ray-writer");
  }

  @Test
  void deploy_whenAServiceAccountIsGiven_grantsToItAndMakesNone() {
    clusters.deploy(spec("2.57.0").kubernetesToken().serviceAccount("robot").build());

    assertThat(server.paths()).noneMatch(path -> path.contains("/serviceaccounts/"));
    assertThat(at(server.object(REVIEWER_BINDING), "subjects", 0, "name")).isEqualTo("robot");
  }

  @Test
  void deploy_letsHelpersGoWithTheCluster() {
    clusters.deploy(spec("2.46.0").build());

    assertThat(at(server.object(CONFIG), "metadata", "ownerReferences", 0))
        .isEqualTo(
            Map.of(
                "apiVersion",
                "ray.io/v1",
                "kind",
                "RayCluster",
                "name",
                "trainer",
                "uid",
                "uid-of-trainer"));
    assertThat(at(server.object(REVIEWER), "metadata", "ownerReferences")).isNull();
  }

  @Test
  void deploy_whenRayAsksByItself_switchesItOffBehindTheProxy() {
    clusters.deploy(spec("2.61.0").kubeRbacProxy().build());

    assertThat(
            at(
                server.object(CLUSTER),
                "spec",
                "headGroupSpec",
                "template",
                "spec",
                "containers",
                0,
                "env"))
        .isEqualTo(List.of(Map.of("name", "RAY_AUTH_MODE", "value", "disabled")));
  }

  @Test
  void deploy_checksEveryObjectBeforeItAppliesTheFirst() {
    clusters.deploy(spec("2.46.0").build());

    List<Call> patches =
        server.calls().stream().filter(call -> call.method().equals("PATCH")).toList();
    assertThat(patches).extracting(Call::dryRun).startsWith(true, true, true, true, true, false);
    assertThat(patches).hasSize(12); // five checks, five applies, two handed over
  }

  @Test
  void deploy_whenDoneAgain_sendsTheSameAndHandsNothingOver() {
    clusters.deploy(spec("2.46.0").build());
    Map<String, Object> before = server.object(CONFIG);
    int writes = server.writes().size();

    clusters.deploy(spec("2.46.0").build());

    assertThat(server.writes()).hasSize(writes + 5);
    assertThat(at(server.object(CONFIG), "metadata", "ownerReferences"))
        .isEqualTo(at(before, "metadata", "ownerReferences"));
    assertThat(clusters.dryRun(spec("2.46.0").build()))
        .extracting(AppliedObject::outcome)
        .containsOnly(Outcome.UNCHANGED);
  }

  @Test
  void dryRun_reportsEveryObjectAndChangesNothing() {
    List<AppliedObject> objects = clusters.dryRun(spec("2.46.0").build());

    assertThat(objects)
        .extracting(AppliedObject::toString)
        .containsExactly(
            "ServiceAccount default/trainer-kube-rbac-proxy: CREATED",
            "ConfigMap default/trainer-kube-rbac-proxy: CREATED",
            "ClusterRole ray:default:trainer:token-reviewer: CREATED",
            "ClusterRoleBinding ray:default:trainer:token-reviewer: CREATED",
            "RayCluster default/trainer: CREATED");
    assertThat(objects.get(4).yaml()).contains("kind: \"RayCluster\"");
    assertThat(server.writes()).isEmpty();
    assertThat(server.paths()).isEmpty();
  }

  @Test
  void deploy_whenTheClusterIsRefusedAfterAll_takesBackWhatItHasMade() {
    server.refuse(call -> call.isWrite() && call.path().equals(CLUSTER), 403, "quota is used up");

    assertThatExceptionOfType(RayKubernetesException.class)
        .isThrownBy(() -> clusters.deploy(spec("2.46.0").build()))
        .withMessage(
            "applying RayCluster default/trainer failed: quota is used up; taken back:"
                + " ClusterRoleBinding ray:default:trainer:token-reviewer, ClusterRole"
                + " ray:default:trainer:token-reviewer, ConfigMap default/trainer-kube-rbac-proxy,"
                + " ServiceAccount default/trainer-kube-rbac-proxy")
        .returns(Reason.FORBIDDEN, RayKubernetesException::reason);
    assertThat(server.paths()).isEmpty();
  }

  @Test
  void deploy_whenInterruptedMeanwhile_takesBackAllTheSame() {
    Thread caller = Thread.currentThread();
    server.before(
        call -> call.isWrite() && call.method().equals("PATCH") && call.path().equals(CLUSTER),
        caller::interrupt);

    assertThatExceptionOfType(RayInterruptedException.class)
        .isThrownBy(() -> clusters.deploy(spec("2.46.0").build()))
        // An answer that came before it was waited for counts: then the next step is interrupted.
        .withMessageStartingWith("interrupted while applying ")
        .withMessageContaining("; taken back: RayCluster default/trainer, ClusterRoleBinding ray:");

    assertThat(Thread.interrupted()).isTrue();
    assertThat(server.paths()).isEmpty();
  }

  @Test
  void deploy_whenAnAnswerIsLost_takesBackWhatWasMadeNevertheless() {
    server.loseAnswer(
        call -> call.method().equals("PATCH") && call.isWrite() && call.path().equals(CLUSTER));

    assertThatExceptionOfType(RayKubernetesException.class)
        .isThrownBy(() -> clusters.deploy(spec("2.46.0").build()))
        .withMessageContaining("taken back: RayCluster default/trainer, ClusterRoleBinding")
        .returns(Reason.UNREACHABLE, RayKubernetesException::reason);
    assertThat(server.paths()).isEmpty();
  }

  @Test
  void deploy_whenTheAnswerAboutAChangeIsLost_keepsWhatTheClusterNeedsNow() {
    clusters.deploy(spec("2.57.0").build());
    server.loseAnswer(
        call -> call.method().equals("PATCH") && call.isWrite() && call.path().equals(CLUSTER));

    assertThatExceptionOfType(RayKubernetesException.class)
        .isThrownBy(() -> clusters.deploy(spec("2.57.0").kubeRbacProxy().build()))
        .withMessageContaining(
            "; made, and kept for RayCluster default/trainer: ClusterRoleBinding")
        .withMessageEndingWith("; changed, and stays so: RayCluster default/trainer");
    assertThat(server.paths()).hasSize(5);
  }

  @Test
  void deploy_whenNothingIsKnownAfterAll_keepsWhatMayBeNeeded() {
    clusters.deploy(spec("2.57.0").build());
    server.before(
        call -> call.isWrite() && call.path().equals(CLUSTER),
        () -> server.refuse(call -> true, 503, "the API server is going down"));

    assertThatExceptionOfType(RayKubernetesException.class)
        .isThrownBy(() -> clusters.deploy(spec("2.57.0").kubeRbacProxy().build()))
        .withMessageContaining("; made, and kept for RayCluster default/trainer: ")
        .withMessageEndingWith(
            "; perhaps applied, as its answer was lost: RayCluster default/trainer")
        .satisfies(failure -> assertThat(failure.getSuppressed()).hasSize(1));
    assertThat(server.paths()).hasSize(5);
  }

  @Test
  void deploy_whenAChangeIsRefused_tellsWhatWasMadeFromWhatWasChanged() {
    clusters.deploy(spec("2.57.0").kubeRbacProxy().build());
    server.refuse(call -> call.isWrite() && call.path().equals(CLUSTER), 422, "no");

    assertThatExceptionOfType(RayKubernetesException.class)
        .isThrownBy(() -> clusters.deploy(spec("2.57.0").kubernetesToken().build()))
        .withMessage(
            "applying RayCluster default/trainer failed: no; taken back: RoleBinding"
                + " default/trainer-ray, ClusterRole ray:default:trainer:ray-writer, ServiceAccount"
                + " default/trainer-ray; changed, and stays so: ClusterRoleBinding"
                + " ray:default:trainer:token-reviewer");
    assertThat(server.paths()).hasSize(5);
  }

  @Test
  void deploy_whenTidyingUpFails_keepsWhatTheChangedClusterNeeds() {
    clusters.deploy(spec("2.57.0").kubeRbacProxy().build());
    server.refuse(call -> call.method().equals("DELETE"), 403, "not you");

    assertThatExceptionOfType(RayKubernetesException.class)
        .isThrownBy(() -> clusters.deploy(spec("2.57.0").kubernetesToken().build()))
        .withMessageStartingWith(
            "deleting ConfigMap default/trainer-kube-rbac-proxy failed: not you; made, and kept for"
                + " RayCluster default/trainer: ")
        .withMessageEndingWith(
            "; changed, and stays so: RayCluster default/trainer, ClusterRoleBinding"
                + " ray:default:trainer:token-reviewer");
    assertThat(at(server.object(CLUSTER), "spec", "authOptions", "mode")).isEqualTo("token");
    assertThat(server.paths()).contains(WRITER);
  }

  @Test
  void deploy_whenSomebodyElseDeploysTheSame_takesNothingFromThem() {
    server.refuse(call -> call.isWrite() && call.path().equals(CLUSTER), 409, "conflict");
    server.before(
        call -> call.isWrite() && call.path().equals(CLUSTER),
        () ->
            server.put(
                CLUSTER,
                "{apiVersion: ray.io/v1, kind: RayCluster, metadata: {name: trainer, namespace:"
                    + " default}}"));

    assertThatExceptionOfType(RayKubernetesException.class)
        .isThrownBy(() -> clusters.deploy(spec("2.46.0").build()))
        .withMessageContaining("; made, and kept for RayCluster default/trainer: ");
    assertThat(server.paths()).hasSize(5);
  }

  @Test
  void deploy_whenTheClusterItMadeWasMadeAnewByOthers_takesNothingFromThem() {
    AtomicInteger handedOver = new AtomicInteger();
    server.refuse(
        call -> call.isWrite() && call.path().equals(CONFIG) && handedOver.getAndIncrement() == 1,
        403,
        "no owners");
    server.before(
        call -> call.method().equals("DELETE"),
        () ->
            server.put(
                CLUSTER,
                "{apiVersion: ray.io/v1, kind: RayCluster, metadata: {name: trainer, namespace:"
                    + " default, uid: another}}"));

    assertThatExceptionOfType(RayKubernetesException.class)
        .isThrownBy(() -> clusters.deploy(spec("2.46.0").build()))
        .withMessageStartingWith(
            "applying ConfigMap default/trainer-kube-rbac-proxy failed: no owners; made, and kept"
                + " for RayCluster default/trainer: ClusterRoleBinding ");
    assertThat(server.paths()).hasSize(5);
  }

  @Test
  void deploy_whenWhatItMadeWasMadeAnewByOthers_leavesThatAlone() {
    server.refuse(call -> call.isWrite() && call.path().equals(CLUSTER), 403, "quota is used up");
    server.before(
        call -> call.isWrite() && call.path().equals(CLUSTER),
        () ->
            server.put(
                CONFIG,
                "{apiVersion: v1, kind: ConfigMap, metadata: {name: trainer-kube-rbac-proxy,"
                    + " namespace: default, uid: another}}"));

    assertThatExceptionOfType(RayKubernetesException.class)
        .isThrownBy(() -> clusters.deploy(spec("2.46.0").build()));
    assertThat(server.paths()).containsExactly(CONFIG);
  }

  @Test
  void deploy_whenARedeploymentIsRefused_deletesNothingThatWasThere() {
    clusters.deploy(spec("2.46.0").build());
    server.refuse(call -> call.isWrite() && call.path().equals(CLUSTER), 403, "quota is used up");

    assertThatExceptionOfType(RayKubernetesException.class)
        .isThrownBy(() -> clusters.deploy(spec("2.46.0").suspended().build()));
    assertThat(server.paths()).hasSize(5);
  }

  @Test
  void deploy_whenItCannotBeTakenBack_namesWhatIsLeft() {
    server.refuse(call -> call.isWrite() && call.path().equals(CLUSTER), 403, "quota is used up");
    server.refuse(
        call -> call.method().equals("DELETE") && call.path().equals(REVIEWER), 403, "not you");

    assertThatExceptionOfType(RayKubernetesException.class)
        .isThrownBy(() -> clusters.deploy(spec("2.46.0").build()))
        .withMessageContaining("quota is used up; taken back: ClusterRoleBinding")
        .withMessageEndingWith(
            "; made, and could not be taken back: ClusterRole ray:default:trainer:token-reviewer");
    assertThat(server.paths()).containsExactly(REVIEWER);
  }

  @Test
  void deploy_whenSomebodyElsesObjectHasTheName_touchesNothing() {
    server.put(
        CONFIG,
        "{apiVersion: v1, kind: ConfigMap, metadata: {name: trainer-kube-rbac-proxy, namespace:"
            + " default}}");

    assertThatExceptionOfType(RayKubernetesException.class)
        .isThrownBy(() -> clusters.deploy(spec("2.46.0").build()))
        .withMessageContaining("ConfigMap default/trainer-kube-rbac-proxy is there already")
        .returns(Reason.CONFLICT, RayKubernetesException::reason);
    assertThat(server.writes()).isEmpty();
  }

  @Test
  void deploy_whenTheClusterIsStillBeingDeleted_isRefused() {
    server.put(
        CLUSTER,
        "{apiVersion: ray.io/v1, kind: RayCluster, metadata: {name: trainer, namespace: default,"
            + " deletionTimestamp: '2026-01-01T00:00:00Z'}}");

    assertThatExceptionOfType(RayKubernetesException.class)
        .isThrownBy(() -> clusters.deploy(spec("2.55.0").build()))
        .withMessageContaining("still being deleted");
  }

  @Test
  void deploy_whenKubeRayIsTooOldForTheScheme_saysWhichIsNeeded() {
    server.refuse(
        call -> call.method().equals("PATCH"),
        500,
        ".spec.authOptions: field not declared in schema");

    assertThatExceptionOfType(RayKubernetesException.class)
        .isThrownBy(() -> clusters.deploy(spec("2.57.0").kubernetesToken().build()))
        .withMessageContaining("field not declared in schema");
    assertThatExceptionOfType(RayKubernetesException.class)
        .isThrownBy(() -> clusters.deploy(spec("2.57.0").build()))
        .withMessageContaining("too old for RAY_TOKEN, which needs KubeRay 1.5.1")
        .returns(Reason.INVALID, RayKubernetesException::reason);
    assertThat(server.writes()).isEmpty();
  }

  @Test
  void deploy_whenKubeRayIsNotInstalled_saysSo() {
    server.knowsNoRayClusters();

    assertThatExceptionOfType(RayKubernetesException.class)
        .isThrownBy(() -> clusters.deploy(spec("2.55.0").build()))
        .withMessageContaining("KubeRay is not installed there")
        .returns(Reason.CRD_MISSING, RayKubernetesException::reason);
  }

  @Test
  void deploy_whenTheSecretIsMissingOrHasNoToken_isRefused() {
    RayClusterSpec spec = spec("2.55.0").rayToken("mine").build();

    assertThatExceptionOfType(RayKubernetesException.class)
        .isThrownBy(() -> clusters.deploy(spec))
        .withMessageContaining("there is no Secret 'mine' in namespace 'default'");
    server.put(
        "/api/v1/namespaces/default/secrets/mine",
        "{apiVersion: v1, kind: Secret, metadata: {name: mine, namespace: default}, data: {token:"
            + " Y2FuYXJ5LXg=}}");
    assertThatExceptionOfType(RayKubernetesException.class)
        .isThrownBy(() -> clusters.deploy(spec))
        .withMessageContaining("has no key auth_token");
    assertThat(server.writes()).isEmpty();
  }

  @Test
  void deploy_whenTheTokenIsThatOfASample_warnsAndGoesOn() {
    server.put(
        "/api/v1/namespaces/default/secrets/copied",
        "{apiVersion: v1, kind: Secret, metadata: {name: copied, namespace: default}, data:"
            + " {auth_token: c3VwZXItc2VjcmV0LWV4YW1wbGUtdG9rZW4K}}");

    try (Logged logged = Logged.by(Deployment.class)) {
      clusters.deploy(spec("2.55.0").rayToken("copied").build());

      assertThat(logged.warnings())
          .containsExactly(
              "the token in Secret default/copied for RayCluster default/trainer is that of a"
                  + " sample, which everybody knows: put a random one there before the pods start");
    }
    assertThat(server.object(CLUSTER)).isNotNull();
  }

  @Test
  void deploy_whenTheSecretMayNotBeRead_goesOn() {
    server.refuse(call -> call.path().contains("/secrets/"), 403, "secrets is forbidden");

    clusters.deploy(spec("2.55.0").rayToken("mine").build());

    assertThat(at(server.object(CLUSTER), "spec", "authOptions", "secretName")).isEqualTo("mine");
  }

  @Test
  void deploy_whenSomebodyElseManagesAField_saysWhatToDo() {
    server.refuse(
        call -> call.method().equals("PATCH"),
        409,
        "Apply failed with 1 conflict: conflict with \"kubectl\"");

    assertThatExceptionOfType(RayKubernetesException.class)
        .isThrownBy(() -> clusters.deploy(spec("2.55.0").build()))
        .withMessageContaining(
            "conflict with \"kubectl\"; change these fields the way they were set")
        .returns(Reason.CONFLICT, RayKubernetesException::reason);
  }

  @Test
  void deploy_whenTheSchemeIsAnother_removesWhatOnlyTheOldOneNeeded() {
    clusters.deploy(spec("2.57.0").kubernetesToken().build());

    clusters.deploy(spec("2.57.0").rayToken().build());

    assertThat(server.paths()).containsExactly(CLUSTER);
  }

  @Test
  void deploy_whenAnAccountIsGivenAfterwards_removesTheOneItHadMade() {
    clusters.deploy(spec("2.46.0").build());

    clusters.deploy(spec("2.46.0").serviceAccount("robot").build());

    assertThat(server.paths()).hasSize(4).noneMatch(path -> path.contains("/serviceaccounts/"));
  }

  @Test
  void deploy_whenTheSchemeIsAnother_leavesWhatOthersHaveUnderTheNames() {
    clusters.deploy(spec("2.57.0").kubernetesToken().build());
    server.put(
        CONFIG,
        "{apiVersion: v1, kind: ConfigMap, metadata: {name: trainer-kube-rbac-proxy, namespace:"
            + " default}}");

    clusters.deploy(spec("2.57.0").rayToken().build());

    assertThat(server.paths()).containsExactly(CONFIG, CLUSTER);
  }

  @Test
  void deploy_whenItMayNotSeeWhatItDoesNotNeed_changesTheClusterAllTheSame() {
    clusters.deploy(spec("2.57.0").build());
    server.refuse(call -> !call.path().contains("rayclusters"), 403, "not you");

    assertThat(clusters.deploy(spec("2.57.0").suspended().build()).suspended()).isTrue();
  }

  @Test
  void deploy_whenTheAutoscalerHasScaled_keepsItsNumber() {
    RayClusterSpec spec = spec("2.55.0").autoscaling().workers(guideWorkers()).build();
    clusters.deploy(spec);
    server.put(CLUSTER, yaml.asYaml(server.object(CLUSTER)).replace("replicas: 2", "replicas: 4"));

    clusters.deploy(spec);

    assertThat(at(server.object(CLUSTER), "spec", "workerGroupSpecs", 0, "replicas")).isEqualTo(4);
  }

  @Test
  void delete_takesAwayWhatCannotGoByItself() {
    clusters.deploy(spec("2.57.0").kubernetesToken().build());

    assertThat(clusters.delete(REF)).isTrue();

    assertThat(server.paths()).noneMatch(path -> path.contains("clusterrole"));
    assertThat(server.object(CLUSTER)).isNull();
  }

  @Test
  void delete_whenAnEarlierSchemeLeftSomething_takesThatAwayToo() {
    clusters.deploy(spec("2.57.0").kubernetesToken().build());
    server.put(CLUSTER, yaml.asYaml(server.object(CLUSTER)).replace("enableK8sTokenAuth", "x"));

    clusters.delete(REF);

    assertThat(server.paths()).noneMatch(path -> path.contains("clusterrole"));
  }

  @Test
  void delete_whenTheClusterIsMadeAnewMeanwhile_leavesTheNewOneAlone() {
    clusters.deploy(spec("2.57.0").kubernetesToken().build());
    int objects = server.paths().size();
    server.before(
        call -> call.method().equals("DELETE") && call.path().equals(CLUSTER),
        () ->
            server.put(
                CLUSTER,
                "{apiVersion: ray.io/v1, kind: RayCluster, metadata: {name: trainer, namespace:"
                    + " default, uid: another}}"));

    assertThatExceptionOfType(RayKubernetesException.class)
        .isThrownBy(() -> clusters.delete(REF))
        .withMessageContaining("made another one of that name, which stays")
        .returns(Reason.CONFLICT, RayKubernetesException::reason);
    assertThat(server.paths()).hasSize(objects);
  }

  @Test
  void delete_whenAClusterRoleIsMadeAnewMeanwhile_leavesThatAlone() {
    clusters.deploy(spec("2.57.0").kubernetesToken().build());
    server.before(
        call -> call.method().equals("DELETE") && call.path().equals(WRITER),
        () ->
            server.put(
                WRITER,
                "{apiVersion: rbac.authorization.k8s.io/v1, kind: ClusterRole, metadata: {name:"
                    + " 'ray:default:trainer:ray-writer', uid: another}}"));

    assertThat(clusters.delete(REF)).isTrue();

    assertThat(server.paths()).contains(WRITER).doesNotContain(REVIEWER);
  }

  @Test
  void delete_whenTheRestFailed_canBeDoneAgain() {
    clusters.deploy(spec("2.57.0").kubernetesToken().build());
    server.client().raw(CLUSTER, "DELETE", null);

    assertThat(clusters.delete(REF)).isFalse();

    assertThat(server.paths()).noneMatch(path -> path.contains("clusterrole"));
  }

  @Test
  void delete_whenOthersDeployedIt_leavesClusterRolesAlone() {
    server.put(
        CLUSTER,
        "{apiVersion: ray.io/v1, kind: RayCluster, metadata: {name: trainer, namespace: default},"
            + " spec: {authOptions: {mode: token, enableK8sTokenAuth: true}}}");
    server.put(
        REVIEWER,
        "{apiVersion: rbac.authorization.k8s.io/v1, kind: ClusterRole, metadata: {name:"
            + " 'ray:default:trainer:token-reviewer'}}");

    assertThat(clusters.delete(REF)).isTrue();
    assertThat(clusters.delete(REF)).isFalse(); // looks for what is left of one that is gone

    assertThat(server.paths()).containsExactly(REVIEWER);
  }

  @Test
  void delete_whenThereIsNoneAndClusterRolesMayNotBeSeen_saysThatThereIsNone() {
    server.refuse(call -> call.path().contains("clusterrole"), 403, "not you");

    assertThat(clusters.delete(REF)).isFalse();
  }
}
