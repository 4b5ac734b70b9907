package io.rayauth.kubernetes.internal.tunnel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fabric8.kubernetes.client.KubernetesClient;
import io.rayauth.JobClient;
import io.rayauth.error.RayApiException;
import io.rayauth.job.JobDetails;
import io.rayauth.job.JobId;
import io.rayauth.job.JobSpec;
import io.rayauth.kubernetes.RayClusterRef;
import io.rayauth.kubernetes.RayKubernetesException;
import io.rayauth.kubernetes.RayKubernetesException.Reason;
import io.rayauth.testkit.FakeRay;
import io.rayauth.testsupport.apiserver.FakeApiServer;
import io.rayauth.time.TimeSource;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(120)
class TunnelTest {
  private static final RayClusterRef TRAINER = RayClusterRef.of("default", "trainer");

  private final ExecutorService threads = Executors.newCachedThreadPool();
  final FakeApiServer api = new FakeApiServer();
  private final KubernetesClient client = api.client();
  private final FakeRay ray = FakeRay.start();
  final Tunnel tunnel = tunnel(Duration.ofSeconds(20));

  private Tunnel tunnel(Duration patience) {
    return Tunnel.open(client, () -> TRAINER, 8265, patience, TimeSource.system());
  }

  private JobClient jobs(Tunnel through) {
    return JobClient.builder("http://127.0.0.1:" + through.port()).build();
  }

  @AfterEach
  void close() {
    tunnel.close();
    assertThat(threads(tunnel)).isEmpty();
    await().until(() -> api.openForwards() == 0);
    client.close();
    api.close();
    ray.close();
    threads.shutdownNow();
  }

  /** Not in the common pool, whose only thread the Kubernetes client needs on a small machine. */
  private <T> CompletableFuture<T> meanwhile(Supplier<T> call) {
    return CompletableFuture.supplyAsync(call, threads);
  }

  private CompletableFuture<Void> meanwhile(Runnable action) {
    return CompletableFuture.runAsync(action, threads);
  }

  /** Machines that build other things at the same time are slow. */
  private static ConditionFactory await() {
    return Awaitility.await().atMost(Duration.ofSeconds(60));
  }

  private static List<String> threads(Tunnel of) {
    return Thread.getAllStackTraces().keySet().stream()
        .map(Thread::getName)
        .filter(name -> name.startsWith("ray-tunnel-" + of.port() + "-"))
        .toList();
  }

  @Test
  void tunnel_whenTheHeadIsReady_carriesCallsAndTails() {
    api.addHead("head-a", ray.url().getPort());
    List<String> lines = new CopyOnWriteArrayList<>();

    try (JobClient jobs = jobs(tunnel)) {
      JobId id = jobs.submit(JobSpec.running("echo one; echo two").build()).id();
      JobDetails ended = jobs.follow(id, lines::add);

      assertThat(ended.status().name()).isEqualTo("SUCCEEDED");
      assertThat(lines).endsWith("one", "two");
    }
  }

  @Test
  void tunnel_whenManyMegabytesGoBothWaysAtOnce_changesNoByte() throws Exception {
    byte[] up = randomBytes(1, 24 * 1024 * 1024);
    byte[] down = randomBytes(2, 24 * 1024 * 1024);
    try (ServerSocket pod = new ServerSocket(0, 5, InetAddress.getLoopbackAddress())) {
      api.addHead("head-a", pod.getLocalPort());
      CompletableFuture<byte[]> arrived =
          meanwhile(() -> {
            try (Socket accepted = pod.accept()) {
              CompletableFuture<Void> sent = writing(accepted, down);
              byte[] read = accepted.getInputStream().readNBytes(up.length);
              sent.join();
              return read;
            } catch (IOException e) {
              throw new UncheckedIOException(e);
            }
          });

      byte[] got;
      try (Socket program = new Socket(InetAddress.getLoopbackAddress(), tunnel.port())) {
        CompletableFuture<Void> sent = writing(program, up);
        got = program.getInputStream().readNBytes(down.length);
        sent.join();
        assertThat(Arrays.equals(arrived.join(), up)).isTrue();
      }

      assertThat(Arrays.equals(got, down)).isTrue();
    }
  }

