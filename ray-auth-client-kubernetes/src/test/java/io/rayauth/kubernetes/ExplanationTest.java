package io.rayauth.kubernetes;

import static io.rayauth.kubernetes.FakeRbac.LOCAL_REVIEWS;
import static io.rayauth.kubernetes.FakeRbac.REVIEWS;
import static io.rayauth.kubernetes.FakeRbac.SELF_REVIEWS;
import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.ConfigMapBuilder;
import io.fabric8.kubernetes.api.model.SecretBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.server.mock.EnableKubernetesMockClient;
import io.fabric8.kubernetes.client.server.mock.KubernetesMockServer;
import io.fabric8.kubernetes.client.utils.Serialization;
import io.rayauth.error.RayAuthException;
import io.rayauth.error.RayAuthException.RefusedBy;
import io.rayauth.error.ServerAnswer;
import io.rayauth.testkit.ManualClock;
import io.rayauth.token.TokenProvider;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Base64;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/** The clock stands at the first second of 2026. */
@Timeout(60)
@Execution(ExecutionMode.SAME_THREAD) // the extension keeps its server in a field
@EnableKubernetesMockClient(https = false)
class ExplanationTest {
  private static final RayClusterRef REF = RayClusterRef.of("default", "trainer");
  private static final String CLUSTER = "/apis/ray.io/v1/namespaces/default/rayclusters/trainer";
  private static final String RAY_USER = "system:serviceaccount:default:ray-user";
  private static final String DENIED =
      "Forbidden (user=%s, verb=create, resource=rayclusters, subresource=)\n".formatted(RAY_USER);
  private static final String INVALID = "Forbidden: Invalid authentication token";
  private static final long NOW = Instant.parse("2026-01-01T00:00:00Z").getEpochSecond();

  private static final String PROXIED =
      """
      apiVersion: ray.io/v1
      kind: RayCluster
      metadata: {name: trainer, namespace: default}
      spec:
        headGroupSpec:
          template:
            spec:
              serviceAccountName: kube-rbac-proxy
              volumes: [{name: config, configMap: {name: kube-rbac-proxy}}]
              containers:
                - {name: ray-head, image: ray}
                - {name: kube-rbac-proxy, image: kube-rbac-proxy, args: ["--upstream=http://127.0.0.1:8443/"]}
      """;

  KubernetesMockServer server;
  KubernetesClient client;
  private FakeRbac rbac;
  private RayAccess access;

  @BeforeEach
  void setUp() {
    rbac = new FakeRbac(server);
    access = RayAccess.using(client, ManualClock.create());
  }

  @Test
  void explain_whenTheProxyDeniesAndRbacToo_namesTheVerbAndSuggestsTheRole() {
    cluster(PROXIED);
    configMap("trainer");
    rbac.answering(REVIEWS, false);

    Explanation explanation = access.explain(REF, byProxy(403, DENIED));

    assertThat(explanation.summary())
        .isEqualTo(RAY_USER + " lacks the verb 'create' on RayCluster default/trainer.");
    assertThat(explanation.user()).contains(RAY_USER);
    assertThat(explanation.missingVerb()).contains("create");
    assertThat(explanation.scheme()).contains(AuthScheme.KUBE_RBAC_PROXY);
    assertThat(explanation.hop()).isEqualTo(RefusedBy.KUBE_RBAC_PROXY);
    assertThat(explanation.nextStep()).contains("RayRole.SUBMITTER");
    assertThat(explanation.suggestedManifest().orElseThrow())
        .contains("kind: \"Role\"", "kind: \"RoleBinding\"", "- \"create\"", "- \"trainer\"");
    assertThat(explanation.unseen()).isEmpty();
  }

  @Test
  void explain_whenTheProxyDeniesAndRbacAllowsByNow_saysToWait() {
    cluster(PROXIED);
    configMap("trainer");
    rbac.answering(REVIEWS, true);

    Explanation explanation = access.explain(REF, byProxy(403, DENIED));

    assertThat(explanation.summary()).contains("remembers its denial for up to 30 seconds");
    assertThat(explanation.missingVerb()).isEmpty();
  }

  @Test
  void explain_whenTheProxyAsksAboutAnotherCluster_findsItsConfigMap() {
    cluster(PROXIED);
    configMap("ray-cluster-with-auth");
    rbac.answering(REVIEWS, true);

    Explanation explanation = access.explain(REF, byProxy(403, DENIED));

    assertThat(explanation.summary())
        .contains("rights on RayCluster default/ray-cluster-with-auth instead of default/trainer");
    assertThat(explanation.nextStep()).contains("ConfigMap 'kube-rbac-proxy'");
  }

