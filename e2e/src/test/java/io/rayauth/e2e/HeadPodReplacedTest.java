package io.rayauth.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.fabric8.kubernetes.api.model.Pod;
import io.rayauth.JobClient;
import io.rayauth.RayClientListener;
import io.rayauth.job.JobDetails;
import io.rayauth.job.JobSpec;
import io.rayauth.job.JobStatus;
import io.rayauth.job.PackageUri;
import io.rayauth.kubernetes.RayClusterRef;
import io.rayauth.kubernetes.RayClusterSpec;
import io.rayauth.kubernetes.RayClusters;
import io.rayauth.kubernetes.RayConnection;
import io.rayauth.kubernetes.Route;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.ResourceAccessMode;
import org.junit.jupiter.api.parallel.ResourceLock;

/** Kills the head pod under a port-forward that is in use both ways. */
@Timeout(300)
@WithKubeStack
@WithRealRay(RayMode.TOKEN)
@ResourceLock(value = WithKubeStack.API_SERVER, mode = ResourceAccessMode.READ)
class HeadPodReplacedTest {
  private static final Duration PATIENCE = Duration.ofMinutes(1);
  private static final int PACKAGE = 48 << 20;

  private final TestNamespace namespace;
  private final RayClusterRef cluster;
  private final ExecutorService threads = Executors.newCachedThreadPool();

  HeadPodReplacedTest(KubeStack stack, RealRay ray) {
    this.namespace = TestNamespace.create(stack, "head-replaced");
    this.cluster = namespace.cluster("trainer");
    namespace.leadTo(ray);
  }

  @AfterEach
  void close() {
    threads.shutdownNow();
    namespace.close();
  }

  @Test
  void headPod_whenKilledDuringATailAndAnUpload_costsNeitherALineNorThePackage(@TempDir Path folder)
      throws Exception {
    RayClusters clusters = RayClusters.using(namespace.admin());
    clusters.deploy(
        RayClusterSpec.of(cluster).rayVersion("2.60.0").rayToken(TestNamespace.RAY_TOKEN).build());
    clusters.awaitReady(cluster, PATIENCE);
    Upload upload = new Upload();
    try (RayConnection connection =
        clusters
            .connecting(cluster)
            .route(Route.portForward())
            .jobClient(jobs -> jobs.listener(upload))
            .connect()) {
      CountingJob counting = CountingJob.submit(connection.jobs(), folder);
      CompletableFuture<JobDetails> tail =
          CompletableFuture.supplyAsync(() -> counting.follow(connection.jobs()), threads);
      await().atMost(PATIENCE).until(() -> counting.lines().size() > 10);
      CompletableFuture<JobDetails> uploaded =
          CompletableFuture.supplyAsync(() -> run(connection.jobs(), folder), threads);
      assertThat(upload.halfway.await(60, TimeUnit.SECONDS)).isTrue();

      Pod killed = namespace.headPod(cluster).orElseThrow();
      namespace.admin().resource(killed).delete();
      await().atMost(PATIENCE).until(() -> namespace.admin().resource(killed).get() == null);
      upload.goOn.countDown();
      await().atMost(PATIENCE).pollInterval(Duration.ofMillis(10)).until(this::headIsReady);
      long ready = System.nanoTime();
      connection.jobs().version();
      Duration healed = Duration.ofNanos(System.nanoTime() - ready);
      System.out.printf("New head pod ready to first answer: %d ms%n", healed.toMillis());

      assertThat(healed).isLessThan(Duration.ofSeconds(10));
      assertThat(uploaded.get(120, TimeUnit.SECONDS).status()).isEqualTo(JobStatus.SUCCEEDED);
      assertThat(upload.attempts).as("attempts to upload").hasValueGreaterThan(1);
      int before = counting.lines().size();
      await().atMost(PATIENCE).until(() -> counting.lines().size() > before + 10);
      counting.end();
      assertThat(tail.get(60, TimeUnit.SECONDS).status()).isEqualTo(JobStatus.SUCCEEDED);
      counting.assertThatEveryLineCameOnce();
    }
  }

  private boolean headIsReady() {
    return namespace
        .headPod(cluster)
        .map(pod ->
            pod.getStatus().getConditions().stream()
                .anyMatch(condition ->
                    condition.getType().equals("Ready") && condition.getStatus().equals("True")))
        .orElse(false);
  }

  private static JobDetails run(JobClient jobs, Path folder) {
    try {
      Path work = Files.createDirectory(folder.resolve("work"));
      byte[] content = new byte[PACKAGE];
      new Random(1).nextBytes(content);
      Files.write(work.resolve("weights.bin"), content);
      JobSpec spec =
          JobSpec.running("test $(wc -c < weights.bin) = " + PACKAGE).workingDir(work).build();
      return jobs.await(jobs.submit(spec).id(), PATIENCE);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Holds the first attempt to upload where it is, as a slow network would. */
  private static final class Upload implements RayClientListener {
    private final CountDownLatch halfway = new CountDownLatch(1);
    private final CountDownLatch goOn = new CountDownLatch(1);
    private final AtomicInteger attempts = new AtomicInteger();

    @Override
    public void onAttempt(String method, String path, int attempt) {
      if (method.equals("PUT")) {
        attempts.incrementAndGet();
      }
    }

    @Override
    public void onUploadProgress(PackageUri uri, long sentBytes, long totalBytes) {
      if (sentBytes > totalBytes / 2) {
        halfway.countDown();
        try {
          goOn.await();
        } catch (InterruptedException e) {
          Thread.currentThread().interrupt();
        }
      }
    }
  }
}