  @Test
  void tunnel_whenTheProgramDoesNotRead_slowsThePodDown() throws Exception {
    try (ServerSocket pod = new ServerSocket(0, 5, InetAddress.getLoopbackAddress())) {
      api.addHead("head-a", pod.getLocalPort());
      try (Socket program = new Socket(InetAddress.getLoopbackAddress(), tunnel.port());
          Socket accepted = pod.accept()) {
        AtomicLong written = new AtomicLong();
        CompletableFuture<Void> endless =
            meanwhile(() -> {
              try {
                byte[] piece = new byte[64 * 1024];
                while (written.get() < 512L * 1024 * 1024) {
                  accepted.getOutputStream().write(piece);
                  written.addAndGet(piece.length);
                }
              } catch (IOException cut) {
                // the end of the test
              }
            });

        await().during(Duration.ofSeconds(1)).until(new Unchanged(written));

        assertThat(written.get()).isLessThan(64L * 1024 * 1024);
        assertThat(program.isClosed()).isFalse();
        accepted.shutdownOutput();
        endless.join();
      }
    }
  }

  @Test
  void tunnel_whenManyConnectInParallel_servesAll() {
    api.addHead("head-a", ray.url().getPort());

    try (JobClient jobs = jobs(tunnel)) {
      List<CompletableFuture<String>> calls =
          IntStream.range(0, 40)
              .mapToObj(i -> meanwhile(() -> jobs.version().rayVersion()))
              .toList();

      assertThat(calls).allSatisfy(call -> assertThat(call.join()).startsWith("2."));
    }
  }

  @Test
  void tunnel_whenTheHeadIsReplacedDuringATail_goesOnAtTheNewOne() {
    api.addHead("head-a", ray.url().getPort());
    List<String> lines = new CopyOnWriteArrayList<>();

    try (JobClient jobs = jobs(tunnel)) {
      JobId id =
          jobs.submit(
                  JobSpec.running("for i in 1 2 3 4 5 6 7 8; do echo $i; sleep 0.3; done").build())
              .id();
      CompletableFuture<JobDetails> tail = meanwhile(() -> jobs.follow(id, lines::add));
      await().until(() -> lines.contains("1"));
      api.kill("head-a");
      api.addHead("head-b", ray.url().getPort());

      assertThat(tail.join().status().name()).isEqualTo("SUCCEEDED");
      assertThat(lines.stream().filter(line -> line.length() == 1))
          .containsExactly("1", "2", "3", "4", "5", "6", "7", "8");
    }
    assertThat(api.requests())
        .anyMatch(request -> request.endsWith("/namespaces/default/pods/head-b/portforward"));
  }

  @Test
  void tunnel_whenTheNewHeadTakesItsTime_holdsTheCallUntilItIsReady() {
    api.addPendingHead("head-b");

    try (JobClient jobs = jobs(tunnel)) {
      CompletableFuture<String> call = meanwhile(() -> jobs.version().rayVersion());
      await().until(() -> api.requests().size() > 3);
      assertThat(call).isNotDone();
      api.addHead("head-b", ray.url().getPort());

      assertThat(call.join()).startsWith("2.");
    }
  }

  @Test
  void tunnel_whenTheDashboardDoesNotListenYet_sendsTheRequestOnceItDoes() throws Exception {
    int closedPort;
    try (ServerSocket unused = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      closedPort = unused.getLocalPort();
    }
    api.addHead("head-a", closedPort);

    try (JobClient jobs = jobs(tunnel)) {
      CompletableFuture<String> call = meanwhile(() -> jobs.version().rayVersion());
      await()
          .until(() -> api.requests().stream().filter(r -> r.endsWith("/portforward")).count() > 2);
      assertThat(call).isNotDone();
      api.movePod("head-a", ray.url().getPort());

      assertThat(call.join()).startsWith("2.");
      assertThat(ray.calls()).hasSize(1);
    }
  }

  @Test
  void tunnel_whenTheApiServerRestarts_heals() {
    api.addHead("head-a", ray.url().getPort());

    try (JobClient jobs = jobs(tunnel)) {
      jobs.version();
      api.stop();
      CompletableFuture<String> call = meanwhile(() -> jobs.version().rayVersion());
      api.startAgain();

      assertThat(call.join()).startsWith("2.");
    }
  }

