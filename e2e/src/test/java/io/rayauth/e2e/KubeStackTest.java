package io.rayauth.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.Namespace;
import io.fabric8.kubernetes.api.model.NamespaceBuilder;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.ServiceAccountBuilder;
import io.fabric8.kubernetes.api.model.authentication.TokenRequest;
import io.fabric8.kubernetes.api.model.authentication.TokenRequestBuilder;
import io.fabric8.kubernetes.api.model.authentication.TokenReview;
import io.fabric8.kubernetes.api.model.authentication.TokenReviewBuilder;
import io.fabric8.kubernetes.api.model.rbac.RoleBindingBuilder;
import io.fabric8.kubernetes.api.model.rbac.RoleBuilder;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.fabric8.kubernetes.client.LocalPortForward;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.parallel.ResourceAccessMode;
import org.junit.jupiter.api.parallel.ResourceLock;

/** Proves the stack itself: that each part does what it does in a real cluster. */
@Timeout(300)
@WithKubeStack
class KubeStackTest {

  private static final String UNAUTHORIZED_BY_RAY = "Unauthorized: Missing authentication token";
  private static final String FORBIDDEN_BY_RAY = "Forbidden: Invalid authentication token";

  private final KubeStack stack;
  private final KubernetesClient kubernetes;
  private final HttpClient http =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

