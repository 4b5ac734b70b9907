package io.rayauth.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.awaitility.Awaitility.await;

import io.rayauth.JobClient;
import io.rayauth.error.JobNotFoundException;
import io.rayauth.job.JobDetails;
import io.rayauth.job.JobId;
import io.rayauth.job.JobSpec;
import io.rayauth.job.JobStatus;
import io.rayauth.testkit.FakeRay;
import io.rayauth.testkit.Fault;
import io.rayauth.testkit.Gate;
import io.rayauth.token.AccessToken;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** A log that is followed across whatever happens to the connection. */
@Timeout(60)
class FollowTest {
  private static final String TAIL = "/api/jobs/*/logs/tail";

  /** Within the rows, which the job writes when the connection has long been open. */
  private static final int LONG_AFTER_THE_HANDSHAKE = 1500;

  @TempDir private Path folder;
  private final ExecutorService executor = Executors.newSingleThreadExecutor();
  private final AtomicInteger fetched = new AtomicInteger();
  private final FakeRay ray =
      FakeRay.builder().gate(Gate.rayToken("canary-follow-1", "canary-follow-2")).start();
  private final JobClient client =
      JobClient.builder(ray.url())
          .tokenProvider(() -> AccessToken.of("canary-follow-" + fetched.incrementAndGet()))
          .build();

  @AfterEach
  void close() throws InterruptedException {
    executor.shutdownNow();
    try (ray;
        client) {
      assertThat(ray.waitingFaults()).as("faults that never happened").isZero();
    }
    assertThat(executor.awaitTermination(20, TimeUnit.SECONDS)).isTrue();
  }

  static Stream<Named<Fault>> endedTails() {
    return Stream.of(
        Named.of("politely at once", Fault.webSocketClose(1000, 0)),
        Named.of("politely within a line", Fault.webSocketClose(1000, 1333)),
        Named.of("by a restart", Fault.webSocketClose(1012, 200)));
  }

  @ParameterizedTest
  @MethodSource("endedTails")
  void follow_whenTheConnectionEndsBeforeTheJob_losesAndRepeatsNoLine(Fault ended)
      throws Exception {
    ray.onNext("GET", TAIL).acceptThen(ended).acceptThen(ended);
    List<String> lines = new ArrayList<>();

    JobDetails job = followedUntilTheFaultsHappened(lines);

    assertThat(job.status()).isEqualTo(JobStatus.SUCCEEDED);
    assertThat(rows(lines)).isEqualTo(allRows());
  }

  @Test
  void follow_whenTheConnectionIsCutWithinAFrame_losesAndRepeatsNoLine() throws Exception {
    ray.onNext("GET", TAIL).acceptThen(Fault.cutAfter(LONG_AFTER_THE_HANDSHAKE));
    List<String> lines = new ArrayList<>();

    followedUntilTheFaultsHappened(lines);

    assertThat(rows(lines)).isEqualTo(allRows());
  }

  static Stream<Named<Fault>> refusedHandshakes() {
    return Stream.of(
        Named.of("closed", Fault.CLOSE_BEFORE_HEADERS),
        Named.of("bad gateway", Fault.status(502)),
        Named.of("not known to the gateway", Fault.status(405)));
  }

  @ParameterizedTest
  @MethodSource("refusedHandshakes")
  void follow_whenNoWebSocketCanBeOpened_readsTheLogInstead(Fault refusal) throws Exception {
    ray.onNext("GET", TAIL).fault(refusal).fault(refusal);
    List<String> lines = new ArrayList<>();

    followedUntilTheFaultsHappened(lines);

    assertThat(rows(lines)).isEqualTo(allRows());
  }

  @Test
  void follow_whenTheTokenExpiresBetweenTwoConnections_goesOnWithAFreshOne() throws Exception {
    ray.onNext("GET", TAIL)
        .acceptThen(Fault.webSocketClose(1000, 1300))
        .fault(Fault.revoke("canary-follow-1"));
    List<String> lines = new ArrayList<>();

    followedUntilTheFaultsHappened(lines);

    assertThat(rows(lines)).isEqualTo(allRows());
    assertThat(fetched).hasValue(2);
  }

  @Test
  void follow_whenTheSinkThrows_passesThatOnAndLeavesNoConnectionBehind() {
    JobId id = client.submit(JobSpec.running("echo first; exec sleep 300").build()).id();

    assertThatIllegalStateException()
        .isThrownBy(() ->
            client.follow(
                id,
                line -> {
                  throw new IllegalStateException("sink of the caller");
                }))
        .withMessage("sink of the caller");

    await().untilAsserted(() -> assertThat(ray.openExchanges()).isZero());
  }

  @Test
  void follow_whenTheJobIsDeletedMeanwhile_saysThatItIsGone() {
    JobId id = client.submit(JobSpec.running("echo first; sleep 0.3").build()).id();
    ray.onNext("GET", "/api/jobs/*").respond(404, "Job " + id + " does not exist");

    assertThatExceptionOfType(JobNotFoundException.class)
        .isThrownBy(() -> client.follow(id, line -> {}));
  }

  /** Follows a job that writes its lines at once and ends when nothing is scripted any more. */
  private JobDetails followedUntilTheFaultsHappened(List<String> lines) throws Exception {
    Path release = folder.resolve("release");
    String entrypoint =
        "sleep 1; i=0; while [ $i -lt 300 ]; do echo \"row $i\"; i=$((i+1)); done; while [ ! -e '%s' ]; do sleep 0.05; done"
            .formatted(release);
    JobId id = client.submit(JobSpec.running(entrypoint).build()).id();
    CompletableFuture<JobDetails> following = client.async(executor).follow(id, lines::add);
    await().atMost(Duration.ofSeconds(40)).until(() -> ray.waitingFaults() == 0);
    Files.createFile(release);
    return following.get(40, TimeUnit.SECONDS);
  }

  private static List<String> rows(List<String> lines) {
    return lines.stream().filter(line -> line.startsWith("row ")).toList();
  }

  private static List<String> allRows() {
    return IntStream.range(0, 300).mapToObj(i -> "row " + i).toList();
  }
}
