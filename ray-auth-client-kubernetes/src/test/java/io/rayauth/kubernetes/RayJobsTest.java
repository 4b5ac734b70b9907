package io.rayauth.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.rayauth.JobClient;
import io.rayauth.error.RayInterruptedException;
import io.rayauth.job.JobId;
import io.rayauth.job.JobSpec;
import io.rayauth.job.RuntimeEnv;
import io.rayauth.kubernetes.RayKubernetesException.Reason;
import io.rayauth.testkit.FakeRay;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
class RayJobsTest {
  private static final RayJobRef REF = RayJobRef.of("default", "train");
  private static final String JOBS = "/apis/ray.io/v1/namespaces/default/rayjobs";
  private static final String CLUSTERS = "/apis/ray.io/v1/namespaces/default/rayclusters";
  private static final Duration MINUTES = Duration.ofMinutes(5);

  private final FakeApiServer server = new FakeApiServer();
  private final OperatorsClock clock = new OperatorsClock();
  private final RayJobs jobs = new RayJobs(server.client(), clock);

  RayJobsTest() {
    server.knows("/apis/ray.io/v1", "RayJob", "rayjobs", true);
  }

  @AfterEach
  void close() {
    server.close();
  }

  private static JobSpec job() {
    return JobSpec.running("python train.py").build();
  }

  private static RayJobSpec.Builder onNewCluster() {
    return RayJobSpec.running(REF, job())
        .onNewCluster(Map.of("headGroupSpec", Map.of("rayStartParams", Map.of())));
  }

  private void stored(String status) {
    server.put(
        JOBS + "/train",
        "apiVersion: ray.io/v1\nkind: RayJob\nmetadata: {name: train, namespace: default, resourceVersion: '%d'}\nspec: {entrypoint: x}\nstatus: %s\n"
            .formatted(status.hashCode(), status));
  }

  private void cluster(String spec, String status) {
    server.put(
        CLUSTERS + "/trainer",
        "apiVersion: ray.io/v1\nkind: RayCluster\nmetadata: {name: trainer, namespace: default, uid: u1, generation: 1}\nspec: %s\nstatus: %s\n"
            .formatted(spec, status));
  }

  private RayKubernetesException failure(Runnable call) {
    try {
      call.run();
    } catch (RayKubernetesException e) {
      return e;
    }
    throw new AssertionError("nothing was thrown");
  }

  @Test
  void create_writesTheWholeJobIntoTheSpec() {
    JobSpec job =
        JobSpec.running("python train.py")
            .submissionId(new JobId("mine"))
            .runtimeEnv(RuntimeEnv.builder().envVar("A", "1").build())
            .metadata("team", "vision")
            .entrypointNumCpus(0.5)
            .entrypointResource("slot", 2)
            .build();

    RayJob created =
        jobs.create(
            RayJobSpec.running(REF, job)
                .onNewCluster(Map.of("rayVersion", "2.55.0"))
                .backoffLimit(2)
                .shutdownAfterJobFinishes()
                .ttlAfterFinished(Duration.ofMinutes(1))
                .activeDeadline(Duration.ofHours(1))
                .submissionMode(SubmissionMode.HTTP)
                .label("team", "vision")
                .build());

    assertThat(created.ref()).isEqualTo(REF);
    assertThat(created.labels()).containsEntry("team", "vision");
    assertThat(server.object(JOBS + "/train").get("spec"))
        .isEqualTo(
            Map.ofEntries(
                Map.entry("entrypoint", "python train.py"),
                Map.entry("jobId", "mine"),
                Map.entry("runtimeEnvYAML", "{\"env_vars\":{\"A\":\"1\"}}"),
                Map.entry("metadata", Map.of("team", "vision")),
                Map.entry("entrypointNumCpus", 0.5),
                Map.entry("entrypointResources", "{\"slot\":2.0}"),
                Map.entry("rayClusterSpec", Map.of("rayVersion", "2.55.0")),
                Map.entry("submissionMode", "HTTPMode"),
                Map.entry("backoffLimit", 2),
                Map.entry("shutdownAfterJobFinishes", true),
                Map.entry("ttlSecondsAfterFinished", 60),
                Map.entry("activeDeadlineSeconds", 3600)));
  }