  @Test
  void tunnel_whenPortforwardIsForbidden_saysWhichRightIsMissing() {
    api.addHead("head-a", ray.url().getPort());
    api.refuse("/portforward", 403, "Forbidden");

    assertThatThrownBy(tunnel::probe)
        .isInstanceOf(RayKubernetesException.class)
        .hasMessageContaining("no right to portforward: create on pods/portforward")
        .extracting(e -> ((RayKubernetesException) e).reason())
        .isEqualTo(Reason.FORBIDDEN);
    try (JobClient jobs = jobs(tunnel)) {
      assertThatThrownBy(jobs::version)
          .isInstanceOf(RayApiException.class)
          .hasMessageContaining("no right to portforward: create on pods/portforward");
    }
  }

  @Test
  void tunnel_whenPodsMayNotBeListed_isLedByTheStatusOfTheCluster() {
    api.addHead("head-a", ray.url().getPort());
    api.refuse("/pods", 403, "Forbidden");
    api.put(
        "/apis/ray.io/v1/namespaces/default/rayclusters/trainer",
        """
        {"apiVersion":"ray.io/v1","kind":"RayCluster","metadata":{"name":"trainer","namespace":"default"},"status":{"head":{"podName":"head-a"}}}\
        """);

    assertThat(tunnel.probe()).isEqualTo("default/head-a");
  }

  @Test
  void tunnel_whenNoHeadGetsReady_saysWhatItWaitsFor() {
    api.addPendingHead("head-b");

    try (Tunnel hasty = tunnel(Duration.ofMillis(300))) {
      assertThatThrownBy(hasty::probe)
          .isInstanceOf(RayKubernetesException.class)
          .hasMessage(
              "head pod default/head-b is Pending and not ready: 0/3 nodes are available: insufficient cpu");
    }
  }

  @Test
  void tunnel_whenTheClusterIsSuspended_doesNotWait() {
    api.put(
        "/apis/ray.io/v1/namespaces/default/rayclusters/trainer",
        """
        {"apiVersion":"ray.io/v1","kind":"RayCluster","metadata":{"name":"trainer","namespace":"default"},"spec":{"suspend":true}}\
        """);

    assertThatThrownBy(tunnel::probe)
        .hasMessage(
            "RayCluster default/trainer is suspended and has no pods; set spec.suspend to false");
  }

  @Test
  void tunnel_whenThePodClosesAfterItsAnswer_deliversTheAnswerWhole() throws Exception {
    byte[] answer = randomBytes(3, 3_000_000);
    try (ServerSocket pod = new ServerSocket(0, 5, InetAddress.getLoopbackAddress())) {
      api.addHead("head-a", pod.getLocalPort());
      CompletableFuture<Void> served =
          meanwhile(() -> {
            try (Socket accepted = pod.accept()) {
              accepted.getOutputStream().write(answer);
            } catch (IOException e) {
              throw new UncheckedIOException(e);
            }
          });

      try (Socket program = new Socket(InetAddress.getLoopbackAddress(), tunnel.port())) {
        byte[] got = program.getInputStream().readAllBytes();
        assertThat(Arrays.equals(got, answer)).isTrue();
      }
      served.join();
    }
  }

  @Test
  void tunnel_whenThePodIsDoneWhileTheProgramStillSends_endsTheAnswer() throws Exception {
    try (ServerSocket pod = new ServerSocket(0, 5, InetAddress.getLoopbackAddress())) {
      api.addHead("head-a", pod.getLocalPort());
      try (Socket program = new Socket(InetAddress.getLoopbackAddress(), tunnel.port());
          Socket accepted = pod.accept()) {
        CompletableFuture<Void> sent = writing(program, new byte[64 * 1024 * 1024]);
        await().during(Duration.ofMillis(300)).until(() -> !sent.isDone());
        accepted.getOutputStream().write("no".getBytes(StandardCharsets.US_ASCII));
        accepted.shutdownOutput();

        program.setSoTimeout(40_000);
        byte[] answer = program.getInputStream().readAllBytes();
        assertThat(answer).asString(StandardCharsets.US_ASCII).isEqualTo("no");
        assertThat(sent.handle((done, failure) -> true).get(40, TimeUnit.SECONDS)).isTrue();
      }
    }
  }

