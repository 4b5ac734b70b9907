package io.rayauth.contract;

import static io.rayauth.contract.RawServer.answer;
import static io.rayauth.contract.RawServer.json;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.rayauth.JobClient;
import io.rayauth.RayClientListener;
import io.rayauth.RetryPolicy;
import io.rayauth.error.RayApiException;
import io.rayauth.error.RayException;
import io.rayauth.job.AwaitTimeoutException;
import io.rayauth.job.JobDetails;
import io.rayauth.job.JobId;
import io.rayauth.job.JobStatus;
import io.rayauth.job.PackageUri;
import io.rayauth.testkit.ManualClock;
import io.rayauth.token.TokenProvider;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What a listener is told, in which order, and that it can break nothing. */
@Timeout(60)
class ListenerTest {
  private static final JobId ID = new JobId("job-1");
  private static final String VERSION = json("{\"ray_version\":\"2.60.0\"}");
  private static final String BUSY = answer("503 Service Unavailable", "", "busy");

  private final ManualClock clock = ManualClock.create();
  private final Story story = new Story();

  @Test
  void version_whenItIsTriedAgain_tellsEachAttemptAndThePauseBetween() {
    try (RawServer server = RawServer.answering(BUSY, VERSION);
        JobClient client = clientOf(server, story)) {
      client.version();

      assertThat(story.events)
          .containsExactly(
              "attempt 1 GET /api/version",
              "retry after 1 GET /api/version: 503",
              "attempt 2 GET /api/version");
    }
  }

  @Test
  void await_whenTheStatusChanges_tellsEachChangeOnce() {
    try (RawServer server =
            RawServer.answering(
                status("PENDING"),
                status("PENDING"),
                status("RUNNING"),
                status("RUNNING"),
                status("SUCCEEDED"));
        JobClient client = clientOf(server, story)) {
      JobDetails job = client.await(ID, Duration.ofMinutes(5));

      assertThat(job.status()).isEqualTo(JobStatus.SUCCEEDED);
      assertThat(story.events)
          .filteredOn(event -> event.startsWith("job-1"))
          .containsExactly(
              "job-1 null to PENDING", "job-1 PENDING to RUNNING", "job-1 RUNNING to SUCCEEDED");
    }
  }

  @Test
  void await_whenTheStatusIsOneOfANewerRay_goesOnAndTellsIt() {
    try (RawServer server = RawServer.answering(status("MIGRATING"), status("SUCCEEDED"));
        JobClient client = clientOf(server, story)) {
      client.await(ID, Duration.ofMinutes(5));

      assertThat(story.events).contains("job-1 null to MIGRATING", "job-1 MIGRATING to SUCCEEDED");
    }
  }

  @Test
  void await_whenTheJobStaysAsItIs_asksMoreAndMoreSeldom() {
    Instant begun = clock.instant();
    try (RawServer server = RawServer.answering(status("RUNNING"));
        JobClient client = clientOf(server, story)) {
      assertThatExceptionOfType(AwaitTimeoutException.class)
          .isThrownBy(() -> client.await(ID, Duration.ofMinutes(10)));

      assertThat(Duration.between(begun, clock.instant())).isEqualTo(Duration.ofMinutes(10));
      assertThat(server.heads()).hasSizeBetween(300, 330);
    }
  }

  @Test
  void upload_always_tellsHowMuchIsSentUpToTheWhole(@TempDir Path folder) throws IOException {
    Path archive = Files.write(folder.resolve("files.zip"), new byte[300_000]);
    try (RawServer server =
            RawServer.answering(
                answer("404 Not Found", "", "Package gcs://_ray_pkg_x.zip does not exist"),
                answer("200 OK", "", ""));
        JobClient client = clientOf(server, story)) {
      client.upload(archive);

      assertThat(story.sent).isNotEmpty().isSorted().endsWith(300_000L);
      assertThat(story.totals).containsOnly(300_000L);
    }
  }

  @Test
  void anyCall_whenTheListenerThrows_goesOn() {
    RayClientListener broken =
        new RayClientListener() {
          @Override
          public void onAttempt(String method, String path, int attempt) {
            throw new IllegalStateException("broken listener");
          }

          @Override
          public void onRetry(
              String method, String path, int attempt, Duration delay, RayException cause) {
            throw new IllegalStateException("broken listener");
          }

          @Override
          public void onTokenRefreshed(@Nullable Instant expiresAt) {
            throw new IllegalStateException("broken listener");
          }

          @Override
          public void onStatusChange(JobId id, @Nullable JobStatus from, JobStatus to) {
            throw new IllegalStateException("broken listener");
          }
        };
    try (RawServer server = RawServer.answering(BUSY, status("SUCCEEDED"));
        JobClient client = clientOf(server, broken)) {
      assertThat(client.await(ID, Duration.ofSeconds(5)).status()).isEqualTo(JobStatus.SUCCEEDED);
    }
  }

  private JobClient clientOf(RawServer server, RayClientListener listener) {
    return JobClient.builder(server.url())
        .tokenProvider(TokenProvider.of("canary-listener"))
        .retryPolicy(RetryPolicy.upTo(2))
        .time(clock)
        .listener(listener)
        .build();
  }

  private static String status(String status) {
    return json("{\"submission_id\":\"job-1\",\"status\":\"" + status + "\"}");
  }

  /** Writes down what it is told. */
  private static final class Story implements RayClientListener {
    private final List<String> events = new CopyOnWriteArrayList<>();
    private final List<Long> sent = new CopyOnWriteArrayList<>();
    private final List<Long> totals = new CopyOnWriteArrayList<>();

    @Override
    public void onAttempt(String method, String path, int attempt) {
      events.add("attempt " + attempt + " " + method + " " + path);
    }

    @Override
    public void onRetry(
        String method, String path, int attempt, Duration delay, RayException cause) {
      int status = cause instanceof RayApiException answered ? answered.status() : 0;
      events.add("retry after " + attempt + " " + method + " " + path + ": " + status);
    }

    @Override
    public void onUploadProgress(PackageUri uri, long sentBytes, long totalBytes) {
      sent.add(sentBytes);
      totals.add(totalBytes);
    }

    @Override
    public void onStatusChange(JobId id, @Nullable JobStatus from, JobStatus to) {
      events.add(id + " " + from + " to " + to);
    }
  }
}