  @Test
  void create_whenThereIsOneOfThatName_leavesItAlone() {
    stored("{jobDeploymentStatus: Running}");

    assertThat(failure(() -> jobs.create(onNewCluster().build())).reason())
        .isEqualTo(Reason.CONFLICT);
    assertThat(jobs.find(REF)).get().returns("Running", found -> found.deploymentStatus().get());
  }

  @Test
  void create_whenTheClusterIsMissing_createsNothing() {
    RayJobSpec spec = RayJobSpec.running(REF, job()).onCluster("trainer").build();

    assertThat(failure(() -> jobs.create(spec)))
        .hasMessage("there is no RayCluster 'trainer' in namespace 'default'");
    assertThat(server.writes()).isEmpty();
  }

  @Test
  void create_whenTheOperatorCannotTalkToTheCluster_createsNothing() {
    cluster(
        "{headGroupSpec: {template: {spec: {containers: [{name: ray}, {name: kube-rbac-proxy, args: ['--upstream=http://127.0.0.1:8443/']}]}}}}",
        "{}");
    RayJobSpec spec = RayJobSpec.running(REF, job()).onCluster("trainer").build();

    assertThat(failure(() -> jobs.create(spec)))
        .hasMessageContaining(
            "no RayJob can run on RayCluster default/trainer: the operator has no token for a kube-rbac-proxy")
        .returns(Reason.INVALID, RayKubernetesException::reason);
    assertThat(server.writes()).isEmpty();
  }

  @Test
  void build_whenTheNewClusterAsksKubernetes_refusesIt() {
    assertThatIllegalArgumentException()
        .isThrownBy(() ->
            RayJobSpec.running(REF, job())
                .onNewCluster(
                    Map.of("authOptions", Map.of("mode", "token", "enableK8sTokenAuth", true)))
                .build())
        .withMessageContaining("KubeRay supports no Kubernetes token authentication for RayJobs");
  }

