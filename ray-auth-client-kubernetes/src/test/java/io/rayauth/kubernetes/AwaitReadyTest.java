package io.rayauth.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.rayauth.error.RayInterruptedException;
import io.rayauth.kubernetes.RayKubernetesException.Reason;
import io.rayauth.testkit.ManualClock;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@Timeout(180)
class AwaitReadyTest {
  private static final RayClusterRef REF = RayClusterRef.of("default", "trainer");
  private static final String CLUSTER = "/apis/ray.io/v1/namespaces/default/rayclusters/trainer";
  private static final Duration TEN_SECONDS = Duration.ofSeconds(10);
  private static final String WORKERS = "spec: {workerGroupSpecs: [{replicas: 2}]}";

  private final FakeApiServer server = new FakeApiServer();
  private final ManualClock clock = ManualClock.create();
  private final RayClusters clusters = new RayClusters(server.client(), clock);

  @AfterEach
  void close() {
    server.close();
  }

  private void cluster(String spec, String status) {
    server.put(
        CLUSTER,
        "apiVersion: ray.io/v1\nkind: RayCluster\nmetadata: {name: trainer, namespace: default, uid: u1, generation: 2, resourceVersion: '77', managedFields: [{manager: m, operation: Apply, time: '2026-01-01T00:00:10Z', subresource: ''}]}\n%s\n%s\n"
            .formatted(spec, status));
  }

  private static String status(String conditions) {
    return "status: {observedGeneration: 2, readyWorkerReplicas: 1, conditions: [%s]}"
        .formatted(conditions);
  }

  private static String condition(String type, String status) {
    return "{type: %s, status: '%s', reason: Why, message: 'because of\n  this'}"
        .formatted(type, status);
  }

  private void event(String reason, String version, String time) {
    server.put(
        "/api/v1/namespaces/default/events/e-" + time,
        "apiVersion: v1\nkind: Event\nmetadata: {name: e, namespace: default}\ntype: Warning\nreason: %s\nmessage: too old\nlastTimestamp: '%s'\ninvolvedObject: {uid: u1, resourceVersion: '%s'}\n"
            .formatted(reason, time, version));
  }

  private void pod(String type, String status) {
    server.put(
        "/api/v1/namespaces/default/pods/" + type,
        "apiVersion: v1\nkind: Pod\nmetadata: {name: trainer-%s, namespace: default, labels: {ray.io/node-type: %s}}\nstatus: %s\n"
            .formatted(type, type, status));
  }

  private RayKubernetesException failure(Duration timeout) {
    try {
      clusters.awaitReady(REF, timeout);
    } catch (RayKubernetesException e) {
      return e;
    }
    throw new AssertionError("the cluster was ready");
  }

  @Test
  void awaitReady_whenHeadAndWorkersAreThere_returnsAtOnce() {
    cluster(
        WORKERS,
        status(
            condition("HeadPodReady", "True") + "," + condition("RayClusterProvisioned", "True")));

    assertThat(clusters.awaitReady(REF, TEN_SECONDS).ref()).isEqualTo(REF);
    assertThat(clock.sleeps()).isEmpty();
  }

  @Test
  void awaitReady_whenNoWorkersAreWanted_needsTheHeadOnly() {
    cluster("spec: {}", status(condition("HeadPodReady", "True")));

    assertThat(clusters.awaitReady(REF, TEN_SECONDS).ref()).isEqualTo(REF);
  }

  @ParameterizedTest(name = "state ready, {0}: {1}")
  @CsvSource({
    "HeadPodReady, its head pod is not ready",
    "RayClusterProvisioned, 1 of 2 workers are ready"
  })
  void awaitReady_whenTheStateIsReadyButAConditionDoesNotHold_waits(String type, String why) {
    String other = type.equals("HeadPodReady") ? "RayClusterProvisioned" : "HeadPodReady";
    cluster(
        WORKERS,
        status(condition(type, "False") + "," + condition(other, "True"))
            .replace("{observed", "{state: ready, observed"));

    RayKubernetesException failure = failure(TEN_SECONDS);

    assertThat(failure.reason()).isEqualTo(Reason.NOT_READY);
    assertThat(failure)
        .hasMessageStartingWith(
            "RayCluster default/trainer is not ready after 10 s: "
                + why
                + " (Why: because of this)");
    assertThat(clock.sleeps()).hasSize(10).containsOnly(Duration.ofSeconds(1));
  }

  @Test
  void awaitReady_whenTheClusterGetsReadyMeanwhile_returnsIt() {
    cluster("spec: {}", status(condition("HeadPodReady", "False")));
    server.refuse(
        call -> {
          if (clock.sleeps().size() == 3) {
            cluster("spec: {}", status(condition("HeadPodReady", "True")));
          }
          return false;
        },
        0,
        "");

    assertThat(clusters.awaitReady(REF, TEN_SECONDS).ref()).isEqualTo(REF);
    assertThat(clock.sleeps()).hasSize(3);
  }

  @Test
  void awaitReady_whenTheOperatorHasNotSeenTheLastChange_doesNotBelieveTheConditions() {
    cluster(
        "spec: {}",
        status(condition("HeadPodReady", "True")).replace("Generation: 2", "Generation: 1"));

    assertThat(failure(TEN_SECONDS))
        .hasMessageContaining(
            "the operator has looked at generation 1 of it, and the object is at 2")
        .hasMessageContaining(
            "check that the KubeRay operator runs and watches namespace 'default'");
  }