  KubeStackTest(KubeStack stack) throws IOException {
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
  @ResourceLock(value = WithKubeStack.API_SERVER, mode = ResourceAccessMode.READ)
  void head_whenTheRayClusterHasKubeRbacProxy_isGuardedByRbac() throws Exception {
    String namespace = "scheme-proxy";
    String cluster = "ray-cluster-with-auth";
    apply("kube-rbac-proxy.yaml");
    KubeStack.Head head = stack.runHead(namespace, cluster);
    try (LocalPortForward forward = portForward(namespace, cluster)) {
      URI version = version(forward);
      String token = tokenOfNewServiceAccount(namespace, "ray-user");
      String user = "system:serviceaccount:" + namespace + ":ray-user";

      assertThat(head.scheme()).isEqualTo("kube-rbac-proxy");
      assertAnswer(get(version), 401, "Unauthorized\n");
      assertAnswer(
          get(version, token),
          403,
          "Forbidden (user=" + user + ", verb=get, resource=rayclusters, subresource=)\n");

      grant(namespace, "ServiceAccount", "ray-user", "get");
      // The proxy may remember its "no" for 30 seconds.
      await()
          .atMost(Duration.ofSeconds(60))
          .untilAsserted(() -> assertThat(get(version, token).statusCode()).isEqualTo(200));

      String cloudToken = "canary-" + UUID.randomUUID();
      stack.addCloudToken(cloudToken, "jane@example.com", List.of("engineers"));
      assertAnswer(
          get(version, cloudToken),
          403,
          "Forbidden (user=jane@example.com, verb=get, resource=rayclusters, subresource=)\n");

      assertThat(get(head.dashboard().resolve("/api/version"), token).statusCode()).isEqualTo(200);

      deleteHeadPod(namespace, cluster);
    } finally {
      stack.stopHead(namespace, cluster);
    }
  }

  @Test
  @ResourceLock(value = WithKubeStack.API_SERVER, mode = ResourceAccessMode.READ)
  void head_whenTheOperatorMadeATokenSecret_wantsThatToken() throws Exception {
    String namespace = "scheme-token";
    String cluster = "ray-cluster-with-auth";
    apply("ray-token.yaml");
    KubeStack.Head head = stack.runHead(namespace, cluster);
    try (LocalPortForward forward = portForward(namespace, cluster)) {
      URI version = version(forward);
      String encoded =
          kubernetes
              .secrets()
              .inNamespace(namespace)
              .withName(cluster)
              .get()
              .getData()
              .get("auth_token");
      String token = new String(Base64.getDecoder().decode(encoded), StandardCharsets.UTF_8);

      assertThat(head.scheme()).isEqualTo("token");
      assertAnswer(get(version), 401, UNAUTHORIZED_BY_RAY);
      assertAnswer(get(version, "canary-wrong"), 403, FORBIDDEN_BY_RAY);
      assertThat(get(version, token).statusCode()).isEqualTo(200);
    } finally {
      stack.stopHead(namespace, cluster);
    }
  }

  @Test
  @ResourceLock(value = WithKubeStack.API_SERVER, mode = ResourceAccessMode.READ)
  void head_whenRayAsksTheApiServer_wantsTheRightToWrite() throws Exception {
    String namespace = "scheme-k8s";
    String cluster = "ray-cluster-with-k8s-auth";
    apply("kubernetes-token.yaml");
    KubeStack.Head head = stack.runHead(namespace, cluster);
    try (LocalPortForward forward = portForward(namespace, cluster)) {
      URI version = version(forward);
      String token = tokenOfNewServiceAccount(namespace, "ray-user");

      assertThat(head.scheme()).isEqualTo("k8s");
      assertAnswer(get(version), 401, UNAUTHORIZED_BY_RAY);
      assertAnswer(get(version, token), 403, FORBIDDEN_BY_RAY);

      grant(namespace, "ServiceAccount", "ray-user", "ray:write");
      await()
          .atMost(Duration.ofSeconds(30))
          .untilAsserted(() -> assertThat(get(version, token).statusCode()).isEqualTo(200));
      assertThat(Path.of("/var/run/secrets/ray.io")).doesNotExist();
    } finally {
      stack.stopHead(namespace, cluster);
    }
  }

  @Test
  @ResourceLock(value = WithKubeStack.API_SERVER, mode = ResourceAccessMode.READ)
  void cloudToken_whenRevoked_isNobodysAnyMore() {
    String token = "canary-" + UUID.randomUUID();

    assertThat(review(token).getStatus().getAuthenticated()).isNotEqualTo(true);

    stack.addCloudToken(token, "jane@example.com", List.of("engineers"));
    await()
        .atMost(Duration.ofSeconds(30))
        .until(() -> Boolean.TRUE.equals(review(token).getStatus().getAuthenticated()));
    assertThat(review(token).getStatus().getUser().getUsername()).isEqualTo("jane@example.com");
    assertThat(review(token).getStatus().getUser().getGroups()).contains("engineers");

    stack.revokeCloudToken(token);
    // The API server remembers for some seconds whose token it is.
    await()
        .atMost(Duration.ofSeconds(60))
        .until(() -> !Boolean.TRUE.equals(review(token).getStatus().getAuthenticated()));
  }

  @Test
  @ResourceLock(WithKubeStack.API_SERVER)
  void apiServer_whenRestarted_isThereAgainWithItsData() {
    String namespace = "restart-" + UUID.randomUUID();
    kubernetes.namespaces().resource(namespace(namespace)).create();

    stack.restartApiServer();

    assertThat(kubernetes.namespaces().withName(namespace).get()).isNotNull();
    kubernetes.namespaces().withName(namespace).delete();
  }

  /** Applies a sample and waits until the operator has made its head pod and says so. */
  private void apply(String sample) throws IOException {
    try (InputStream yaml = Files.newInputStream(Path.of("kube/samples").resolve(sample))) {
      kubernetes.load(yaml).serverSideApply();
    }
  }

  private LocalPortForward portForward(String namespace, String cluster) {
    await()
        .atMost(Duration.ofSeconds(60))
        .ignoreExceptions()
        .untilAsserted(() -> assertHeadIsReady(rayCluster(namespace, cluster)));
    Pod pod = headPod(namespace, cluster);
    assertThat(pod.getStatus().getPhase()).isEqualTo("Running");
    return kubernetes
        .pods()
        .inNamespace(namespace)
        .withName(pod.getMetadata().getName())
        .portForward(8265);
  }

  private GenericKubernetesResource rayCluster(String namespace, String cluster) {
    return kubernetes
        .genericKubernetesResources("ray.io/v1", "RayCluster")
        .inNamespace(namespace)
        .withName(cluster)
        .get();
  }

  private static void assertHeadIsReady(GenericKubernetesResource cluster) {
    String service = cluster.get("status", "head", "serviceName");
    assertThat(service).isEqualTo(cluster.getMetadata().getName() + "-head-svc");
    List<Map<String, Object>> conditions = cluster.get("status", "conditions");
    assertThat(conditions)
        .anySatisfy(condition ->
            assertThat(condition)
                .containsEntry("type", "HeadPodReady")
                .containsEntry("status", "True"));
  }

  private Pod headPod(String namespace, String cluster) {
    return kubernetes
        .pods()
        .inNamespace(namespace)
        .withLabel("ray.io/cluster", cluster)
        .withLabel("ray.io/node-type", "head")
        .list()
        .getItems()
        .get(0);
  }

  private void deleteHeadPod(String namespace, String cluster) {
    String before = headPod(namespace, cluster).getMetadata().getUid();
    kubernetes.pods().resource(headPod(namespace, cluster)).delete();
    await()
        .atMost(Duration.ofSeconds(60))
        .ignoreExceptions()
        .until(() -> !headPod(namespace, cluster).getMetadata().getUid().equals(before));
  }

  private String tokenOfNewServiceAccount(String namespace, String name) {
    kubernetes
        .serviceAccounts()
        .inNamespace(namespace)
        .resource(
            new ServiceAccountBuilder().withNewMetadata().withName(name).endMetadata().build())
        .create();
    TokenRequest request =
        new TokenRequestBuilder().withNewSpec().withExpirationSeconds(3600L).endSpec().build();
    return kubernetes
        .serviceAccounts()
        .inNamespace(namespace)
        .withName(name)
        .tokenRequest(request)
        .getStatus()
        .getToken();
  }

  private TokenReview review(String token) {
    TokenReview question =
        new TokenReviewBuilder().withNewSpec().withToken(token).endSpec().build();
    return kubernetes.resource(question).create();
  }

  private void grant(String namespace, String kind, String name, String verb) {
    String role = name + "-" + verb.replace(':', '-');
    kubernetes
        .rbac()
        .roles()
        .inNamespace(namespace)
        .resource(
            new RoleBuilder()
                .withNewMetadata()
                .withName(role)
                .endMetadata()
                .addNewRule()
                .withApiGroups("ray.io")
                .withResources("rayclusters")
                .withVerbs(verb)
                .endRule()
                .build())
        .create();
    kubernetes
        .rbac()
        .roleBindings()
        .inNamespace(namespace)
        .resource(
            new RoleBindingBuilder()
                .withNewMetadata()
                .withName(role)
                .endMetadata()
                .withNewRoleRef("rbac.authorization.k8s.io", "Role", role)
                .addNewSubject()
                .withKind(kind)
                .withName(name)
                .withNamespace(namespace)
                .endSubject()
                .build())
        .create();
  }

  private static Namespace namespace(String name) {
    return new NamespaceBuilder().withNewMetadata().withName(name).endMetadata().build();
  }

  private static URI version(LocalPortForward forward) {
    return URI.create("http://127.0.0.1:" + forward.getLocalPort() + "/api/version");
  }

  private HttpResponse<String> get(URI url) throws IOException, InterruptedException {
    return http.send(request(url).build(), BodyHandlers.ofString());
  }

  private HttpResponse<String> get(URI url, String token) throws IOException, InterruptedException {
    return http.send(
        request(url).header("Authorization", "Bearer " + token).build(), BodyHandlers.ofString());
  }

  private static HttpRequest.Builder request(URI url) {
    return HttpRequest.newBuilder(url).timeout(Duration.ofSeconds(30));
  }

  private static void assertAnswer(HttpResponse<String> answer, int status, String body) {
    assertThat(answer.statusCode()).isEqualTo(status);
    assertThat(answer.body()).isEqualTo(body);
  }
}
