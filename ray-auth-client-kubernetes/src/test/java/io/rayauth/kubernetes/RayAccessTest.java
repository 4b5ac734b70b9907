package io.rayauth.kubernetes;

import static io.rayauth.kubernetes.FakeRbac.LOCAL_REVIEWS;
import static io.rayauth.kubernetes.FakeRbac.REVIEWS;
import static io.rayauth.kubernetes.FakeRbac.SELF_REVIEWS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import io.fabric8.kubernetes.api.model.StatusBuilder;
import io.fabric8.kubernetes.api.model.rbac.PolicyRule;
import io.fabric8.kubernetes.api.model.rbac.Role;
import io.fabric8.kubernetes.api.model.rbac.RoleBinding;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.server.mock.EnableKubernetesMockClient;
import io.fabric8.kubernetes.client.server.mock.KubernetesMockServer;
import io.fabric8.kubernetes.client.utils.Serialization;
import io.fabric8.mockwebserver.http.RecordedRequest;
import io.rayauth.kubernetes.Grant.Observation;
import io.rayauth.kubernetes.RayKubernetesException.Reason;
import io.rayauth.kubernetes.Revocation.Outcome;
import io.rayauth.kubernetes.internal.access.RoleObjects;
import io.rayauth.testkit.ManualClock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@Timeout(60)
@Execution(ExecutionMode.SAME_THREAD) // the extension keeps its server in a field
@EnableKubernetesMockClient(https = false)
class RayAccessTest {
  private static final RayClusterRef REF = RayClusterRef.of("default", "trainer");
  private static final Subject RAY_USER = Subject.serviceAccount("default", "ray-user");
  private static final String RBAC = "/apis/rbac.authorization.k8s.io/v1/namespaces/default/";

  KubernetesMockServer server;
  KubernetesClient client;
  private final ManualClock clock = ManualClock.create();
  private final List<String> patches = new CopyOnWriteArrayList<>();
  private FakeRbac rbac;
  private RayAccess access;

  @BeforeEach
  void setUp() {
    rbac = new FakeRbac(server);
    access = RayAccess.using(client, clock).scheme(AuthScheme.KUBE_RBAC_PROXY);
  }

  @Test
  void canI_forOneself_asksForThisVerbOnThisCluster() {
    rbac.answering(SELF_REVIEWS, true);

    assertThat(access.canI("get", REF)).isTrue();

    assertThat(rbac.asked)
        .containsExactly(
            Map.of(
                "resourceAttributes",
                Map.of(
                    "verb", "get",
                    "group", "ray.io",
                    "resource", "rayclusters",
                    "namespace", "default",
                    "name", "trainer")));
  }

  @Test
  void canI_whenTheSubresourceIsMeant_asksForThat() {
    rbac.answering(SELF_REVIEWS, false);

    assertThat(access.subresource("dashboard").canI("get", REF)).isFalse();

    assertThat(FakeRbac.attributes(rbac.asked.get(0))).containsEntry("subresource", "dashboard");
  }

  @Test
  void canI_forAServiceAccount_asksWithTheGroupsThatTheApiServerGivesIt() {
    rbac.answering(REVIEWS, true);

    assertThat(access.canI("get", REF, "system:serviceaccount:default:ray-user")).isTrue();

    assertThat(rbac.asked.get(0))
        .containsEntry("user", "system:serviceaccount:default:ray-user")
        .containsEntry(
            "groups",
            List.of(
                "system:serviceaccounts",
                "system:serviceaccounts:default",
                "system:authenticated"));
  }

  @Test
  void canI_forAUser_asksWithTheGroupOfAllWhoAreAuthenticated() {
    rbac.answering(REVIEWS, false);

    access.canI("get", REF, "jane@example.com");
    access.canI("get", REF, "system:anonymous");

    assertThat(rbac.asked)
        .extracting(spec -> spec.get("groups"))
        .containsExactly(List.of("system:authenticated"), List.of("system:unauthenticated"));
  }

  @Test
  void canI_whenTheCallerMayOnlyAskInTheNamespace_asksThere() {
    rbac.refusing(REVIEWS).answering(LOCAL_REVIEWS, true);

    assertThat(access.canI("get", REF, "jane")).isTrue();
  }