  @Test
  void explain_whenNothingMayBeLookedAt_saysWhatItCouldNotSee() {
    server.expect().get().withPath(CLUSTER).andReturn(403, FakeRbac.forbidden("no get")).once();
    rbac.refusing(REVIEWS).refusing(LOCAL_REVIEWS);

    Explanation explanation = access.explain(REF, byProxy(403, DENIED));

    assertThat(explanation.unseen())
        .anySatisfy(blind -> assertThat(blind).startsWith("RayCluster default/trainer: "))
        .anySatisfy(
            blind -> assertThat(blind).startsWith("the rights of ServiceAccount default/ray-user"));
    assertThat(explanation.summary()).contains("was denied the verb 'create'");
    assertThat(explanation.missingVerb()).isEmpty();
    assertThat(explanation.toString()).contains("- not seen: ").contains("\nNext step: Grant it");
  }

  @Test
  void explain_whenTheProxyNamesAStrangeUser_staysCalm() {
    cluster(PROXIED);
    configMap("trainer");
    rbac.answering(REVIEWS, false);

    Explanation explanation =
        access.explain(
            REF,
            byProxy(
                403,
                "Forbidden (user=CN=jane,OU=x, verb=get, resource=rayclusters, subresource=dashboard)"));

    assertThat(explanation.user()).contains("CN=jane,OU=x");
    assertThat(explanation.summary()).contains("(subresource dashboard)");
    assertThat(explanation.nextStep()).contains("RayAccess.subresource(\"dashboard\").grant(");
    assertThat(explanation.suggestedManifest().orElseThrow()).contains("rayclusters/dashboard");
  }

  @Test
  void explain_whenTheTokenHasEnded_saysWhen() {
    cluster(PROXIED);
    rbac.answering(REVIEWS, true);

    Explanation explanation =
        access.explain(
            REF,
            byProxy(401, "Unauthorized\n"),
            jwt("{\"sub\": \"%s\", \"exp\": %d}".formatted(RAY_USER, NOW - 60)));

    assertThat(explanation.summary()).startsWith("The token ended at 2025-12-31T23:59:00Z");
    assertThat(explanation.user()).contains(RAY_USER);
  }

  @Test
  void explain_whenTheTokenIsForSomebodyElse_namesTheAudience() {
    cluster(PROXIED);
    rbac.answering(REVIEWS, true);

    Explanation explanation =
        access.explain(
            REF,
            byProxy(401, "Unauthorized\n"),
            jwt(
                "{\"iss\": \"https://k\", \"aud\": [\"vault\"], \"nbf\": %d, \"exp\": %d}"
                    .formatted(NOW - 60, NOW + 60)));

    assertThat(explanation.summary()).contains("[vault] and not for the API server (https://k)");
  }

  @Test
  void explain_whenTheProxyMayNotAskKubernetes_findsThat() {
    cluster(PROXIED);
    rbac.answering(
        REVIEWS, spec -> !"tokenreviews".equals(FakeRbac.attributes(spec).get("resource")));

    Explanation explanation =
        access.explain(REF, byProxy(401, "Unauthorized\n"), TokenProvider.of("canary-opaque"));

    assertThat(explanation.summary())
        .isEqualTo(
            "The kube-rbac-proxy cannot ask Kubernetes who its callers are: ServiceAccount default/kube-rbac-proxy lacks the verb 'create' on tokenreviews.authentication.k8s.io.");
    assertThat(explanation.nextStep()).contains("ClusterRoleBinding");
  }

  @Test
  void explain_whenTheSecretHasAnotherToken_saysSoAndShowsNeither() {
    cluster(declaring("{mode: token, secretName: own}"));
    secret("own", "canary-right");

    Explanation explanation =
        access.explain(REF, byRay(403, INVALID), TokenProvider.of("canary-wrong"));

    assertThat(explanation.summary())
        .isEqualTo("The token that was sent is not the one in Secret default/own.");
    assertThat(explanation.toString()).doesNotContain("canary-");
  }