  @Test
  void tunnel_whenThePodDiesWithinAnAnswer_resetsInsteadOfEndingInPeace() throws Exception {
    try (ServerSocket pod = new ServerSocket(0, 5, InetAddress.getLoopbackAddress())) {
      api.addHead("head-a", pod.getLocalPort());
      try (Socket program = new Socket(InetAddress.getLoopbackAddress(), tunnel.port());
          Socket accepted = pod.accept()) {
        accepted.getOutputStream().write("half".getBytes(StandardCharsets.US_ASCII));
        InputStream in = program.getInputStream();
        assertThat(in.readNBytes(4)).asString(StandardCharsets.US_ASCII).isEqualTo("half");

        api.kill("head-a");

        assertThatThrownBy(in::read).isInstanceOf(IOException.class);
      }
    }
  }

  @Test
  void tunnel_whenTheProgramLeaves_closesTheStream() throws Exception {
    api.addHead("head-a", ray.url().getPort());

    try (Socket program = new Socket(InetAddress.getLoopbackAddress(), tunnel.port())) {
      await().until(() -> api.openForwards() == 1);
      assertThat(program.isConnected()).isTrue();
    }

    await().until(() -> api.openForwards() == 0);
    await().until(() -> threads(tunnel).size() == 1);
  }

  @Test
  void close_whenConnectionsAreOpen_cutsThem() throws Exception {
    api.addHead("head-a", ray.url().getPort());

    try (Socket program = new Socket(InetAddress.getLoopbackAddress(), tunnel.port())) {
      await().until(() -> api.openForwards() == 1);
      tunnel.close();

      assertThat(threads(tunnel)).isEmpty();
      assertThatThrownBy(() -> program.getInputStream().read()).isInstanceOf(IOException.class);
    }
  }

  @Test
  void tunnel_whenNoConnectionCanBeAcceptedForAWhile_goesOn() throws Exception {
    api.addHead("head-a", ray.url().getPort());
    AtomicInteger failures = new AtomicInteger();
    ServerSocket outOfFiles =
        new ServerSocket() {
          @Override
          public Socket accept() throws IOException {
            if (failures.getAndIncrement() < 3) {
              throw new SocketException("Too many open files");
            }
            return super.accept();
          }
        };
    try (Tunnel opened =
            Tunnel.open(
                outOfFiles,
                client,
                () -> TRAINER,
                8265,
                Duration.ofSeconds(20),
                TimeSource.system());
        JobClient jobs = jobs(opened)) {
      assertThat(jobs.version().rayVersion()).startsWith("2.");
      assertThat(failures).hasValueGreaterThan(3);
    }
  }

  @Test
  void tunnel_whenTheProgramDoesNotSpeakHttp_resetsAndRemembersWhy() throws Exception {
    api.addHead("head-a", ray.url().getPort());
    api.refuse("/portforward", 403, "Forbidden");

    try (Socket program = new Socket(InetAddress.getLoopbackAddress(), tunnel.port())) {
      program.getOutputStream().write(new byte[] {0x16, 3, 1, 0, 5});

      assertThatThrownBy(() -> program.getInputStream().read()).isInstanceOf(SocketException.class);
    }
    assertThat(tunnel.lastFailure()).get().asString().startsWith("no right to portforward");

    api.allow("/portforward");
    try (JobClient jobs = jobs(tunnel)) {
      jobs.version();
    }
    assertThat(tunnel.lastFailure()).isEmpty();
  }

  private CompletableFuture<Void> writing(Socket to, byte[] bytes) {
    return meanwhile(() -> {
      try {
        to.getOutputStream().write(bytes);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    });
  }

  private static byte[] randomBytes(int seed, int length) {
    byte[] bytes = new byte[length];
    new Random(seed).nextBytes(bytes);
    return bytes;
  }

  /** Tells whether a counter stands still from one look to the next, and has begun to move. */
  private static final class Unchanged implements Callable<Boolean> {
    private final AtomicLong counter;
    private long before;

    private Unchanged(AtomicLong counter) {
      this.counter = counter;
    }

    @Override
    public Boolean call() {
      long now = counter.get();
      boolean same = now > 0 && now == before;
      before = now;
      return same;
    }
  }
}
