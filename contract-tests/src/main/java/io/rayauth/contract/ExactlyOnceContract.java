package io.rayauth.contract;

import static org.assertj.core.api.Assertions.assertThat;

import io.rayauth.JobClient;
import io.rayauth.RetryPolicy;
import io.rayauth.contract.AnswerSpoilingProxy.Fate;
import io.rayauth.job.JobDetails;
import io.rayauth.job.JobId;
import io.rayauth.job.JobSpec;
import io.rayauth.job.Submission;
import io.rayauth.testkit.ManualClock;
import io.rayauth.token.AccessToken;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Asks a cluster with a token for one job for each submission, whatever happens to the answers. */
@Timeout(value = 60, unit = TimeUnit.MINUTES)
public abstract class ExactlyOnceContract {
  /** Of twelve submissions, four arrive without their answer, one is lost, one is put off. */
  private static final List<Fate> FATES =
      List.of(
          Fate.CLOSE_AFTER,
          Fate.PASS_ON,
          Fate.RESET_BEFORE,
          Fate.PASS_ON,
          Fate.RESET_AFTER,
          Fate.PASS_ON,
          Fate.UNAVAILABLE_BEFORE,
          Fate.PASS_ON,
          Fate.UNAVAILABLE_AFTER,
          Fate.PASS_ON,
          Fate.CUT_ANSWER,
          Fate.PASS_ON);

  private static final Duration FOR_EVER = Duration.ofDays(1);

  private final AtomicInteger tokensGiven = new AtomicInteger();

  /** Creates the contract for one test. */
  protected ExactlyOnceContract() {}

  /**
   * Returns where the cluster is.
   *
   * @return the address of its dashboard
   */
  protected abstract URI url();

  /**
   * Returns what the cluster lets in.
   *
   * @return a token that stays good
   */
  protected abstract String token();

  /**
   * Returns a token that expires.
   *
   * @return one that the cluster refuses after {@link #expire()} at the latest
   */
  protected abstract String expiringToken();

  /** Makes that token expire; is called once, in the middle of the submissions. */
  protected abstract void expire();

  /**
   * Returns how many jobs are submitted.
   *
   * @return as many as the cluster bears in the time there is
   */
  protected abstract int jobs();

  /**
   * Returns how many are under way at once.
   *
   * @return as many as the cluster bears
   */
  protected abstract int atOnce();

  /**
   * Waits until a job takes nothing from the cluster any more.
   *
   * @param client sees the cluster without a proxy
   * @param id was submitted
   */
  protected abstract void settle(JobClient client, JobId id);

  /**
   * Returns what a job runs.
   *
   * @param file gets one line for each time the job runs, if jobs run at all
   * @return a shell command
   */
  protected String entrypoint(Path file) {
    return "echo run >> " + file;
  }

  @Test
  void submit_whenAThirdOfTheAnswersIsLostAndTheTokenExpires_makesOneJobOfEach(@TempDir Path folder)
      throws Exception {
    String batch = JobId.random().value();
    ConcurrentMap<Integer, JobId> ids = new ConcurrentHashMap<>();
    AtomicInteger attached = new AtomicInteger();
    AtomicInteger next = new AtomicInteger();
    AtomicInteger fates = new AtomicInteger();
    ExecutorService threads = Executors.newFixedThreadPool(atOnce());
    try (AnswerSpoilingProxy proxy =
            AnswerSpoilingProxy.before(
                url(), () -> FATES.get(fates.getAndIncrement() % FATES.size()));
        JobClient spoiled = impatientClient(proxy.url());
        JobClient direct = JobClient.builder(url()).tokenProvider(this::freshToken).build()) {
      List<Future<?>> workers = new ArrayList<>();
      for (int i = 0; i < atOnce(); i++) {
        workers.add(
            threads.submit(() -> {
              for (int n = next.getAndIncrement(); n < jobs(); n = next.getAndIncrement()) {
                if (n == jobs() / 2) {
                  expire();
                }
                Submission submission = spoiled.submit(job(n, batch, folder));
                ids.put(n, submission.id());
                attached.addAndGet(submission.attached() ? 1 : 0);
                settle(direct, submission.id());
              }
            }));
      }
      for (Future<?> worker : workers) {
        worker.get();
      }

      List<JobDetails> there =
          direct.jobs().stream().filter(job -> batch.equals(job.metadata().get("batch"))).toList();
      assertThat(there)
          .extracting(JobDetails::id)
          .containsExactlyInAnyOrderElementsOf(ids.values())
          .hasSize(jobs())
          .doesNotHaveDuplicates();
      assertThat(attached.get()).as("whose answer was lost").isGreaterThan(jobs() / 4);
      assertThat(tokensGiven).as("the expired token and the one after it").hasValue(2);
      assertRunOnce(folder);
    } finally {
      threads.shutdown();
    }
    assertThat(threads.awaitTermination(20, TimeUnit.SECONDS)).isTrue();
  }

  @Test
  void submit_whenTheProcessIsKilledBeforeTheAnswer_attachesAfterItsRestart(@TempDir Path folder)
      throws Exception {
    JobId id = JobId.of("killed", JobId.random().value());
    Path ran = folder.resolve("ran");
    Path tokenFile = tokenFile(folder);
    try (AnswerSpoilingProxy proxy = AnswerSpoilingProxy.before(url(), () -> Fate.HOLD_ANSWER);
        JobClient direct = JobClient.builder(url()).tokenProvider(this::freshToken).build()) {
      Process killed =
          SubmittingProgram.start(
              proxy.url(), tokenFile, id, entrypoint(ran), folder.resolve("killed").toFile());
      proxy.awaitHeld();
      killed.destroyForcibly();
      assertThat(killed.waitFor(20, TimeUnit.SECONDS)).isTrue();
      assertThat(folder.resolve("killed")).isEmptyFile();

      Process restarted =
          SubmittingProgram.start(
              url(), tokenFile, id, entrypoint(ran), folder.resolve("restarted").toFile());
      assertThat(restarted.waitFor(60, TimeUnit.SECONDS)).isTrue();

      assertThat(folder.resolve("restarted")).hasContent("attached");
      settle(direct, id);
      assertThat(direct.jobs()).filteredOn(job -> job.id().equals(id)).hasSize(1);
    }
  }

  /** Every second one has a key, the others get an id that is made up. */
  private JobSpec job(int number, String batch, Path folder) {
    JobSpec.Builder spec =
        JobSpec.running(entrypoint(folder.resolve("job-" + number))).metadata("batch", batch);
    return number % 2 == 0
        ? spec.submissionId(JobId.of(batch, String.valueOf(number))).build()
        : spec.build();
  }

  /** Waits for nothing: its clock lets the pauses between attempts take no time. */
  private JobClient impatientClient(URI proxy) {
    return JobClient.builder(proxy)
        .tokenProvider(() ->
            tokensGiven.getAndIncrement() == 0 ? AccessToken.of(expiringToken()) : freshToken())
        .time(ManualClock.create())
        .requestTimeout(FOR_EVER)
        .retryPolicy(RetryPolicy.upTo(40).within(FOR_EVER))
        .build();
  }

  private AccessToken freshToken() {
    return AccessToken.of(token());
  }

  private Path tokenFile(Path folder) throws IOException {
    Path file = folder.resolve("token");
    Files.createFile(
        file, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
    return Files.writeString(file, token());
  }

  private static void assertRunOnce(Path folder) throws IOException {
    try (var files = Files.list(folder)) {
      for (Path file : files.toList()) {
        assertThat(file).hasContent("run");
      }
    }
  }
}
