package io.rayauth.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.client.utils.KubernetesSerialization;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@Timeout(180)
class RayClusterTest {
  private static final String LONG = "a-name-that-is-longer-than-the-fifty-letters-of-a-pod";

  private static RayCluster read(String name, String spec, String status) {
    return new RayCluster(
        new KubernetesSerialization()
            .unmarshal(
                "apiVersion: ray.io/v1\nkind: RayCluster\nmetadata: {name: %s, namespace: default, generation: 3, uid: u1}\nspec: %s\nstatus: %s\n"
                    .formatted(name, spec, status),
                GenericKubernetesResource.class));
  }

  private static RayCluster read(String spec) {
    return read("trainer", spec, "{}");
  }

  private static String head(String container) {
    return "headGroupSpec: {template: {spec: {containers: [%s]}}}".formatted(container);
  }

  @ParameterizedTest(name = "{0}")
  @CsvSource(
      delimiter = '|',
      value = {
        "no options           | {}                                                        | OPEN   "
            + "          |",
        "the empty options    | {authOptions: {}}                                         | OPEN   "
            + "          |",
        "secret without mode  | {authOptions: {secretName: s}}                            | OPEN   "
            + "          |",
        "disabled             | {authOptions: {mode: disabled}}                           | OPEN   "
            + "          |",
        "token                | {authOptions: {mode: token}}                              |"
            + " RAY_TOKEN        | trainer",
        "token in own secret  | {authOptions: {mode: token, secretName: s}}               |"
            + " RAY_TOKEN        | s",
        "empty secret name    | {authOptions: {mode: token, secretName: ''}}              |"
            + " RAY_TOKEN        | trainer",
        "kubernetes           | {authOptions: {mode: token, enableK8sTokenAuth: true}}    |"
            + " KUBERNETES_TOKEN |",
        "kubernetes, no mode  | {authOptions: {enableK8sTokenAuth: true}}                 | OPEN   "
            + "          |",
      })
  void declaredScheme_followsWhatTheOperatorReallyDoes(
      String what, String spec, AuthScheme scheme, String secret) {
    RayCluster cluster = read(spec);

    assertThat(cluster.declaredScheme()).isEqualTo(scheme);
    assertThat(cluster.secretName().orElse(null)).isEqualTo(secret);
  }

  @Test
  void declaredScheme_whenTheOptionsAreEmpty_saysWhyTheClusterIsOpen() {
    assertThat(read("{authOptions: {}}").declaredSchemeReason())
        .contains("without mode: token")
        .contains("may make a Secret");
  }

  @Test
  void declaredScheme_whenTheContainerSetsTheVariablesItself_followsThem() {
    RayCluster manual =
        read(
            "{%s}"
                .formatted(
                    head(
                        "{name: h, env: [{name: RAY_AUTH_MODE, value: token}, {name:"
                            + " RAY_AUTH_TOKEN, valueFrom: {secretKeyRef: {name: mine, key:"
                            + " k}}}]}")));
    RayCluster disabled =
        read(
            "{authOptions: {mode: token}, %s}"
                .formatted(head("{name: h, env: [{name: RAY_AUTH_MODE, value: disabled}]}")));
    RayCluster kubernetes =
        read(
            "{%s}"
                .formatted(
                    head(
                        "{name: h, env: [{name: RAY_AUTH_MODE, value: token}, {name:"
                            + " RAY_ENABLE_K8S_TOKEN_AUTH, value: 'true'}]}")));

    assertThat(manual.declaredScheme()).isEqualTo(AuthScheme.RAY_TOKEN);
    assertThat(manual.secretName()).contains("mine");
    assertThat(manual.secretKey()).isEqualTo("k");
    assertThat(disabled.declaredScheme()).isEqualTo(AuthScheme.OPEN);
    assertThat(disabled.secretName()).isEmpty();
    assertThat(kubernetes.declaredScheme()).isEqualTo(AuthScheme.KUBERNETES_TOKEN);
  }

  @Test
  void declaredScheme_whenAProxyStandsInFront_isTheProxyAndKeepsTheSecretBehindIt() {
    RayCluster cluster =
        read(
            "{authOptions: {mode: token}, %s}"
                .formatted(
                    head(
                        "{name: h}, {name: p, image: 'mirror/kube-rbac-proxy:v1', args:"
                            + " [--secure-listen-address=0.0.0.0:8265,"
                            + " --upstream=http://127.0.0.1:8443/]}")));

    assertThat(cluster.declaredScheme()).isEqualTo(AuthScheme.KUBE_RBAC_PROXY);
    assertThat(cluster.secretName()).contains("trainer");
    assertThat(cluster.dashboardUsesTls()).isTrue();
    assertThat(cluster.declaredSchemeReason()).contains("'p'").contains("behind it Ray checks too");
  }