  @Test
  void awaitReady_whenNoOperatorLooksAtIt_givesUpAfterAMinute() {
    cluster("spec: {managedBy: kueue.x-k8s.io/multikueue}", "");

    RayKubernetesException failure = failure(Duration.ofHours(1));

    assertThat(failure.reason()).isEqualTo(Reason.OPERATOR_MISSING);
    assertThat(failure)
        .hasMessageContaining("no operator has looked at it yet after 60 s")
        .hasMessageContaining("spec.managedBy leaves it to kueue.x-k8s.io/multikueue");
  }

  @Test
  void awaitReady_whenTheClusterIsSuspended_saysSoAtOnce() {
    cluster("spec: {suspend: true}", status(condition("HeadPodReady", "False")));

    assertThat(failure(TEN_SECONDS))
        .hasMessage(
            "RayCluster default/trainer cannot get ready: it is suspended; set spec.suspend to"
                + " false");
    assertThat(clock.sleeps()).isEmpty();
  }

  @Test
  void awaitReady_whenTheOperatorRefusesTheObject_repeatsItsWords() {
    cluster("spec: {}", "");
    event("InvalidRayClusterSpec", "77", "2026-01-01T00:00:10Z");

    RayKubernetesException failure = failure(TEN_SECONDS);

    assertThat(failure.reason()).isEqualTo(Reason.INVALID);
    assertThat(failure)
        .hasMessage(
            "the KubeRay operator refuses RayCluster default/trainer: InvalidRayClusterSpec: too"
                + " old");
    assertThat(clock.sleeps()).isEmpty();
  }

  @Test
  void awaitReady_whenTheRefusalIsOlderThanTheLastChange_waitsOn() {
    cluster("spec: {}", "");
    event("InvalidRayClusterSpec", "66", "2026-01-01T00:00:09Z");

    assertThat(failure(TEN_SECONDS).reason()).isEqualTo(Reason.OPERATOR_MISSING);
    assertThat(clock.sleeps()).hasSize(10);
  }

  @Test
  void awaitReady_whenTheHeadPodIsPending_givesThePodsOwnReason() {
    cluster("spec: {}", status(condition("HeadPodReady", "False")));
    pod(
        "head",
        "{phase: Pending, conditions: [{type: PodScheduled, status: 'False', message: no node has 8"
            + " CPUs}]}");

    assertThat(failure(TEN_SECONDS))
        .hasMessageEndingWith("; head pod trainer-head has found no node: no node has 8 CPUs");
  }

  @Test
  void awaitReady_whenAContainerCannotStart_givesItsReason() {
    cluster("spec: {}", status(condition("HeadPodReady", "False")));
    pod(
        "head",
        "{phase: Pending, containerStatuses: [{name: ray-head, ready: false, state: {waiting:"
            + " {reason: ImagePullBackOff, message: no such image}}}]}");

    assertThat(failure(TEN_SECONDS))
        .hasMessageEndingWith(
            "; head pod trainer-head: container 'ray-head' waits: ImagePullBackOff (no such"
                + " image)");
  }

  @Test
  void awaitReady_whenPodsMayNotBeSeen_saysWhatIsMissing() {
    cluster("spec: {}", status(condition("HeadPodReady", "False")));
    server.refuse(call -> call.path().endsWith("/pods"), 403, "pods is forbidden");

    assertThat(failure(TEN_SECONDS))
        .hasMessageContaining("its pods could not be seen")
        .hasMessageContaining("pods is forbidden");
  }

  @Test
  void awaitReady_whenTheOperatorIsTooOldForConditions_asksTheHeadPod() {
    cluster("spec: {}", "status: {state: ready, observedGeneration: 2}");
    pod("head", "{phase: Running, conditions: [{type: Ready, status: 'False'}]}");
    assertThat(failure(TEN_SECONDS).reason()).isEqualTo(Reason.NOT_READY);

    pod("head", "{phase: Running, conditions: [{type: Ready, status: 'True'}]}");

    assertThat(clusters.awaitReady(REF, TEN_SECONDS).ref()).isEqualTo(REF);
  }

  @Test
  void awaitReady_whenTheClusterOrItsNamespaceIsMissing_saysWhich() {
    assertThat(failure(TEN_SECONDS).reason()).isEqualTo(Reason.NAMESPACE_MISSING);

    server.put(
        "/api/v1/namespaces/default",
        "{apiVersion: v1, kind: Namespace, metadata: {name: default}}");

    assertThat(failure(TEN_SECONDS).reason()).isEqualTo(Reason.NOT_FOUND);
    assertThat(clock.sleeps()).isEmpty();
  }

  @Test
  void awaitReady_whenTheApiServerIsAwayForAMoment_waitsForIt() {
    cluster("spec: {}", status(condition("HeadPodReady", "True")));
    server.refuse(call -> clock.sleeps().size() < 3, 503, "starting");

    assertThat(clusters.awaitReady(REF, TEN_SECONDS).ref()).isEqualTo(REF);
    server.refuse(call -> true, 503, "starting");
    assertThat(failure(TEN_SECONDS).reason()).isEqualTo(Reason.UNREACHABLE);
  }

  @Test
  void awaitReady_whenInterrupted_stopsAndKeepsTheFlag() {
    cluster("spec: {}", status(condition("HeadPodReady", "False")));
    Thread caller = Thread.currentThread();
    server.refuse(
        call -> {
          caller.interrupt();
          return false;
        },
        0,
        "");

    assertThatExceptionOfType(RayInterruptedException.class)
        .isThrownBy(() -> clusters.awaitReady(REF, TEN_SECONDS))
        .withMessageContaining("RayCluster default/trainer");
    assertThat(Thread.interrupted()).isTrue();
  }
}