  @Test
  void canI_whenTheCallerMayNotAsk_namesTheMissingVerbs() {
    rbac.refusing(REVIEWS).refusing(LOCAL_REVIEWS);

    assertThatThrownBy(() -> access.canI("get", REF, "jane"))
        .isInstanceOfSatisfying(
            RayKubernetesException.class, e -> assertThat(e.reason()).isEqualTo(Reason.FORBIDDEN))
        .hasMessageContaining(
            "asking whether User jane may get rayclusters.ray.io default/trainer failed")
        .hasMessageContaining("'create' on subjectaccessreviews.authorization.k8s.io")
        .hasMessageContaining("localsubjectaccessreviews in namespace default");
  }

  @Test
  void canI_whenTheNameIsNoServiceAccount_isRefusedBeforeAnythingIsSent() {
    assertThatThrownBy(() -> access.canI("get", REF, "system:serviceaccount:ray-user"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("system:serviceaccount:<namespace>:<name>");
    assertThatThrownBy(() -> access.canI(" ", REF)).isInstanceOf(IllegalArgumentException.class);
    assertThat(server.getRequestCount()).isZero();
  }

  @ParameterizedTest(name = "{0} under {1}: {2}")
  @CsvSource({
    "OBSERVER, KUBE_RBAC_PROXY, get",
    "SUBMITTER, KUBE_RBAC_PROXY, get create",
    "UPLOADING_SUBMITTER, KUBE_RBAC_PROXY, get create update",
    "OPERATOR, KUBE_RBAC_PROXY, get create update delete",
    "SUBMITTER, KUBERNETES_TOKEN, ray:write",
    "OPERATOR, KUBERNETES_TOKEN, ray:write",
  })
  void grant_givesTheVerbsThatTheSchemeAsksFor(RayRole role, AuthScheme scheme, String verbs) {
    acceptGrants();
    rbac.answering(REVIEWS, true);

    Grant grant = access.scheme(scheme).grant(REF, RAY_USER, role);

    assertThat(applied(Role.class).getRules())
        .singleElement()
        .satisfies(rule -> {
          assertThat(rule.getApiGroups()).containsExactly("ray.io");
          assertThat(rule.getResources()).containsExactly("rayclusters");
          assertThat(rule.getResourceNames()).containsExactly("trainer");
          assertThat(rule.getVerbs()).containsExactly(verbs.split(" "));
        });
    assertThat(grant.observation()).isEqualTo(Observation.OBSERVED);
  }

  @Test
  void grant_bindsTheRoleToTheSubjectUnderOneName() {
    acceptGrants();
    rbac.answering(REVIEWS, true);

    Grant grant = access.grant(REF, RAY_USER, RayRole.SUBMITTER);

    RoleBinding binding = applied(RoleBinding.class);
    assertThat(binding.getRoleRef().getName()).isEqualTo(grant.name());
    assertThat(binding.getSubjects())
        .singleElement()
        .satisfies(subject ->
            assertThat(List.of(subject.getKind(), subject.getNamespace(), subject.getName()))
                .containsExactly("ServiceAccount", "default", "ray-user"));
    assertThat(grant.name()).startsWith("ray-trainer-submitter-ray-user-");
    assertThat(binding.getMetadata().getLabels())
        .containsEntry("app.kubernetes.io/managed-by", "ray-auth-client")
        .containsEntry("rayauth.io/cluster", "trainer")
        .containsEntry("rayauth.io/role", "submitter");
    assertThat(grant.mayStillBeDeniedFor()).isEqualTo(Duration.ofSeconds(30));
  }

  @Test
  void grant_whenItAlsoGivesRightsOnTheRayCluster_saysSo() {
    acceptGrants();
    rbac.answering(REVIEWS, true);

    RayAccess inCluster = access.route(Route.inCluster());

    assertThat(inCluster.grant(REF, RAY_USER, RayRole.OPERATOR).cautions())
        .hasSize(2)
        .anySatisfy(caution -> assertThat(caution).contains("'update'", "its image"))
        .anySatisfy(caution -> assertThat(caution).contains("'delete'"));
    assertThat(inCluster.subresource("dashboard").grant(REF, RAY_USER, RayRole.OPERATOR).cautions())
        .isEmpty();
  }

  @Test
  void grant_whenNoRouteIsChosen_saysWhatEachOfThemTakes() {
    acceptGrants();
    rbac.answering(REVIEWS, true);

    assertThat(access.grant(REF, RAY_USER, RayRole.SUBMITTER).cautions())
        .containsExactly(
            "this is enough for an address that the subject is given; to connect through Kubernetes"
                + " it also needs, by route, PORT_FORWARD: list pods, get pods/portforward, create"
                + " pods/portforward. RayAccess.route(…) gives them along");
    assertThat(
            access
                .scheme(AuthScheme.KUBERNETES_TOKEN)
                .grant(REF, RAY_USER, RayRole.SUBMITTER)
                .cautions())
        .singleElement()
        .asString()
        .contains("IN_CLUSTER: get rayclusters.ray.io default/trainer; PORT_FORWARD: ")
        .contains("; SERVICE_PROXY: get rayclusters.ray.io default/trainer, get services/proxy ")
        .contains("create services/proxy default/trainer-head-svc:dashboard");
  }

  @ParameterizedTest(name = "{0}")
  @CsvSource({"portForward", "automatic"})
  void grant_byAPortForward_alsoGivesTheWayToThePods(String name) {
    acceptGrants();
    rbac.answering(REVIEWS, true);
    Route route = name.equals("automatic") ? Route.automatic() : Route.portForward();

    Grant grant =
        access.subresource("dashboard").route(route).grant(REF, RAY_USER, RayRole.OBSERVER);

    assertThat(applied(Role.class).getRules())
        .extracting(PolicyRule::getResources, PolicyRule::getResourceNames, PolicyRule::getVerbs)
        .containsExactly(
            tuple(List.of("rayclusters/dashboard"), List.of("trainer"), List.of("get")),
            tuple(List.of("rayclusters"), List.of("trainer"), List.of("get")),
            tuple(List.of("pods"), List.of(), List.of("list")),
            tuple(List.of("pods/portforward"), List.of(), List.of("get", "create")));
    assertThat(grant.cautions())
        .singleElement()
        .asString()
        .startsWith("'create' on pods/portforward lets the subject forward ports of every pod");
    assertThat(rbac.asked).hasSize(5);
  }

  @Test
  void grant_byTheServiceProxy_isLimitedToTheServiceThatTheClusterHas() {
    acceptGrants();
    rbac.answering(REVIEWS, true);
    cluster(
        "{authOptions: {mode: token, enableK8sTokenAuth: true}, headGroupSpec: {template: {spec:"
            + " {containers: [{name: ray, ports: [{containerPort: 8265, name: ui}]}]}}}}");

    RayAccess.using(client, clock)
        .route(Route.serviceProxy())
        .grant(REF, RAY_USER, RayRole.UPLOADING_SUBMITTER);

    assertThat(applied(Role.class).getRules())
        .extracting(PolicyRule::getResources, PolicyRule::getResourceNames, PolicyRule::getVerbs)
        .containsExactly(
            tuple(List.of("rayclusters"), List.of("trainer"), List.of("ray:write", "get")),
            tuple(
                List.of("services/proxy"),
                List.of("own-svc:ui"),
                List.of("get", "create", "update")));
  }

  @Test
  void grant_byTheServiceProxyToAKubeRbacProxy_isRefusedBeforeAnythingIsWritten() {
    assertThatThrownBy(
            () -> access.route(Route.serviceProxy()).grant(REF, RAY_USER, RayRole.SUBMITTER))
        .isInstanceOf(RayKubernetesException.class)
        .hasMessageContaining("take Route.portForward()");
    assertThat(patches).isEmpty();
  }

  @Test
  void grant_toAnAddress_givesNoMoreThanToReadTheCluster() {
    acceptGrants();
    rbac.answering(REVIEWS, true);

    access
        .scheme(AuthScheme.KUBERNETES_TOKEN)
        .route(Route.to("https://ray.example.com"))
        .grant(REF, RAY_USER, RayRole.SUBMITTER);

    assertThat(applied(Role.class).getRules())
        .singleElement()
        .satisfies(rule -> assertThat(rule.getVerbs()).containsExactly("ray:write", "get"));
  }

  @Test
  void grant_whenTheClusterNamesItsSecret_letsTheSubjectReadThatOne() {
    acceptGrants();
    rbac.answering(REVIEWS, true);
    cluster("{authOptions: {mode: token, secretName: own-token}}");

    access.scheme(AuthScheme.RAY_TOKEN).grant(REF, RAY_USER, RayRole.SUBMITTER);

    assertThat(applied(Role.class).getRules().get(1).getResourceNames())
        .containsExactly("own-token");
  }

  @Test
  void grant_whenTheClusterMayNotBeRead_goesByTheOperatorsName() {
    RayClusterRef cluster = RayClusterRef.of("default", "9" + "x".repeat(52));
    server
        .expect()
        .get()
        .withPath("/apis/ray.io/v1/namespaces/default/rayclusters/" + cluster.name())
        .andReturn(403, FakeRbac.forbidden("rayclusters is forbidden"))
        .always();
    accept(RoleObjects.name(cluster, RAY_USER, RayRole.SUBMITTER, ""));
    rbac.answering(REVIEWS, true);

    access.scheme(AuthScheme.RAY_TOKEN).grant(cluster, RAY_USER, RayRole.SUBMITTER);

    assertThat(applied(Role.class).getRules().get(1).getResourceNames())
        .containsExactly("x".repeat(50));
  }

  private void cluster(String spec) {
    server
        .expect()
        .get()
        .withPath("/apis/ray.io/v1/namespaces/default/rayclusters/trainer")
        .andReturn(
            200,
            Serialization.unmarshal(
                "apiVersion: ray.io/v1\nkind: RayCluster\nmetadata: {name: trainer, namespace: default}\nstatus: {head: {serviceName: own-svc}}\nspec: "
                    + spec,
                Map.class))
        .always();
  }

  @Test
  void grant_whenUnlimited_isTheGuidesRole() {
    acceptGrants();
    rbac.answering(REVIEWS, true);

    access.grant(REF, RAY_USER, RayRole.UNLIMITED);

    PolicyRule rule = applied(Role.class).getRules().get(0);
    assertThat(rule.getResources()).containsExactly("rayclusters");
    assertThat(rule.getVerbs()).containsExactly("*");
    assertThat(rule.getResourceNames()).isEmpty();
  }

  @Test
  void grant_whenTheTokenIsInASecret_letsTheSubjectReadThat() {
    acceptGrants();
    rbac.answering(REVIEWS, true);

    access.scheme(AuthScheme.RAY_TOKEN).grant(REF, RAY_USER, RayRole.SUBMITTER);

    assertThat(applied(Role.class).getRules())
        .extracting(PolicyRule::getResources, PolicyRule::getResourceNames, PolicyRule::getVerbs)
        .containsExactly(
            tuple(List.of("rayclusters"), List.of("trainer"), List.of("get")),
            tuple(List.of("secrets"), List.of("trainer"), List.of("get")));
  }

  @ParameterizedTest(name = "{0} under {1}: {2}")
  @CsvSource({
    "OBSERVER, KUBERNETES_TOKEN, 'ray:write'",
    "OBSERVER, RAY_TOKEN, one token that opens everything",
    "UNLIMITED, RAY_TOKEN, OPERATOR lets the subject read the token",
    "SUBMITTER, OPEN, checks nobody",
  })
  void grant_whenTheSchemeHasNoSuchRole_isRefusedBeforeAnythingIsSent(
      RayRole role, AuthScheme scheme, String words) {
    assertThatThrownBy(() -> access.scheme(scheme).grant(REF, RAY_USER, role))
        .isInstanceOf(RayKubernetesException.class)
        .hasMessageContaining(words);
    assertThat(server.getRequestCount()).isZero();
  }

  @Test
  void grant_waitsUntilTheApiServerAllows() {
    acceptGrants();
    rbac.answering(REVIEWS, false, false, true);

    access.grant(REF, RAY_USER, RayRole.OBSERVER);

    assertThat(clock.sleeps()).containsExactly(Duration.ofMillis(50), Duration.ofMillis(100));
  }

  @Test
  void grant_whenTheApiServerGoesOnDenying_saysSoWhenTheTimeIsUp() {
    acceptGrants();
    rbac.answering(REVIEWS, false);

    assertThatThrownBy(() ->
            access.observedWithin(Duration.ofSeconds(3)).grant(REF, RAY_USER, RayRole.OBSERVER))
        .isInstanceOfSatisfying(
            RayKubernetesException.class, e -> assertThat(e.reason()).isEqualTo(Reason.NOT_READY))
        .hasMessageContaining("after PT3S the API server still does not allow");
  }

  @Test
  void grant_whenTheCallerMayNotAskForOthers_isGivenAllTheSame() {
    acceptGrants();
    rbac.refusing(REVIEWS).refusing(LOCAL_REVIEWS);

    assertThat(access.grant(REF, RAY_USER, RayRole.OBSERVER).observation())
        .isEqualTo(Observation.NOT_ALLOWED_TO_LOOK);
  }

  @Test
  void grant_whenTheCallerWouldGiveMoreThanItHas_explainsThatRule() {
    String name = name(RayRole.OBSERVER);
    server
        .expect()
        .get()
        .withPath(RBAC + "roles/" + name)
        .andReturn(404, FakeRbac.notFound("roles", name))
        .once();
    server
        .expect()
        .patch()
        .withPath(RBAC + "roles/" + name + "?fieldManager=ray-auth-client")
        .andReturn(
            403,
            FakeRbac.forbidden(
                "roles \"x\" is forbidden: user \"jane\" (groups=[]) is attempting to grant RBAC permissions not currently held:\n{APIGroups:[\"ray.io\"], Resources:[\"rayclusters\"], Verbs:[\"get\"]}"))
        .once();

    assertThatThrownBy(() -> access.grant(REF, RAY_USER, RayRole.OBSERVER))
        .isInstanceOfSatisfying(
            RayKubernetesException.class, e -> assertThat(e.reason()).isEqualTo(Reason.FORBIDDEN))
        .hasMessageContaining("Kubernetes lets nobody give rights that it does not have itself")
        .hasMessageContaining("Missing: {APIGroups:[\"ray.io\"]")
        .hasMessageContaining("'escalate'");
  }

  @Test
  void grant_whenTheRoleBindingFails_takesTheNewRoleBack() throws InterruptedException {
    String name = name(RayRole.OBSERVER);
    newRoleWithoutBinding(name);
    server.expect().delete().withPath(RBAC + "roles/" + name).andReturn(200, "{}").once();

    assertThatThrownBy(() -> access.grant(REF, RAY_USER, RayRole.OBSERVER))
        .hasMessageContaining(
            "the caller needs the verbs 'create' and 'patch' on rolebindings.rbac.authorization.k8s.io in namespace default");

    assertThat(requests()).extracting(RecordedRequest::getMethod).endsWith("DELETE");
  }

  @Test
  void grant_whenTheNewRoleCannotBeTakenBack_saysBoth() {
    String name = name(RayRole.OBSERVER);
    newRoleWithoutBinding(name);
    server
        .expect()
        .delete()
        .withPath(RBAC + "roles/" + name)
        .andReturn(403, FakeRbac.forbidden("not you"))
        .once();

    assertThatThrownBy(() -> access.grant(REF, RAY_USER, RayRole.OBSERVER))
        .isInstanceOfSatisfying(
            RayKubernetesException.class, e -> assertThat(e.reason()).isEqualTo(Reason.FORBIDDEN))
        .hasMessageContaining("'create' and 'patch' on rolebindings.rbac.authorization.k8s.io")
        .hasMessageEndingWith(
            "; Role default/"
                + name
                + ", which gives nothing by itself, could not be taken back: delete it")
        .satisfies(e ->
            assertThat(e.getSuppressed())
                .singleElement()
                .satisfies(also -> assertThat(also).hasMessageContaining("not you")));
  }

  @Test
  void grant_whenItIsNotKnownWhetherTheBindingWasMade_saysSoAndLeavesBoth() {
    try (FakeApiServer api = new FakeApiServer()) {
      api.loseAnswer(call -> call.path().contains("/rolebindings/"));

      assertThatThrownBy(() ->
              RayAccess.using(api.client(), clock)
                  .scheme(AuthScheme.KUBE_RBAC_PROXY)
                  .grant(REF, RAY_USER, RayRole.OBSERVER))
          .hasMessageEndingWith(
              "; it may have been done nevertheless: grant it again, or revoke it");

      assertThat(api.paths()).hasSize(2);
    }
  }

  private void newRoleWithoutBinding(String name) {
    server
        .expect()
        .patch()
        .withPath(RBAC + "roles/" + name + "?fieldManager=ray-auth-client")
        .andReply(200, request -> request.getUtf8Body())
        .once();
    server
        .expect()
        .patch()
        .withPath(RBAC + "rolebindings/" + name + "?fieldManager=ray-auth-client")
        .andReturn(403, FakeRbac.forbidden("rolebindings is forbidden"))
        .once();
  }

  @Test
  void revoke_deletesTheBindingBeforeTheRole() throws InterruptedException {
    String name = name(RayRole.SUBMITTER);
    server
        .expect()
        .delete()
        .withPath(RBAC + "rolebindings/" + name)
        .andReturn(
            200,
            new StatusBuilder()
                .withStatus("Success")
                .withNewDetails()
                .withName(name)
                .endDetails()
                .build())
        .once();
    server
        .expect()
        .delete()
        .withPath(RBAC + "roles/" + name)
        .andReturn(
            200,
            new StatusBuilder()
                .withStatus("Success")
                .withNewDetails()
                .withName(name)
                .endDetails()
                .build())
        .once();

    Revocation revocation = access.revoke(REF, RAY_USER, RayRole.SUBMITTER);

    assertThat(revocation.outcome()).isEqualTo(Outcome.REVOKED);
    assertThat(revocation.mayStillBeAllowedFor()).isEqualTo(Duration.ofMinutes(5));
    assertThat(requests())
        .extracting(RecordedRequest::getPath)
        .containsExactly(RBAC + "rolebindings/" + name, RBAC + "roles/" + name);
  }

  @Test
  void revoke_whenNothingWasGranted_saysSo() {
    assertThat(access.revoke(REF, RAY_USER, RayRole.SUBMITTER))
        .isEqualTo(
            new Revocation(
                "default", name(RayRole.SUBMITTER), Outcome.WAS_NOT_GRANTED, Duration.ZERO));
  }

  @Test
  void names_ofAUserAndAGroupThatReadAlike_differ() {
    acceptGrants();
    rbac.answering(REVIEWS, true);

    assertThat(access.grant(REF, Subject.user("dev.team"), RayRole.OBSERVER).name())
        .isNotEqualTo(access.grant(REF, Subject.user("dev-team"), RayRole.OBSERVER).name());
    assertThat(access.grant(REF, Subject.user("devs"), RayRole.OBSERVER).name())
        .isNotEqualTo(access.grant(REF, Subject.group("devs"), RayRole.OBSERVER).name());
  }

  private String name(RayRole role) {
    return RoleObjects.name(REF, RAY_USER, role, "");
  }

  /** Says yes to every Role and RoleBinding, which are new. */
  private void acceptGrants() {
    for (RayRole role : RayRole.values()) {
      for (Subject subject :
          List.of(
              RAY_USER,
              Subject.user("dev.team"),
              Subject.user("dev-team"),
              Subject.user("devs"),
              Subject.group("devs"))) {
        for (String subresource : List.of("", "dashboard")) {
          accept(RoleObjects.name(REF, subject, role, subresource));
        }
      }
    }
  }

  private void accept(String name) {
    for (String plural : List.of("roles/", "rolebindings/")) {
      server
          .expect()
          .patch()
          .withPath(RBAC + plural + name + "?fieldManager=ray-auth-client")
          .andReply(200, this::keep)
          .always();
    }
  }

  /** The body of a request can be read once. */
  private String keep(RecordedRequest request) {
    String body = request.getUtf8Body();
    patches.add(body);
    return body;
  }

  private <T> T applied(Class<T> type) {
    return patches.stream()
        .filter(body ->
            type.getSimpleName().equals(Serialization.unmarshal(body, Map.class).get("kind")))
        .map(body -> Serialization.unmarshal(body, type))
        .findFirst()
        .orElseThrow();
  }

  private List<RecordedRequest> requests() throws InterruptedException {
    List<RecordedRequest> requests = new ArrayList<>();
    for (int i = server.getRequestCount(); i > 0; i--) {
      requests.add(server.takeRequest());
    }
    return requests;
  }
}
