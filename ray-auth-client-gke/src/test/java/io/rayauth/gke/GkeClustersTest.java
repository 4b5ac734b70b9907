package io.rayauth.gke;

import static com.github.tomakehurst.wiremock.client.WireMock.aResponse;
import static com.github.tomakehurst.wiremock.client.WireMock.get;
import static com.github.tomakehurst.wiremock.client.WireMock.okJson;
import static io.rayauth.gke.Google.CONTAINER;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.google.auth.oauth2.AccessToken;
import com.google.auth.oauth2.GoogleCredentials;
import io.rayauth.error.RayInterruptedException;
import io.rayauth.gke.GkeException.Reason;
import io.rayauth.gke.GkeOperation.Progress;
import io.rayauth.gke.GkeOperation.State;
import io.rayauth.testkit.ManualClock;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Date;
import java.util.List;
import java.util.Map;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** GKE's API: answers are cut from those of its reference. */
@Timeout(60)
class GkeClustersTest {
  private static final GkeClusterRef REF =
      GkeClusterRef.of("my-project", "us-west1-b", "kuberay-cluster");
  private static final String CLUSTER = CONTAINER + REF;
  private static final String EVERYWHERE = CONTAINER + "projects/my-project/locations/-/clusters";
  private static final String HERE =
      CONTAINER + "projects/my-project/locations/us-west1-b/clusters";
  private static final String OPERATIONS =
      CONTAINER + "projects/my-project/locations/us-west1-b/operations";
  private static final String OPERATION = OPERATIONS + "/operation-1";
  private static final String SUBNET = "https://www.googleapis.com/compute/v1/projects/p";

  private final Google google = new Google();
  private final ManualClock clock = ManualClock.create();
  @TempDir Path home;
  private GkeClusters clusters;

  @BeforeEach
  void connect() {
    GoogleCredentials credentials =
        GoogleCredentials.create(
            new AccessToken("canary-ya29.jane", Date.from(Instant.now().plusSeconds(3600))));
    clusters =
        GkeClusters.using(
            GoogleTokenProvider.of(credentials, google.surroundings(home, Map.of(), clock))
                .quotaProject("quota-project"));
  }

  @AfterEach
  void close() {
    google.close();
  }

