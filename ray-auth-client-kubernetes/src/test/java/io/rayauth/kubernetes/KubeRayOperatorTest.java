package io.rayauth.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.rayauth.error.RayInterruptedException;
import io.rayauth.kubernetes.OperatorProgress.Step;
import io.rayauth.kubernetes.OperatorStatus.ResourceVersions;
import io.rayauth.kubernetes.RayKubernetesException.Reason;
import io.rayauth.kubernetes.internal.operator.OperatorObjects;
import io.rayauth.testkit.ManualClock;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class KubeRayOperatorTest {
  private static final String DEFINITION =
      "/apis/apiextensions.k8s.io/v1/customresourcedefinitions/rayclusters.ray.io";
  private static final String DEPLOYMENT =
      "/apis/apps/v1/namespaces/ops/deployments/kuberay-operator";
  private static final String LEASE =
      "/apis/coordination.k8s.io/v1/namespaces/ops/leases/ray-operator-leader";

  private final FakeApiServer server = new FakeApiServer();
  private final ManualClock clock = ManualClock.create();
  private final KubeRayOperator operator = new KubeRayOperator(server.client(), clock);

  @AfterEach
  void close() {
    server.close();
  }

  private void definition(String established) {
    server.put(
        DEFINITION,
        "metadata: {name: rayclusters.ray.io}\nspec: {versions: [{name: v1, served: true}, {name: v1alpha1, served: false}]}\nstatus: {storedVersions: [v1], conditions: [{type: Established, status: '%s'}]}\n"
            .formatted(established));
  }

  private void deployment(int ready) {
    server.put(
        DEPLOYMENT,
        "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: kuberay-operator, namespace: ops, generation: 1, annotations: {meta.helm.sh/release-name: ray}}\nspec: {replicas: 1, selector: {matchLabels: {a: b}}, template: {spec: {containers: [{image: 'q/kuberay/operator:v1.6.0', args: ['--watch-namespace=a,b']}]}}}\nstatus: {observedGeneration: 1, updatedReplicas: 1, readyReplicas: %d, availableReplicas: %d}\n"
            .formatted(ready, ready));
  }

  private void lease(String renewed) {
    server.put(
        LEASE,
        "metadata: {name: ray-operator-leader, namespace: ops}\nspec: {holderIdentity: pod-1_x, leaseDurationSeconds: 15, renewTime: '%s'}\n"
            .formatted(renewed));
  }

  @Test
  void status_whenAllIsWell_tellsVersionsAndLeader() {
    definition("True");
    deployment(1);
    lease("2025-12-31T23:59:55.000000Z");

    OperatorStatus status = operator.status("ops");

    assertThat(status.problems()).isEmpty();
    assertThat(status.isHealthy()).isTrue();
    assertThat(status.resources())
        .containsExactly(
            Map.entry(
                "rayclusters.ray.io", new ResourceVersions(true, List.of("v1"), List.of("v1"))));
    OperatorDeployment found = status.operators().get(0);
    assertThat(found.version()).contains("1.6.0");
    assertThat(found.helmRelease()).contains("ray");
    assertThat(found.watchedNamespaces()).containsExactly("a", "b");
    assertThat(found.leader()).contains("pod-1_x");
  }

  @Test
  void status_whenTheLeaderIsGone_namesNone() {
    definition("True");
    deployment(1);
    lease("2025-12-31T23:59:40.000000Z");

    assertThat(operator.status("ops").operators().get(0).leader()).isEmpty();
  }

  @Test
  void status_whenNothingIsThere_saysSo() {
    OperatorStatus status = operator.status("ops");

    assertThat(status.isInstalled()).isFalse();
    assertThat(status.problems())
        .containsExactly(
            "the API server does not know rayclusters.ray.io: install KubeRay",
            "no Deployment of the KubeRay operator was found");
  }

  @Test
  void status_whenThePodIsNotReady_isNotHealthy() {
    definition("True");
    deployment(0);

    assertThat(operator.status("ops").problems())
        .containsExactly(
            "operator ops/kuberay-operator (q/kuberay/operator:v1.6.0, 0 of 1 pods ready) is not ready");
  }

  @Test
  void status_whenTheCallerMayNotLook_namesTheRight() {
    server.refuse(call -> call.path().endsWith("/deployments"), 403, "cannot list deployments");

    assertThatExceptionOfType(RayKubernetesException.class)
        .isThrownBy(() -> operator.status("ops"))
        .withMessageContaining("cannot list deployments")
        .returns(Reason.FORBIDDEN, RayKubernetesException::reason);
  }

  @Test
  void installManifest_appliesDefinitionsFirstAndWaitsForThem() throws URISyntaxException {
    server.knows("/apis/apps/v1", "Deployment", "deployments", true);
    server.knows(
        "/apis/apiextensions.k8s.io/v1",
        "CustomResourceDefinition",
        "customresourcedefinitions",
        false);
    List<OperatorProgress> progress = new ArrayList<>();

    assertThatExceptionOfType(RayKubernetesException.class)
        .isThrownBy(
            () -> operator.installManifest(manifest(), "ops", Duration.ofSeconds(5), progress::add))
        .withMessage(
            "after 5 s, CustomResourceDefinition rayclusters.ray.io is not established; what was applied stays")
        .returns(Reason.NOT_READY, RayKubernetesException::reason);

    assertThat(server.writes()).extracting(FakeApiServer.Call::path).containsExactly(DEFINITION);
    assertThat(progress).isEmpty();
  }

  private Path manifest() throws URISyntaxException {
    return Path.of(getClass().getResource("/manifests/small-operator.yaml").toURI());
  }

  @Test
  void installManifest_whenTheFileIsMissing_sendsNothing() {
    assertThatIllegalArgumentException()
        .isThrownBy(() ->
            operator.installManifest(
                Path.of("/no/such.yaml"), "ops", Duration.ZERO, progress -> {}))
        .withMessageContaining("the manifest /no/such.yaml cannot be read");
    assertThat(server.calls()).isEmpty();
  }

  @Test
  void rollout_whenThePodsGetReady_tellsEachChangeOnce() {
    deployment(0);
    List<String> told = new ArrayList<>();
    OperatorObjects objects = new OperatorObjects(server.client());
    Rollout rollout =
        new Rollout(
            objects,
            clock,
            Duration.ofMinutes(1),
            progress -> told.add(progress.step() + " " + progress.message()));

    rollout.awaitReady(() -> {
      if (clock.sleeps().size() == 3) {
        deployment(1);
      }
      return objects.find("ops", "kuberay-operator").stream().toList();
    });

    assertThat(told)
        .containsExactly(
            Step.ROLLOUT + " kuberay-operator: 0 of 1 pods ready",
            Step.READY + " kuberay-operator: 1 of 1 pods ready");
  }

  @Test
  void rollout_whenInterrupted_endsAtOnce() {
    deployment(0);
    OperatorObjects objects = new OperatorObjects(server.client());
    Rollout rollout =
        new Rollout(
            objects, clock, Duration.ofMinutes(1), progress -> Thread.currentThread().interrupt());

    assertThatExceptionOfType(RayInterruptedException.class)
        .isThrownBy(() ->
            rollout.awaitReady(() -> objects.find("ops", "kuberay-operator").stream().toList()));
    assertThat(Thread.interrupted()).isTrue();
    assertThat(clock.sleeps()).isEmpty();
  }

  @Test
  void charts_whenTheyCannotBeFound_areRefusedBeforeAnythingIsSent() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> HelmChart.inRepository(URI.create("oci://r/c"), "c", "1"))
        .withMessageContaining("take HelmChart.inRegistry");
    assertThatIllegalArgumentException()
        .isThrownBy(
            () -> HelmChart.inRepository(URI.create("https://u:canary-pw@charts.test/"), "c", "1"))
        .withMessage(
            "the URL of the chart repository at charts.test holds a user, a query or a fragment; none of them is sent");
    assertThatIllegalArgumentException().isThrownBy(() -> HelmChart.kubeRayOperator(" "));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> HelmChart.inRegistry("registry/c", "1"))
        .withMessageContaining("begins with oci://");
  }

  @Test
  void values_whenAPathGoesThroughAWhole_isRefused() {
    OperatorInstallation.Builder builder =
        OperatorInstallation.of(HelmChart.kubeRayOperator("1.6.0")).value("image.tag", "v1");

    assertThat(builder.value("image.pullPolicy", "Never").build().values())
        .isEqualTo(Map.of("image", Map.of("tag", "v1", "pullPolicy", "Never")));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> builder.value("image.tag.x", 1))
        .withMessage("'image.tag.x' goes through 'tag', which was set as a whole");
    assertThatIllegalArgumentException().isThrownBy(() -> builder.value("a..b", 1));
  }
}
