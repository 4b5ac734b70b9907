package io.rayauth.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.rayauth.job.JobId;
import io.rayauth.job.JobSpec;
import io.rayauth.job.JobStatus;
import io.rayauth.job.StopOutcome;
import io.rayauth.kubernetes.RayClusterRef;
import io.rayauth.kubernetes.RayClusterSpec;
import io.rayauth.kubernetes.RayClusters;
import io.rayauth.kubernetes.RayConnection;
import io.rayauth.kubernetes.RayJob;
import io.rayauth.kubernetes.RayJobRef;
import io.rayauth.kubernetes.RayJobResult;
import io.rayauth.kubernetes.RayJobSpec;
import io.rayauth.kubernetes.RayJobs;
import io.rayauth.kubernetes.SubmissionMode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.ResourceAccessMode;
import org.junit.jupiter.api.parallel.ResourceLock;

/** Lets the real operator run RayJobs on a real Ray, and reads what it makes of them. */
@Timeout(300)
@WithKubeStack
@WithRealRay(RayMode.TOKEN)
@ResourceLock(value = WithKubeStack.API_SERVER, mode = ResourceAccessMode.READ)
class OperatorRayJobsTest {
  private static final Duration PATIENCE = Duration.ofMinutes(2);

  private final TestNamespace namespace;
  private final RayClusters clusters;
  private final RayJobs jobs;

  OperatorRayJobsTest(KubeStack stack, RealRay ray) {
    this.namespace = TestNamespace.create(stack, "operator-ray-jobs");
    this.clusters = RayClusters.using(namespace.admin());
    this.jobs = RayJobs.using(namespace.admin());
    namespace.leadTo(ray);
  }

  @AfterEach
  void close() {
    namespace.close();
  }

  private static RayClusterSpec spec(RayClusterRef ref) {
    return RayClusterSpec.of(ref).rayVersion("2.60.0").rayToken(TestNamespace.RAY_TOKEN).build();
  }

  @Test
  void rayJobs_inEveryWayTheyEnd_areToldApart(@TempDir Path folder) throws IOException {
    RayJob interactive = submitFolderOnANewCluster(folder);
    RayClusterRef cluster = interactive.cluster().orElseThrow();
    RayJobRef failing = create(cluster, "failing", "echo broken; exit 3");
    RayJobRef sleeping = create(cluster, "sleeping", "exec sleep 600");

    RayJob succeeded = jobs.await(interactive.ref(), PATIENCE);
    assertThat(succeeded.result()).contains(RayJobResult.SUCCEEDED);
    assertThat(succeeded.jobId()).isEqualTo(interactive.jobId());

    List<String> states = new ArrayList<>();
    RayJob failed =
        jobs.await(failing, PATIENCE, job -> job.deploymentStatus().ifPresent(states::add));
    assertThat(failed.result()).contains(RayJobResult.FAILED);
    assertThat(failed.jobStatus()).contains(JobStatus.FAILED);
    assertThat(failed.reason()).contains("AppFailed");
    assertThat(failed.message()).get().asString().contains("exit code 3");
    assertThat(states).endsWith("Failed");

    stopWhatRayRuns(sleeping, cluster);
    RayJob stopped = jobs.await(sleeping, PATIENCE);
    assertThat(stopped.result()).contains(RayJobResult.STOPPED);
    assertThat(stopped.deploymentStatus()).contains("Complete");

    assertThat(jobs.delete(interactive.ref())).isTrue();
    await().atMost(PATIENCE).until(() -> clusters.find(cluster).isEmpty());
  }

  /** The operator makes a cluster and waits; the library uploads, submits and says so. */
  private RayJob submitFolderOnANewCluster(Path folder) throws IOException {
    Files.writeString(folder.resolve("hello.txt"), "hello from a folder");
    RayJobRef ref = RayJobRef.of(namespace.name(), "interactive");
    RayJob submitted =
        jobs.submit(
            RayJobSpec.running(
                    ref, JobSpec.running("grep folder hello.txt").workingDir(folder).build())
                .submissionMode(SubmissionMode.INTERACTIVE)
                .onNewCluster(spec(namespace.cluster("the-operator-chooses-another")))
                .build(),
            clusters::connect,
            RayConnection::jobs,
            PATIENCE);
    assertThat(submitted.jobId()).isPresent();
    assertThat(submitted.cluster()).isPresent();
    return submitted;
  }

  private RayJobRef create(RayClusterRef cluster, String name, String entrypoint) {
    RayJobRef ref = RayJobRef.of(namespace.name(), name);
    return jobs.create(
            RayJobSpec.running(ref, JobSpec.running(entrypoint).build())
                .submissionMode(SubmissionMode.HTTP)
                .onCluster(cluster.name())
                .build())
        .ref();
  }

  private void stopWhatRayRuns(RayJobRef ref, RayClusterRef cluster) {
    await()
        .atMost(PATIENCE)
        .until(() ->
            jobs.find(ref).orElseThrow().jobStatus().filter(JobStatus.RUNNING::equals).isPresent());
    JobId id = jobs.find(ref).orElseThrow().jobId().orElseThrow();
    try (RayConnection connection = clusters.connect(cluster)) {
      assertThat(connection.jobs().stop(id)).isEqualTo(StopOutcome.SIGNALLED);
    }
  }
}