  @Test
  void secretName_whenTheClustersNameIsLong_isCutLikeTheOperatorCutsIt() {
    RayCluster cluster = read(LONG, "{authOptions: {mode: token}}", "{}");

    assertThat(LONG).hasSize(53);
    assertThat(cluster.secretName()).contains("ame-that-is-longer-than-the-fifty-letters-of-a-pod");
  }

  @Test
  void secretName_whenTheCutLeavesADashInFront_startsWithALetter() {
    String name = "ab-" + "c".repeat(49);

    assertThat(read(name, "{authOptions: {mode: token}}", "{}").secretName())
        .contains("r" + "c".repeat(49));
  }

  @Test
  void dashboardPort_isTheOneNamedSo() {
    RayCluster named =
        read("{%s}".formatted(head("{name: h, ports: [{containerPort: 9000, name: dashboard}]}")));
    RayCluster unnamed = read("{%s}".formatted(head("{name: h, ports: [{containerPort: 8265}]}")));
    RayCluster others =
        read("{%s}".formatted(head("{name: h, ports: [{containerPort: 6379, name: gcs}]}")));

    assertThat(named.dashboardPort()).isEqualTo(9000);
    assertThat(named.dashboardPortName()).contains("dashboard");
    assertThat(unnamed.dashboardPort()).isEqualTo(8265);
    assertThat(unnamed.dashboardPortName()).contains("8265-port");
    assertThat(others.dashboardPortName()).isEmpty();
    assertThat(read("{}").dashboardPortName()).contains("dashboard");
  }

  @Test
  void wantedWorkers_countsHostsAndLeavesOutSuspendedGroups() {
    RayCluster cluster =
        read(
            "{workerGroupSpecs: [{replicas: 2, numOfHosts: 4}, {replicas: 1}, {replicas: 7,"
                + " suspend: true}]}");

    assertThat(cluster.wantedWorkers()).isEqualTo(9);
  }

  @Test
  void status_isReadAsFarAsItGoes() {
    RayCluster cluster =
        read(
            "trainer",
            "{rayVersion: '2.55.0', managedBy: kueue.x-k8s.io/multikueue, suspend: true}",
            "{state: ready, observedGeneration: 2, readyWorkerReplicas: 3, head: {podName: p,"
                + " serviceName: s}, conditions: [{type: HeadPodReady, status: 'True', reason: R,"
                + " message: m}]}");

    assertThat(cluster.rayVersion()).contains("2.55.0");
    assertThat(cluster.managedBy()).contains("kueue.x-k8s.io/multikueue");
    assertThat(cluster.suspended()).isTrue();
    assertThat(cluster.generation()).isEqualTo(3);
    assertThat(cluster.observedGeneration()).isEqualTo(2);
    assertThat(cluster.readyWorkers()).isEqualTo(3);
    assertThat(cluster.headPodName()).contains("p");
    assertThat(cluster.headServiceName()).contains("s");
    assertThat(cluster.condition("HeadPodReady").orElseThrow().isTrue()).isTrue();
    assertThat(cluster.uid()).isEqualTo("u1");
  }

  @Test
  void notReadyBecause_saysWhatIsStillMissing() {
    assertThat(read("{}").notReadyBecause()).contains("no operator has looked at it yet");
    assertThat(read("trainer", "{suspend: true}", "{state: ready}").notReadyBecause())
        .contains("it is suspended; set spec.suspend to false");
    assertThat(
            read(
                    "trainer",
                    "{}",
                    "{observedGeneration: 9, conditions: [{type: HeadPodReady, status: 'False', reason: HeadPodNotFound}]}")
                .notReadyBecause())
        .contains("its head pod is not ready (HeadPodNotFound)");
    assertThat(
            read(
                    "trainer",
                    "{}",
                    "{observedGeneration: 9, conditions: [{type: HeadPodReady, status: 'True'}]}")
                .notReadyBecause())
        .isEmpty();
  }

  @Test
  void notReadyBecause_whenTheOperatorIsTooOldToSayMore_believesItsSummary() {
    assertThat(read("trainer", "{}", "{observedGeneration: 9, state: ready}").notReadyBecause())
        .isEmpty();
  }

  @Test
  void fields_whenOfAnUnexpectedType_countAsNotThere() {
    RayCluster cluster =
        read("trainer", "{rayVersion: 2.55, workerGroupSpecs: {}, authOptions: yes}", "[]");

    assertThat(cluster.rayVersion()).isEmpty();
    assertThat(cluster.wantedWorkers()).isZero();
    assertThat(cluster.hasStatus()).isFalse();
    assertThat(cluster.declaredScheme()).isEqualTo(AuthScheme.OPEN);
  }

  @Test
  void toString_showsNothingOfTheSpecification() {
    RayCluster cluster =
        read("{%s}".formatted(head("{name: h, env: [{name: A, value: canary-in-env}]}")));

    assertThat(cluster.toString()).isEqualTo("RayCluster[default/trainer, OPEN, no state]");
  }
}