  @Test
  void get_ofACluster_tellsWhatItIs() {
    google.answerGet(CLUSTER, 200, cluster("RUNNING", "\"endpoint\":\"203.0.113.7\""));

    GkeCluster cluster = clusters.get(REF);

    assertThat(cluster.ref()).isEqualTo(REF);
    assertThat(cluster.status()).isEqualTo(GkeCluster.Status.RUNNING);
    assertThat(cluster.version()).contains("1.33.5-gke.1162000");
    assertThat(cluster.endpoints())
        .isEqualTo(Map.of(GkeEndpoint.PUBLIC, URI.create("https://203.0.113.7")));
    assertThat(google.requests(CLUSTER))
        .singleElement()
        .satisfies(request -> {
          assertThat(request.getHeader("Authorization").equals("Bearer canary-ya29.jane")).isTrue();
          assertThat(request.getHeader("x-goog-user-project")).isEqualTo("quota-project");
        });
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "\"endpoint\":\"203.0.113.7\" | PUBLIC | every network",
        "\"endpoint\":\"203.0.113.7\",\"masterAuthorizedNetworksConfig\":{\"enabled\":true} | PUBLIC | authorized networks",
        "\"endpoint\":\"10.0.0.2\",\"privateClusterConfig\":{\"enablePrivateEndpoint\":true,\"privateEndpoint\":\"10.0.0.2\"} | PRIVATE | VPC network only",
        "\"controlPlaneEndpointsConfig\":{\"dnsEndpointConfig\":{\"endpoint\":\"gke-1.us-west1.gke.goog\",\"allowExternalTraffic\":true},\"ipEndpointsConfig\":{\"enabled\":false}} | DNS | no public address",
        "\"controlPlaneEndpointsConfig\":{\"dnsEndpointConfig\":{\"endpoint\":\"gke-1.us-west1.gke.goog\",\"allowExternalTraffic\":true},\"ipEndpointsConfig\":{\"enabled\":true,\"enablePublicEndpoint\":true,\"publicEndpoint\":\"203.0.113.7\",\"privateEndpoint\":\"10.0.0.2\",\"authorizedNetworksConfig\":{\"enabled\":true}}} | DNS | only to authorized networks",
        "\"controlPlaneEndpointsConfig\":{\"dnsEndpointConfig\":{\"endpoint\":\"gke-1.us-west1.gke.goog\"},\"ipEndpointsConfig\":{\"enabled\":true,\"enablePublicEndpoint\":true,\"publicEndpoint\":\"203.0.113.7\",\"privateEndpoint\":\"10.0.0.2\"}} | PUBLIC | every network",
        "\"controlPlaneEndpointsConfig\":{\"dnsEndpointConfig\":{\"endpoint\":\"gke-1.us-west1.gke.goog\"},\"ipEndpointsConfig\":{\"enabled\":true,\"enablePublicEndpoint\":false,\"privateEndpoint\":\"10.0.0.2\"}} | PRIVATE | VPC network only",
        "\"controlPlaneEndpointsConfig\":{\"dnsEndpointConfig\":{\"endpoint\":\"gke-1.us-west1.gke.goog\"},\"ipEndpointsConfig\":{\"enabled\":false}} | DNS | allowExternalTraffic is false"
      })
  void endpoint_ofEachKindOfCluster_isChosenAndExplained(
      String fields, GkeEndpoint chosen, String reason) {
    google.answerGet(CLUSTER, 200, cluster("RUNNING", fields));

    GkeCluster cluster = clusters.get(REF);

    assertThat(cluster.endpoint()).contains(chosen);
    assertThat(cluster.endpointReason()).startsWith("by " + chosen).contains(reason);
  }

  @ParameterizedTest
  @CsvSource({"200,''", "200,<html>", "204,''"})
  void get_whenSomethingInBetweenAnswers_isUnreachable(int status, String body) {
    google.answerGet(CLUSTER, status, body);

    assertThat(reasonOf(() -> clusters.get(REF))).isEqualTo(Reason.UNREACHABLE);
  }

  @Test
  void kubernetesClient_ofAClusterWithoutEndpoint_isNotReady() {
    google.answerGet(CLUSTER, 200, cluster("PROVISIONING", "\"zone\":\"us-west1-b\""));
    GkeCluster cluster = clusters.get(REF);

    assertThat(reasonOf(cluster::kubernetesClient)).isEqualTo(Reason.NOT_READY);
    assertThatThrownBy(() -> cluster.kubernetesClient(GkeEndpoint.DNS))
        .hasMessageContaining("has no DNS endpoint");
  }

  @Test
  void list_ofAProject_tellsAllOfThem() {
    google.answerGet(
        EVERYWHERE,
        200,
        """
        {"clusters":[{"name":"a","location":"us-west1-b","status":"RUNNING"},
                     {"name":"b","location":"europe-west1","status":"NEW_STATUS"}],
         "missingZones":["us-east1-b"]}
        """);

    List<GkeCluster> found = clusters.list("my-project");

    assertThat(found)
        .extracting(GkeCluster::ref)
        .containsExactly(
            GkeClusterRef.of("my-project", "us-west1-b", "a"),
            GkeClusterRef.of("my-project", "europe-west1", "b"));
    assertThat(found.get(1).status()).isEqualTo(GkeCluster.Status.UNKNOWN);
  }

  @Test
  void get_inTheWrongPlace_saysWhereItIs() {
    google.answerGet(CLUSTER, 404, error(404, "NOT_FOUND", "Not found: " + REF));
    google.answerGet(
        EVERYWHERE,
        200,
        "{\"clusters\":[{\"name\":\"kuberay-cluster\",\"location\":\"us-west1-a\"}]}");

    GkeException error = failure(() -> clusters.get(REF));

    assertThat(error.reason()).isEqualTo(Reason.NOT_FOUND);
    assertThat(error).hasMessageEndingWith("; it is in us-west1-a");
  }

  @Test
  void get_inAPlaceThatIsNone_saysWhereItIs() {
    google.answerGet(
        CLUSTER,
        400,
        error(400, "INVALID_ARGUMENT", "Location \\\"us-west1-b\\\" does not exist."));
    google.answerGet(
        EVERYWHERE, 200, "{\"clusters\":[{\"name\":\"other\",\"location\":\"us-west1\"}]}");

    assertThat(failure(() -> clusters.get(REF)))
        .hasMessageEndingWith("; the project has other in us-west1");
  }

  @Test
  void get_withoutPermission_namesItAndARole() {
    google.answerGet(
        CLUSTER,
        403,
        error(
            403,
            "PERMISSION_DENIED",
            "Required \\\"container.clusters.get\\\" permission(s) for \\\"" + REF + "\\\"."));

    GkeException error = failure(() -> clusters.get(REF));

    assertThat(error.reason()).isEqualTo(Reason.FORBIDDEN);
    assertThat(error)
        .hasMessageContaining("IAM permission container.clusters.get on project my-project")
        .hasMessageContaining("roles/container.clusterViewer");
  }

  @Test
  void create_withoutPermissionOnTheNodesAccount_namesThatOne() {
    google.answerPost(
        HERE,
        403,
        error(
            403,
            "PERMISSION_DENIED",
            "Required \\\"iam.serviceAccounts.actAs\\\" permission(s) for \\\"default\\\"."));

    assertThat(failure(() -> clusters.create(GkeClusterSpec.of(REF))))
        .hasMessageContaining("permission iam.serviceAccounts.actAs")
        .hasMessageContaining("roles/iam.serviceAccountUser");
  }

  @Test
  void get_whenTheApiIsSwitchedOff_saysHowToSwitchItOn() {
    google.answerGet(
        CLUSTER,
        403,
        """
        {"error":{"code":403,"status":"PERMISSION_DENIED",
          "message":"Kubernetes Engine API has not been used in project my-project before or it is disabled.",
          "errors":[{"message":"…","domain":"usageLimits","reason":"accessNotConfigured"}],
          "details":[{"@type":"type.googleapis.com/google.rpc.ErrorInfo","reason":"SERVICE_DISABLED",
            "domain":"googleapis.com","metadata":{"service":"container.googleapis.com"}}]}}
        """);

    GkeException error = failure(() -> clusters.get(REF));

    assertThat(error.reason()).isEqualTo(Reason.API_DISABLED);
    assertThat(error)
        .hasMessageContaining(
            "gcloud services enable container.googleapis.com --project=my-project");
  }

  @Test
  void get_whenNobodyAnswers_isUnreachable() {
    google.hide("container.googleapis.com");

    assertThat(reasonOf(() -> clusters.get(REF))).isEqualTo(Reason.UNREACHABLE);
  }

  @Test
  void get_whenTheAnswerQuotesTheToken_doesNotShowIt() {
    google.answerGet(
        CLUSTER, 400, error(400, "INVALID_ARGUMENT", "what is Bearer canary-ya29.jane?"));

    GkeException error = failure(() -> clusters.get(REF));

    assertThat(error.getMessage().contains("canary-")).isFalse();
    assertThat(error.reason()).isEqualTo(Reason.INVALID);
  }

  @Test
  void apiAddress_thatIsPlainHttp_isRefused() {
    assertThatThrownBy(() -> clusters.apiAddress(URI.create("http://gke.example")))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void apiAddress_ofAnotherServer_isAsked() {
    google.answerGet("gke.example/v1/" + REF, 200, cluster("RUNNING", "\"endpoint\":\"10.0.0.2\""));

    assertThat(clusters.apiAddress(URI.create("https://gke.example/")).get(REF).ref())
        .isEqualTo(REF);
  }

  @Test
  void create_withTheGuidesParameters_sendsThemAndTellsOfProgress() {
    google.answerPost(HERE, 200, operation("PENDING", ""));
    List<String> answers =
        List.of(
            operation("RUNNING", progress(1)),
            operation("RUNNING", progress(1)),
            operation("RUNNING", progress(2)),
            operation("DONE", ""));
    answerOneAfterTheOther(answers);
    List<Progress> told = new ArrayList<>();

    GkeOperation operation =
        clusters.create(GkeClusterSpec.of(REF).nodes(2).machineType("e2-standard-4"));
    operation.await(Duration.ofMinutes(10), told::add);

    assertThat(google.requests(HERE))
        .singleElement()
        .satisfies(request ->
            assertThat(request.getBodyAsString())
                .contains(
                    "\"name\":\"kuberay-cluster\"",
                    "\"initialNodeCount\":2",
                    "\"machineType\":\"e2-standard-4\"",
                    "\"useIpAliases\":true"));
    assertThat(told)
        .containsExactly(
            new Progress(State.RUNNING, "nodes ready 1/2"),
            new Progress(State.RUNNING, "nodes ready 2/2"),
            new Progress(State.DONE, ""));
    assertThat(clock.sleeps())
        .containsExactly(Duration.ofSeconds(1), Duration.ofSeconds(2), Duration.ofSeconds(4));
  }

  @Test
  void create_ofAClusterThatIsThereAndTheSame_hasNothingToDo() {
    google.answerPost(HERE, 409, error(409, "ALREADY_EXISTS", "Already exists: " + REF));
    google.answerGet(CLUSTER, 200, cluster("RUNNING", pool(2, "e2-standard-4")));

    GkeOperation operation =
        clusters.create(GkeClusterSpec.of(REF).nodes(2).machineType("e2-standard-4"));

    assertThat(operation.progress().state()).isEqualTo(State.DONE);
    operation.await(Duration.ofSeconds(1));
    operation.cancel();
    assertThat(google.requests(OPERATION)).isEmpty();
  }

  @Test
  void create_ofAClusterThatIsBeingCreated_joins() {
    google.answerPost(HERE, 409, error(409, "ALREADY_EXISTS", "Already exists: " + REF));
    google.answerGet(CLUSTER, 200, cluster("PROVISIONING", pool(2, "e2-medium")));
    google.answerGet(OPERATIONS, 200, "{\"operations\":[%s]}".formatted(operation("RUNNING", "")));
    google.answerGet(OPERATION, 200, operation("RUNNING", ""));

    GkeOperation operation = clusters.create(GkeClusterSpec.of(REF).nodes(2));

    assertThat(operation.progress().state()).isEqualTo(State.RUNNING);
  }

  @Test
  void create_ofAClusterThatIsThereAndDiffers_saysInWhat() {
    google.answerPost(HERE, 409, error(409, "ALREADY_EXISTS", "Already exists: " + REF));
    google.answerGet(CLUSTER, 200, cluster("RUNNING", pool(3, "e2-medium")));

    GkeException error =
        failure(
            () -> clusters.create(GkeClusterSpec.of(REF).nodes(2).machineType("e2-standard-4")));

    assertThat(error.reason()).isEqualTo(Reason.CONFLICT);
    assertThat(error)
        .hasMessageContaining("3 nodes of type e2-medium instead of 2 of type e2-standard-4");
  }

  @Test
  void await_ofAnOperationThatFails_hasGkesWords() {
    google.answerPost(HERE, 200, operation("RUNNING", ""));
    google.answerGet(
        OPERATION,
        200,
        operation("DONE", ",\"error\":{\"code\":8,\"message\":\"Insufficient quota: CPUS\"}"));

    GkeException error =
        failure(() -> clusters.create(GkeClusterSpec.of(REF)).await(Duration.ofMinutes(1)));

    assertThat(error.reason()).isEqualTo(Reason.FAILED);
    assertThat(error).hasMessageContaining("Insufficient quota: CPUS");
  }

  @Test
  void await_whenTheApiIsAwayForAWhile_goesOn() {
    google.answerPost(HERE, 200, operation("RUNNING", ""));
    google
        .server()
        .stubFor(
            get(Google.path(OPERATION))
                .inScenario("away")
                .whenScenarioStateIs("Started")
                .willSetStateTo("back")
                .willReturn(aResponse().withStatus(503)));
    google
        .server()
        .stubFor(
            get(Google.path(OPERATION))
                .inScenario("away")
                .whenScenarioStateIs("back")
                .willReturn(okJson(operation("DONE", ""))));

    clusters.create(GkeClusterSpec.of(REF)).await(Duration.ofMinutes(1));

    assertThat(google.requests(OPERATION)).hasSize(2);
  }

  @Test
  void await_whenTheTimeIsUp_saysThatItGoesOn() {
    google.answerPost(HERE, 200, operation("RUNNING", ""));
    google.answerGet(OPERATION, 200, operation("RUNNING", progress(1)));

    GkeException error =
        failure(() -> clusters.create(GkeClusterSpec.of(REF)).await(Duration.ofSeconds(20)));

    assertThat(error.reason()).isEqualTo(Reason.NOT_READY);
    assertThat(error).hasMessageContaining("within 20 seconds").hasMessageContaining("goes on");
    assertThat(clock.sleeps().stream().reduce(Duration.ZERO, Duration::plus))
        .isEqualTo(Duration.ofSeconds(20));
  }

  @Test
  void await_whenTheThreadIsInterrupted_endsTheWaitingOnly() {
    google.answerPost(HERE, 200, operation("RUNNING", ""));
    google.answerGet(OPERATION, 200, operation("RUNNING", ""));
    GkeOperation operation = clusters.create(GkeClusterSpec.of(REF));
    try {
      RayInterruptedException error =
          catchThrowableOfType(
              RayInterruptedException.class,
              () ->
                  operation.await(
                      Duration.ofMinutes(1), progress -> Thread.currentThread().interrupt()));

      assertThat(error).hasMessageContaining("goes on");
      assertThat(Thread.currentThread().isInterrupted()).isTrue();
    } finally {
      Thread.interrupted();
    }
  }

  @Test
  void cancel_ofARunningOperation_asksGke() {
    google.answerPost(HERE, 200, operation("RUNNING", ""));
    google.answerPost(OPERATION + ":cancel", 200, "{}");

    clusters.create(GkeClusterSpec.of(REF)).cancel();

    assertThat(google.requests(OPERATION + ":cancel")).hasSize(1);
  }

  @Test
  void cancel_thatGkeRefuses_hasItsWords() {
    google.answerPost(HERE, 200, operation("RUNNING", ""));
    google.answerPost(
        OPERATION + ":cancel",
        400,
        error(400, "FAILED_PRECONDITION", "Operation operation-1 cannot be cancelled."));

    assertThatThrownBy(clusters.create(GkeClusterSpec.of(REF))::cancel)
        .hasMessageContaining("Operation operation-1 cannot be cancelled.")
        .hasMessageContaining("Wait until it has ended");
  }

  @Test
  void delete_ofACluster_isAnOperation() {
    google.answer(CLUSTER, 200, operation("RUNNING", ""));
    google.answerGet(OPERATION, 200, operation("DONE", ""));

    clusters.delete(REF).await(Duration.ofMinutes(1));

    assertThat(google.requests(CLUSTER))
        .singleElement()
        .satisfies(request -> assertThat(request.getMethod().toString()).isEqualTo("DELETE"));
  }

  @Test
  void delete_ofAClusterThatIsGone_hasNothingToDo() {
    google.answer(CLUSTER, 404, error(404, "NOT_FOUND", "Not found: " + REF));
    google.answerGet(EVERYWHERE, 200, "{}");

    assertThat(clusters.delete(REF).progress().state()).isEqualTo(State.DONE);
  }

  @Test
  void list_ofWhatCannotBeAProject_isRefusedBeforeAnythingIsSent() {
    assertThatThrownBy(() -> clusters.list("my-project/locations/us-west1-b"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("cannot be a project");
  }

  @Test
  void delete_inTheWrongPlace_saysWhereItIs() {
    google.answer(CLUSTER, 404, error(404, "NOT_FOUND", "Not found: " + REF));
    google.answerGet(
        EVERYWHERE,
        200,
        "{\"clusters\":[{\"name\":\"kuberay-cluster\",\"location\":\"us-west1-a\"}]}");

    assertThat(failure(() -> clusters.delete(REF))).hasMessageContaining("it is in us-west1-a");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "Cluster is running incompatible operation operation-1.",
        "Operation operation-1 is currently deleting cluster kuberay-cluster. Please wait and try again once it is done."
      })
  void delete_ofAClusterThatIsBeingDeleted_joins(String words) {
    google.answer(CLUSTER, 400, error(400, "FAILED_PRECONDITION", words));
    google.answerGet(
        OPERATIONS,
        200,
        "{\"operations\":[%s]}"
            .formatted(operation("RUNNING", "").replace("CREATE_CLUSTER", "DELETE_CLUSTER")));

    assertThat(clusters.delete(REF)).hasToString("deleting GKE cluster " + REF + " (operation-1)");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "Cluster is running incompatible operation operation-1700000000000-abcdef12.",
        "Operation operation-1700000000000-abcdef12 is currently creating cluster kuberay-cluster. Please wait and try again once it is done."
      })
  void delete_whileSomethingElseIsDone_isAConflict(String words) {
    google.answerGet(OPERATIONS, 200, "{}");
    google.answer(CLUSTER, 400, error(400, "FAILED_PRECONDITION", words));

    GkeException error = failure(() -> clusters.delete(REF));

    assertThat(error.reason()).isEqualTo(Reason.CONFLICT);
    assertThat(error).hasMessageContaining("operation-1700000000000-abcdef12");
  }

  @Test
  void spec_thatCannotBe_isRefusedAtOnce() {
    assertThatThrownBy(() -> GkeClusterSpec.of(REF).nodes(0))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> GkeClusterSpec.of(REF).machineType("big one"))
        .isInstanceOf(IllegalArgumentException.class);
  }

  private void answerOneAfterTheOther(List<String> answers) {
    for (int i = 0; i < answers.size(); i++) {
      google
          .server()
          .stubFor(
              get(Google.path(OPERATION))
                  .inScenario("operation")
                  .whenScenarioStateIs(i == 0 ? "Started" : "after " + i)
                  .willSetStateTo("after " + (i + 1))
                  .willReturn(okJson(answers.get(i))));
    }
  }

  private static Reason reasonOf(ThrowingCallable call) {
    return failure(call).reason();
  }

  private static GkeException failure(ThrowingCallable call) {
    return catchThrowableOfType(GkeException.class, call);
  }

  private static String cluster(String status, String fields) {
    return """
    {"name":"kuberay-cluster","location":"us-west1-b","status":"%s","subnetwork":"%s",
     "currentMasterVersion":"1.33.5-gke.1162000","selfLink":"%s",%s}
    """
        .formatted(status, SUBNET, "https://container.googleapis.com/v1/" + REF, fields);
  }

  private static String pool(int nodes, String machineType) {
    return "\"nodePools\":[{\"name\":\"default-pool\",\"initialNodeCount\":%d,\"config\":{\"machineType\":\"%s\"}}]"
        .formatted(nodes, machineType);
  }

  private static String operation(String status, String more) {
    return """
    {"name":"operation-1","zone":"us-west1-b","operationType":"CREATE_CLUSTER","status":"%s",
     "selfLink":"https://container.googleapis.com/v1/projects/1/zones/us-west1-b/operations/operation-1",
     "targetLink":"https://container.googleapis.com/v1/projects/1/zones/us-west1-b/clusters/kuberay-cluster"%s}
    """
        .formatted(status, more);
  }

  private static String progress(int ready) {
    return ",\"progress\":{\"metrics\":[{\"name\":\"NODES_READY\",\"intValue\":\"%d\"},{\"name\":\"NODES_READY_TOTAL\",\"intValue\":\"2\"}]}"
        .formatted(ready);
  }

  private static String error(int code, String status, String message) {
    return "{\"error\":{\"code\":%d,\"status\":\"%s\",\"message\":\"%s\"}}"
        .formatted(code, status, message);
  }
}
