package io.rayauth.docs;

import static org.assertj.core.api.Assertions.assertThat;

import io.rayauth.JobClient;
import io.rayauth.JobLog;
import io.rayauth.job.JobDetails;
import io.rayauth.job.JobId;
import io.rayauth.job.JobSpec;
import io.rayauth.job.JobStatus;
import io.rayauth.job.LogGapException;
import io.rayauth.job.LogLine;
import io.rayauth.job.LogPosition;
import io.rayauth.testkit.FakeRay;
import io.rayauth.testkit.ManualClock;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Flow;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(120)
class FollowingSnippets {
  private final FakeRay ray = FakeRay.start();
  private final JobClient client = JobClient.builder(ray.url()).time(ManualClock.create()).build();
  private final List<String> stored = new CopyOnWriteArrayList<>();

  @AfterEach
  void close() {
    client.close();
    ray.close();
  }

  @Test
  void follow_untilTheEnd_returnsTheJob() {
    JobId id = client.submit(JobSpec.running("echo one; echo two").build()).id();

    // @start region=follow
    JobDetails job = client.log(id).follow(line -> System.out.println(line.text()));
    // @end

    assertThat(job.status()).isEqualTo(JobStatus.SUCCEEDED);
  }

  @Test
  void resume_withABookmark_doesNotRepeat(@TempDir Path folder) throws Exception {
    JobId id = client.submit(JobSpec.running("echo one; echo two").build()).id();

    for (int run = 0; run < 2; run++) {
      // @start region=resume
      Path bookmark = folder.resolve("train-7.position");
      LogPosition from =
          Files.exists(bookmark)
              ? LogPosition.parse(Files.readString(bookmark))
              : LogPosition.START;
      client
          .log(id)
          .from(from)
          .follow(line -> {
            store(line.text());
            write(bookmark, line.end().toString());
          });
      // @end
    }

    assertThat(String.join("\n", stored) + "\n").isEqualTo(client.logs(id));
  }

  @Test
  void iterate_untilALine_leavesEarly() {
    JobId id = client.submit(JobSpec.running("echo ready; exec sleep 600").build()).id();

    // @start region=iterate
    try (JobLog.Lines lines = client.log(id).lines()) {
      for (LogLine line : lines) {
        if (line.text().startsWith("ready")) {
          break;
        }
      }
    }
    // @end

    client.stop(id);
  }

  @Test
  void publish_toASubscriber_deliversAll() throws Exception {
    JobId id = client.submit(JobSpec.running("echo one; echo two").build()).id();
    ExecutorService executor = Executors.newSingleThreadExecutor();
    OneByOne subscriber = new OneByOne();

    // @start region=publish
    Flow.Publisher<LogLine> lines = client.log(id).publisher(executor);
    lines.subscribe(subscriber);
    // @end

    subscriber.done.get(20, TimeUnit.SECONDS);
    executor.shutdown();
    assertThat(executor.awaitTermination(20, TimeUnit.SECONDS)).isTrue();
    assertThat(stored).contains("one", "two");
  }

  @Test
  void gap_whenTheNodeIsGone_isReported() {
    JobId id = client.submit(JobSpec.running("echo one").build()).id();
    client.log(id).follow(line -> {});
    ray.loseAgent();

    // @start region=gap
    try {
      client.log(id).follow(line -> store(line.text()));
    } catch (LogGapException gap) {
      gap.job().ifPresent(job -> System.out.println(job.id() + " is " + job.status()));
      System.out.println("no lines behind " + gap.position() + ": " + gap.getMessage());
    }
    // @end

    assertThat(stored).isEmpty();
  }

  private void store(String line) {
    stored.add(line);
  }

  private static void write(Path file, String text) {
    try {
      Files.writeString(file, text);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private final class OneByOne implements Flow.Subscriber<LogLine> {
    private final CompletableFuture<@Nullable Void> done = new CompletableFuture<>();
    private final CompletableFuture<Flow.Subscription> subscribed = new CompletableFuture<>();

    @Override
    public void onSubscribe(Flow.Subscription subscription) {
      subscribed.complete(subscription);
      subscription.request(1);
    }

    @Override
    public void onNext(LogLine line) {
      store(line.text());
      subscribed.join().request(1);
    }

    @Override
    public void onError(Throwable failure) {
      done.completeExceptionally(failure);
    }

    @Override
    public void onComplete() {
      done.complete(null);
    }
  }
}