  @Test
  void build_whenPartsDoNotGoTogether_saysWhy() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> RayJobSpec.running(REF, job()).build())
        .withMessageContaining("it names no cluster");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> onNewCluster().onCluster("trainer").build())
        .withMessageContaining("both onCluster and onNewCluster");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> onNewCluster().suspended().build())
        .withMessageContaining("only together with shutdownAfterJobFinishes");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> onNewCluster().ttlAfterFinished(Duration.ofSeconds(1)).build())
        .withMessageContaining("ttlAfterFinished means nothing");
    assertThatIllegalArgumentException()
        .isThrownBy(
            () -> onNewCluster().backoffLimit(1).submissionMode(SubmissionMode.INTERACTIVE).build())
        .withMessageContaining("leave backoffLimit at 0");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> onNewCluster().activeDeadline(Duration.ofMillis(1500)))
        .withMessage("activeDeadlineSeconds is PT1.5S; give whole seconds, 1 or more");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> RayJobSpec.running(RayJobRef.of("default", "a".repeat(48)), job()))
        .withMessageContaining("take 1 to 47");
  }

  @ParameterizedTest(name = "{0} with job {1} is {2}")
  @CsvSource({
    "Complete, SUCCEEDED, SUCCEEDED",
    "Complete, STOPPED, STOPPED",
    "Complete, FAILED, FAILED",
    "Failed, RUNNING, FAILED",
    "ValidationFailed, '', REFUSED"
  })
  void await_whenItEnds_keepsTheEndsApart(String deployment, String job, RayJobResult result) {
    stored("{jobDeploymentStatus: Running, jobStatus: RUNNING}");
    clock.steps.add(() ->
        stored(
            "{jobDeploymentStatus: %s, jobStatus: '%s', reason: Why, message: because}"
                .formatted(deployment, job)));
    List<String> seen = new ArrayList<>();

    RayJob ended = jobs.await(REF, MINUTES, change -> seen.add(change.deploymentStatus().get()));

    assertThat(ended.result()).contains(result);
    assertThat(ended.reason()).contains("Why");
    assertThat(ended.message()).contains("because");
    assertThat(seen).containsExactly("Running", deployment);
  }

  @Test
  void await_whenNobodyLooksAtIt_saysThatTheOperatorIsMissing() {
    stored("{}");

    assertThat(failure(() -> jobs.await(REF, MINUTES)))
        .hasMessageContaining("no operator has looked at RayJob default/train for 60 s")
        .returns(Reason.OPERATOR_MISSING, RayKubernetesException::reason);
  }

  @Test
  void await_whenTheTimeIsOver_saysHowFarItIs() {
    stored("{jobDeploymentStatus: Running, jobStatus: RUNNING}");

    assertThat(failure(() -> jobs.await(REF, Duration.ofSeconds(3))))
        .hasMessage("RayJob default/train has not ended after 3 s, and stays: Running, job RUNNING")
        .returns(Reason.NOT_READY, RayKubernetesException::reason);
  }

  @Test
  void await_whenItIsDeletedMeanwhile_saysSo() {
    stored("{jobDeploymentStatus: Running}");
    clock.steps.add(() -> jobs.delete(REF));

    assertThat(failure(() -> jobs.await(REF, MINUTES)))
        .hasMessage("there is no RayJob 'train' in namespace 'default' any more");
  }

  @Test
  void await_whenInterrupted_ends() {
    stored("{jobDeploymentStatus: Running}");
    clock.steps.add(() -> Thread.currentThread().interrupt());

    assertThatExceptionOfType(RayInterruptedException.class)
        .isThrownBy(() -> jobs.await(REF, MINUTES));
    assertThat(Thread.interrupted()).isTrue();
  }

  @ParameterizedTest(name = "''{0}''")
  @ValueSource(strings = {"a..b", "a.-b", "-a", "A", "a_b", ""})
  void names_thatKubernetesDoesNotTake_areRefusedForEveryKind(String name) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> RayClusterRef.of("default", name))
        .withMessageContaining("cannot be the name of a RayCluster");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> RayJobRef.of("default", name))
        .withMessageContaining("cannot be the name of a RayJob");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> RayServiceRef.of("default", name))
        .withMessageContaining("cannot be the name of a RayService");
  }

  @Test
  void names_thatOlderOperatorsTook_canBeReferredTo() {
    String name = "9." + "a".repeat(251);

    assertThat(RayClusterRef.of("default", name).name()).isEqualTo(name);
    assertThat(RayJobRef.of("default", name).name()).isEqualTo(name);
    assertThat(RayServiceRef.of("default", name).name()).isEqualTo(name);
  }

  @Test
  void names_thatTheOperatorRefuses_cannotBeGivenToNewObjects() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> RayJobSpec.running(RayJobRef.of("default", "a.b"), job()))
        .withMessageContaining("KubeRay refuses 'a.b' as the name of a RayJob: take 1 to 47");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> RayClusterSpec.of(RayClusterRef.of("default", "a".repeat(54))))
        .withMessageContaining("as the name of a RayCluster: take 1 to 53");
  }

  private RayJob submit(FakeRay ray) {
    return jobs.submit(
        onNewCluster().submissionMode(SubmissionMode.INTERACTIVE).build(),
        cluster -> JobClient.builder(ray.url()).build(),
        Function.identity(),
        MINUTES);
  }

  private void operatorMakesTheCluster() {
    clock.steps.add(() ->
        server.put(
            JOBS + "/train",
            "apiVersion: ray.io/v1\nkind: RayJob\nmetadata: {name: train, namespace: default}\nspec: {submissionMode: InteractiveMode}\nstatus: {jobDeploymentStatus: Initializing, rayClusterName: trainer}\n"));
    cluster("{}", "{observedGeneration: 1, conditions: [{type: HeadPodReady, status: 'True'}]}");
  }

  @Test
  void submit_whenTheApiServerIsAwayAfterwards_writesTheIdWhenItIsBack() {
    operatorMakesTheCluster();
    AtomicInteger away = new AtomicInteger(3);
    server.refuse(
        call -> call.method().equals("PATCH") && away.getAndDecrement() > 0, 503, "going down");
    try (FakeRay ray = FakeRay.start()) {
      RayJob submitted = submit(ray);

      assertThat(ray.jobs()).hasSize(1);
      assertThat(submitted.jobId()).contains(new JobId(ray.jobs().get(0).id()));
    }
  }

  @ParameterizedTest(name = "{0}")
  @CsvSource({"403, FORBIDDEN, 1", "503, UNREACHABLE, 61"})
  void submit_whenTheIdCannotBeWritten_saysWhichJobRunsAndWhatToDo(
      int status, Reason reason, int attempts) {
    operatorMakesTheCluster();
    server.refuse(call -> call.method().equals("PATCH"), status, "not now");
    try (FakeRay ray = FakeRay.start()) {
      RayKubernetesException failure = failure(() -> submit(ray));

      String id = ray.jobs().get(0).id();
      assertThat(failure)
          .hasMessageStartingWith(
              "writing spec.jobId of RayJob default/train failed: not now; job "
                  + id
                  + " runs on RayCluster default/trainer all the same")
          .hasMessageContaining("-p '{\"spec\":{\"jobId\":\"" + id + "\"}}'")
          .returns(reason, RayKubernetesException::reason);
    }
    assertThat(server.calls()).filteredOn(call -> call.method().equals("PATCH")).hasSize(attempts);
  }

  @Test
  void submit_whenInterruptedAfterwards_saysWhichJobRuns() {
    operatorMakesTheCluster();
    server.refuse(call -> call.method().equals("PATCH"), 503, "going down");
    clock.steps.add(() -> Thread.currentThread().interrupt());
    try (FakeRay ray = FakeRay.start()) {
      assertThatExceptionOfType(RayInterruptedException.class)
          .isThrownBy(() -> submit(ray))
          .withMessageContaining("runs on RayCluster default/trainer all the same");
    }
    assertThat(Thread.interrupted()).isTrue();
  }

  @Test
  void submit_whenTheClusterIsReady_submitsAndWritesTheId() {
    operatorMakesTheCluster();
    try (FakeRay ray = FakeRay.start()) {
      RayJob submitted = submit(ray);

      assertThat(ray.jobs()).hasSize(1);
      assertThat(submitted.jobId()).contains(new JobId(ray.jobs().get(0).id()));
      assertThat(server.object(JOBS + "/train").get("spec"))
          .isEqualTo(
              Map.of(
                  "submissionMode", "InteractiveMode", "jobId", submitted.jobId().get().value()));
    }
  }

  @Test
  void submit_whenTheOperatorRefuses_submitsNothingAndKeepsTheRayJob() {
    clock.steps.add(() -> stored("{jobDeploymentStatus: ValidationFailed, message: too old}"));
    try (FakeRay ray = FakeRay.start()) {
      assertThat(failure(() -> submit(ray)))
          .hasMessage(
              "RayJob default/train ended before anything was submitted: ValidationFailed: too old")
          .returns(Reason.INVALID, RayKubernetesException::reason);
      assertThat(ray.jobs()).isEmpty();
      assertThat(jobs.find(REF)).isPresent();
    }
  }

  @Test
  void submit_whenAnotherModeIsAsked_createsNothing() {
    assertThatIllegalArgumentException()
        .isThrownBy(() ->
            jobs.submit(onNewCluster().build(), cluster -> failNow(), Function.identity(), MINUTES))
        .withMessageContaining("is submitted in K8sJobMode, by somebody else");
    assertThat(server.calls()).isEmpty();
  }

  private static JobClient failNow() {
    throw new AssertionError("nobody may connect");
  }
}