  @Test
  void explain_whenTheSecretHasTheTokenThatWasSent_suspectsOldPods() {
    cluster(declaring("{mode: token}"));
    secret("trainer", "canary-right");

    assertThat(access.explain(REF, byRay(403, INVALID), TokenProvider.of("canary-right")).summary())
        .startsWith("The pods run with another token than Secret default/trainer holds now");
  }

  @Test
  void explain_whenRayAsksKubernetesAndTheOwnerLacksTheVerb_namesIt() {
    cluster(declaring("{mode: token, enableK8sTokenAuth: true}"));
    rbac.answering(REVIEWS, spec -> !"ray:write".equals(FakeRbac.attributes(spec).get("verb")));

    Explanation explanation =
        access.explain(
            REF,
            byRay(403, INVALID),
            jwt("{\"sub\": \"%s\", \"exp\": %d}".formatted(RAY_USER, NOW + 60)));

    assertThat(explanation.missingVerb()).contains("ray:write");
    assertThat(explanation.scheme()).contains(AuthScheme.KUBERNETES_TOKEN);
    assertThat(explanation.suggestedManifest().orElseThrow()).contains("- \"ray:write\"");
  }

  @Test
  void explain_whenRayAsksKubernetesAndTheVerbIsThere_suspectsTokenAndNamespace() {
    cluster(declaring("{mode: token, enableK8sTokenAuth: true}"));
    rbac.answering(REVIEWS, true).answering(SELF_REVIEWS, true);

    Explanation explanation = access.explain(REF, byRay(403, INVALID));

    assertThat(explanation.summary()).startsWith("RBAC allows the verb 'ray:write'");
    assertThat(explanation.nextStep()).contains("RAY_CLUSTER_NAMESPACE");
    assertThat(explanation.unseen()).hasSize(1);
  }

  @Test
  void explain_whenRayGotNoToken_saysSo() {
    cluster(declaring("{mode: token}"));

    assertThat(
            access.explain(REF, byRay(401, "Unauthorized: Missing authentication token")).summary())
        .isEqualTo("Ray got no token.");
  }

  @Test
  void explain_whenSomethingElseRefused_pointsInFrontOfTheCluster() {
    cluster(PROXIED);

    assertThat(access.explain(REF, refusal(403, "nope", RefusedBy.UNKNOWN)).summary())
        .startsWith("Something in front of the cluster refused");
  }

  private static RayAuthException byProxy(int status, String body) {
    return refusal(status, body, RefusedBy.KUBE_RBAC_PROXY);
  }

  private static RayAuthException byRay(int status, String body) {
    return refusal(status, body, RefusedBy.RAY);
  }

  private static RayAuthException refusal(int status, String body, RefusedBy refusedBy) {
    return new RayAuthException(
        "refused",
        new ServerAnswer("POST", "/api/jobs/", status, body.strip(), body, 2, false),
        refusedBy);
  }

  private static TokenProvider jwt(String claims) {
    String payload =
        Base64.getUrlEncoder()
            .withoutPadding()
            .encodeToString(claims.getBytes(StandardCharsets.UTF_8));
    return TokenProvider.of("e30." + payload + ".c2ln");
  }

  private static String declaring(String authOptions) {
    return """
    apiVersion: ray.io/v1
    kind: RayCluster
    metadata: {name: trainer, namespace: default}
    spec:
      rayVersion: 2.57.0
      authOptions: %s
      headGroupSpec: {template: {spec: {containers: [{name: ray-head, image: ray}]}}}
    """
        .formatted(authOptions);
  }

  private void cluster(String yaml) {
    server
        .expect()
        .get()
        .withPath(CLUSTER)
        .andReturn(200, Serialization.unmarshal(yaml, Map.class))
        .always();
  }

  private void configMap(String cluster) {
    server
        .expect()
        .get()
        .withPath("/api/v1/namespaces/default/configmaps/kube-rbac-proxy")
        .andReturn(
            200,
            new ConfigMapBuilder()
                .addToData(
                    "config-file.yaml",
                    "authorization:\n  resourceAttributes:\n    namespace: default\n    name: "
                        + cluster
                        + "\n")
                .build())
        .always();
  }

  private void secret(String name, String token) {
    server
        .expect()
        .get()
        .withPath("/api/v1/namespaces/default/secrets/" + name)
        .andReturn(
            200,
            new SecretBuilder()
                .addToData(
                    "auth_token",
                    Base64.getEncoder().encodeToString(token.getBytes(StandardCharsets.UTF_8)))
                .build())
        .always();
  }
}
