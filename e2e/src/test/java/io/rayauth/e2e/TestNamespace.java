package io.rayauth.e2e;

import static org.awaitility.Awaitility.await;

import io.fabric8.kubernetes.api.model.NamespaceBuilder;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.SecretBuilder;
import io.fabric8.kubernetes.api.model.authorization.v1.SelfSubjectAccessReview;
import io.fabric8.kubernetes.api.model.authorization.v1.SelfSubjectAccessReviewBuilder;
import io.fabric8.kubernetes.api.model.rbac.PolicyRule;
import io.fabric8.kubernetes.api.model.rbac.PolicyRuleBuilder;
import io.fabric8.kubernetes.api.model.rbac.RoleBindingBuilder;
import io.fabric8.kubernetes.api.model.rbac.RoleBuilder;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.ConfigBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.rayauth.kubernetes.RayClusterRef;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * Is a namespace that one test has to itself, with the admin's client; at the end it is deleted
 * with all that is in it.
 *
 * <p>Safe for use by many threads.
 */
final class TestNamespace implements AutoCloseable {
  /** Under this name is the token of a head that {@link #leadTo} leads to. */
  static final String RAY_TOKEN = "ray-token";

  private final KubeStack stack;
  private final String name;
  private final KubernetesClient admin;
  private final List<KubernetesClient> others = new CopyOnWriteArrayList<>();

  private TestNamespace(KubeStack stack, String name, KubernetesClient admin) {
    this.stack = stack;
    this.name = name;
    this.admin = admin;
  }

  /** Makes the namespace. */
  static TestNamespace create(KubeStack stack, String name) {
    KubernetesClient admin =
        new KubernetesClientBuilder()
            .withConfig(Config.fromKubeconfig(stack.kubeconfig().toFile()))
            .build();
    admin
        .resource(new NamespaceBuilder().withNewMetadata().withName(name).endMetadata().build())
        .create();
    return new TestNamespace(stack, name, admin);
  }

  String name() {
    return name;
  }

  RayClusterRef cluster(String cluster) {
    return RayClusterRef.of(name, cluster);
  }

  /** Returns the client of the admin, who may do everything. */
  KubernetesClient admin() {
    return admin;
  }

  /**
   * Leads port 8265 of every pod here to a Ray that runs already, so that no head has to be
   * started, and keeps its token, if it wants one, in the Secret {@link #RAY_TOKEN}.
   */
  void leadTo(RealRay ray) {
    ray.token().ifPresent(token -> createSecret(RAY_TOKEN, "auth_token", token));
    stack.route(name, 8265, ray.url().getPort());
  }

  void createSecret(String secret, String key, String value) {
    admin
        .resource(
            new SecretBuilder()
                .withNewMetadata()
                .withNamespace(name)
                .withName(secret)
                .endMetadata()
                .addToStringData(key, value)
                .build())
        .create();
  }

  /** Returns the head pod of a cluster that is not being deleted. */
  Optional<Pod> headPod(RayClusterRef cluster) {
    return admin
        .pods()
        .inNamespace(name)
        .withLabel("ray.io/cluster", cluster.name())
        .withLabel("ray.io/node-type", "head")
        .list()
        .getItems()
        .stream()
        .filter(pod -> pod.getMetadata().getDeletionTimestamp() == null)
        .findFirst();
  }

  /** Names something that somebody may do in the namespace. */
  static PolicyRule may(String group, String resource, String... verbs) {
    return new PolicyRuleBuilder()
        .withApiGroups(group)
        .withResources(resource)
        .withVerbs(verbs)
        .build();
  }

  /** Returns the client of a cloud user who may do just this here, and does not try again. */
  KubernetesClient clientOf(String user, PolicyRule... rights) {
    String token = "canary-" + UUID.randomUUID();
    stack.addCloudToken(token, user, List.of());
    grant(user, rights);
    KubernetesClient client = clientWith(token);
    others.add(client);
    await()
        .atMost(Duration.ofSeconds(30))
        .until(() -> List.of(rights).stream().allMatch(right -> isAllowed(client, right)));
    return client;
  }

  /** Returns the client, which the caller closes, of whoever the token belongs to. */
  KubernetesClient clientWith(String token) {
    return new KubernetesClientBuilder()
        .withConfig(
            new ConfigBuilder(Config.empty())
                .withMasterUrl(stack.server().toString())
                .withCaCertFile(stack.ca().toString())
                .withOauthToken(token)
                .withNamespace(name)
                .withRequestRetryBackoffLimit(0)
                .withHttp2Disable(true) // over HTTP/2, JDK 17 loses the answer 401
                .build())
        .build();
  }

  private void grant(String user, PolicyRule... rights) {
    admin
        .resource(
            new RoleBuilder()
                .withNewMetadata()
                .withNamespace(name)
                .withName(user)
                .endMetadata()
                .withRules(rights)
                .build())
        .create();
    admin
        .resource(
            new RoleBindingBuilder()
                .withNewMetadata()
                .withNamespace(name)
                .withName(user)
                .endMetadata()
                .withNewRoleRef("rbac.authorization.k8s.io", "Role", user)
                .addNewSubject("rbac.authorization.k8s.io", "User", user, null)
                .build())
        .create();
  }

  private boolean isAllowed(KubernetesClient client, PolicyRule right) {
    String[] resource = right.getResources().get(0).split("/", 2);
    SelfSubjectAccessReview question =
        new SelfSubjectAccessReviewBuilder()
            .withNewSpec()
            .withNewResourceAttributes()
            .withNamespace(name)
            .withGroup(right.getApiGroups().get(0))
            .withResource(resource[0])
            .withSubresource(resource.length == 1 ? "" : resource[1])
            .withVerb(right.getVerbs().get(0))
            .endResourceAttributes()
            .endSpec()
            .build();
    return client.resource(question).create().getStatus().getAllowed();
  }

  @Override
  public void close() {
    others.forEach(KubernetesClient::close);
    admin.namespaces().withName(name).delete();
    admin.close();
  }
}
