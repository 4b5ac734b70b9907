package io.rayauth.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.awaitility.Awaitility.await;

import io.rayauth.JobClient;
import io.rayauth.JobLog;
import io.rayauth.error.JobNotFoundException;
import io.rayauth.error.RayApiException;
import io.rayauth.error.RayInterruptedException;
import io.rayauth.job.JobDetails;
import io.rayauth.job.JobId;
import io.rayauth.job.JobSpec;
import io.rayauth.job.JobStatus;
import io.rayauth.job.LogGapException;
import io.rayauth.job.LogLine;
import io.rayauth.job.LogPosition;
import io.rayauth.testkit.FakeRay;
import io.rayauth.testkit.Fault;
import io.rayauth.testkit.Gate;
import io.rayauth.testkit.ManualClock;
import io.rayauth.testkit.NextCall;
import io.rayauth.testkit.RecordedCall;
import io.rayauth.token.AccessToken;
import io.rayauth.token.TokenProvider;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
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
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** A log that is followed across whatever happens to the connection. */
@Timeout(120)
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
        Named.of("by a restart", Fault.webSocketClose(1012, 200)),
        Named.of("by a frame too large", Fault.webSocketClose(1009, 700)));
  }

  @ParameterizedTest
  @MethodSource("endedTails")
  void follow_whenTheConnectionEndsBeforeTheJob_losesAndRepeatsNoLine(Fault ended)
      throws Exception {
    ray.onNext("GET", TAIL).acceptThen(ended);
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
    ray.onNext("GET", TAIL).fault(refusal);
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

  @Test
  void follow_whenTheDashboardIsAwayForMinutes_goesOnAfterwards() throws Exception {
    ManualClock clock = ManualClock.create();
    try (JobClient patient = patientClient(clock)) {
      Path release = folder.resolve("release");
      JobId id = patient.submit(JobSpec.running(writingUntil(release)).build()).id();
      ray.onNext("GET", TAIL).acceptThen(Fault.webSocketClose(1000, LONG_AFTER_THE_HANDSHAKE));
      List<String> lines = new ArrayList<>();
      CompletableFuture<JobDetails> following = patient.async(executor).follow(id, lines::add);
      await().until(() -> ray.waitingFaults() == 0);
      for (int i = 0; i < 40; i++) {
        ray.onNext("GET", "/api/jobs/*").fault(Fault.status(503));
      }
      ray.onNext("GET", TAIL).acceptThen(Fault.webSocketClose(1000, 0));
      await().until(() -> ray.waitingFaults() == 0);
      Files.createFile(release);

      following.get(40, TimeUnit.SECONDS);

      assertThat(rows(lines)).isEqualTo(allRows());
    }
  }

  @Test
  void log_whenTheClusterIsAwayForLongerThanThePatience_fails() {
    try (JobClient patient = patientClient(ManualClock.create())) {
      JobId id =
          patient.submit(JobSpec.running(writingUntil(folder.resolve("never"))).build()).id();
      ray.onNext("GET", TAIL).acceptThen(Fault.webSocketClose(1000, LONG_AFTER_THE_HANDSHAKE));
      NextCall looks = ray.onNext("GET", "/api/jobs/*");

      assertThatExceptionOfType(RayApiException.class)
          .isThrownBy(() ->
              patient
                  .log(id)
                  .patience(Duration.ZERO)
                  .follow(line -> {
                    if (line.text().equals("row 20")) {
                      Fault away = Fault.status(503);
                      looks.fault(away).fault(away).fault(away).fault(away);
                    }
                  }))
          .returns(503, RayApiException::status);
      patient.stop(id);
    }
  }

  @Test
  void follow_whenTheNodeIsGoneForGood_reportsTheGapAndHowTheJobEnded() throws Exception {
    ManualClock clock = ManualClock.create();
    try (JobClient patient = patientClient(clock)) {
      Path release = folder.resolve("release");
      JobId id = patient.submit(JobSpec.running(writingUntil(release)).build()).id();
      List<String> lines = new CopyOnWriteArrayList<>();
      CompletableFuture<JobDetails> following = patient.async(executor).follow(id, lines::add);
      await().until(() -> lines.contains("row 299"));
      ray.loseAgent();
      Files.createFile(release);

      Throwable thrown = catchThrowable(() -> following.get(40, TimeUnit.SECONDS));

      assertThat(thrown).hasCauseInstanceOf(LogGapException.class);
      LogGapException gap = (LogGapException) thrown.getCause();
      assertThat(gap.job().map(JobDetails::status)).contains(JobStatus.SUCCEEDED);
      assertThat(gap)
          .hasMessageStartingWith("the log of job " + id + " (SUCCEEDED) cannot be read on behind");
      ray.restoreAgent();
      patient.log(id).from(gap.position()).follow(line -> lines.add(line.text()));
      assertThat(String.join("\n", lines) + "\n").isEqualTo(patient.logs(id));
    }
  }

  @Test
  void follow_whenTheRecordIsDeletedMeanwhile_deliversTheRestAndSaysSo() throws Exception {
    Path release = folder.resolve("release");
    JobId id = client.submit(JobSpec.running(writingUntil(release)).build()).id();
    ray.onNext("GET", TAIL).acceptThen(Fault.webSocketClose(1000, LONG_AFTER_THE_HANDSHAKE));
    List<String> lines = new CopyOnWriteArrayList<>();
    CompletableFuture<JobDetails> following =
        client
            .async(executor)
            .follow(
                id,
                line -> {
                  lines.add(line);
                  if (line.equals("row 20")) {
                    endAndDelete(id, release);
                  }
                });

    Throwable thrown = catchThrowable(() -> following.get(40, TimeUnit.SECONDS));

    assertThat(thrown).hasCauseInstanceOf(JobNotFoundException.class);
    assertThat(rows(lines)).isEqualTo(allRows());
    assertThat(lines).contains("released");
  }

  @Test
  void follow_whenTheRecordIsGoneAsTheTailIsOpened_deliversTheRestAndSaysSo() throws Exception {
    Path release = folder.resolve("release");
    JobId id = client.submit(JobSpec.running(writingUntil(release)).build()).id();
    ray.onNext("GET", TAIL).acceptThen(Fault.webSocketClose(1000, LONG_AFTER_THE_HANDSHAKE));
    List<String> lines = new CopyOnWriteArrayList<>();

    Throwable thrown =
        catchThrowable(() ->
            client.follow(
                id,
                line -> {
                  lines.add(line);
                  if (line.equals("row 20")) {
                    ray.onNext("GET", TAIL).respond(404, "Job " + id + " does not exist");
                    release(release);
                  }
                }));

    assertThat(thrown).isInstanceOf(JobNotFoundException.class);
    assertThat(rows(lines)).isEqualTo(allRows());
  }

  @Test
  void follow_whenTheThreadIsInterruptedWhileLinesPourIn_endsBeforeTheNext() {
    JobId id = client.submit(JobSpec.running("seq 100000").build()).id();
    client.await(id, Duration.ofSeconds(30));
    List<String> lines = new ArrayList<>();

    assertThatExceptionOfType(RayInterruptedException.class)
        .isThrownBy(() ->
            client.follow(
                id,
                line -> {
                  lines.add(line);
                  if (lines.size() == 10) {
                    Thread.currentThread().interrupt();
                  }
                }));

    assertThat(Thread.interrupted()).isTrue();
    assertThat(lines).hasSize(10);
    await().untilAsserted(() -> assertThat(ray.openExchanges()).isZero());
  }

  @Test
  void follow_whenTheFileArrivesByteByByte_readsItOnce() {
    JobId id = client.submit(JobSpec.running("printf '\\303\\244\\r\\nz\\n'").build()).id();
    client.await(id, Duration.ofSeconds(30));
    ray.onNext("GET", "/api/v0/logs/file").acceptThen(Fault.slowBody(1, Duration.ofMillis(1)));
    List<String> lines = new ArrayList<>();

    client.follow(id, lines::add);

    assertThat(lines).endsWith("\u00e4", "z");
    assertThat(ray.calls())
        .extracting(RecordedCall::path)
        .doesNotContain("/api/jobs/" + id + "/logs");
  }

  private static void release(Path release) {
    try {
      Files.createFile(release);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void endAndDelete(JobId id, Path release) {
    release(release);
    client.await(id, Duration.ofSeconds(20));
    client.delete(id);
  }

  @ParameterizedTest
  @CsvSource({
    "seq -f 'row %08.0f of a log that is large' 1 300000, lines=1000",
    "yes tick | head -c 9000000, lines=-1"
  })
  void follow_whenTheLogIsLarge_readsItAgainOnlyIfItsEndSaysTooLittle(
      String entrypoint, String lastRead) {
    Path release = folder.resolve("release"); // a job that has ended already is read another way
    String waiting = "; while [ ! -e '%s' ]; do sleep 0.05; done".formatted(release);
    JobId id = client.submit(JobSpec.running(entrypoint + waiting).build()).id();
    StringBuilder text = new StringBuilder();

    client.follow(
        id,
        line -> {
          if (text.isEmpty()) {
            release(release);
          }
          text.append(line).append('\n');
        });

    assertThat(text.toString().equals(client.logs(id))).isTrue();
    assertThat(ray.calls())
        .filteredOn(call -> call.path().equals("/api/v0/logs/file"))
        .last()
        .satisfies(call -> assertThat(call.query()).contains(lastRead));
  }

  @Test
  void follow_whenTheRecordOfAJobThatNeverRanIsDeleted_saysSo() {
    JobSpec waiting = JobSpec.running("true").entrypointNumGpus(1).build();
    JobId id = client.submit(waiting).id();
    ray.onNext("GET", TAIL).acceptThen(Fault.webSocketClose(1000, 0));
    ray.onNext("GET", "/api/jobs/*").acceptThen(Fault.slowBody(1 << 16, Duration.ZERO));
    ray.onNext("GET", "/api/jobs/*").respond(404, "Job " + id + " does not exist");

    assertThatExceptionOfType(JobNotFoundException.class)
        .isThrownBy(() -> client.follow(id, line -> {}));
  }

  @Test
  void log_whenItIsNotTheOneThePositionIsOf_saysSoInsteadOfSkipping() {
    JobId one = client.submit(JobSpec.running("echo one; echo more").build()).id();
    JobId other = client.submit(JobSpec.running("echo other; seq 1000").build()).id();
    List<LogLine> lines = new ArrayList<>();
    client.log(one).follow(lines::add);
    LogPosition position = lines.get(lines.size() - 1).end();

    assertThatExceptionOfType(LogGapException.class)
        .isThrownBy(() -> client.log(other).from(position).follow(lines::add))
        .withMessageContaining("it is not the log that was read so far");
  }

  @Test
  void log_whenItEndsBeforeThePosition_saysSo() {
    JobId one = client.submit(JobSpec.running("true").build()).id();
    LogPosition position = new LogPosition(1_000_000, 1, 7);

    assertThatExceptionOfType(LogGapException.class)
        .isThrownBy(() -> client.log(one).from(position).follow(line -> {}))
        .withMessageContaining("it is shorter than what was read so far");
  }

  @Test
  void lines_whenTheIterationStopsEarly_dropsTheConnection() {
    JobId id = client.submit(JobSpec.running("echo first; exec sleep 300").build()).id();

    try (JobLog.Lines lines = client.log(id).lines()) {
      for (LogLine line : lines) {
        if (line.text().equals("first")) {
          break;
        }
      }
      assertThat(lines.job().status().isTerminal()).isFalse(); // a tail can be ahead of the record
    }

    await().untilAsserted(() -> assertThat(ray.openExchanges()).isZero());
  }

  @Test
  void follow_withoutStateApiAndWebSocket_readsTheTextOfTheJobsApi() throws Exception {
    ray.onNext("GET", TAIL).fault(Fault.status(405)).fault(Fault.status(405));
    ray.onNext("GET", "/api/v0/logs/stream").fault(Fault.status(404)).fault(Fault.status(404));
    ray.onNext("GET", "/api/v0/logs/file").fault(Fault.status(404));
    Path release = folder.resolve("release");
    JobId id = client.submit(JobSpec.running(writingUntil(release)).build()).id();
    await().until(() -> client.job(id).status().equals(JobStatus.RUNNING));
    List<String> lines = new ArrayList<>();
    CompletableFuture<JobDetails> following = client.async(executor).follow(id, lines::add);
    await().atMost(Duration.ofSeconds(40)).until(() -> ray.waitingFaults() == 1);
    Files.createFile(release);

    following.get(40, TimeUnit.SECONDS);

    assertThat(rows(lines)).isEqualTo(allRows());
    assertThat(lines).endsWith("released");
  }

  private JobClient patientClient(ManualClock clock) {
    return JobClient.builder(ray.url())
        .tokenProvider(TokenProvider.of("canary-follow-1"))
        .time(clock)
        .build();
  }

  private static String writingUntil(Path release) {
    return "sleep 1; i=0; while [ $i -lt 300 ]; do echo \"row $i\"; i=$((i+1)); done; while [ ! -e '%s' ]; do sleep 0.05; done; echo released"
        .formatted(release);
  }

  /** Follows a job that writes its lines at once and ends when nothing is scripted any more. */
  private JobDetails followedUntilTheFaultsHappened(List<String> lines) throws Exception {
    Path release = folder.resolve("release");
    JobId id = client.submit(JobSpec.running(writingUntil(release)).build()).id();
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
