package io.rayauth.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.rayauth.JobClient;
import io.rayauth.error.JobNotFoundException;
import io.rayauth.job.JobId;
import io.rayauth.job.JobSpec;
import io.rayauth.job.LogLine;
import io.rayauth.testkit.FakeRay;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Flow;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Lines that come as they are asked for. */
@Timeout(60)
class LogPublisherTest {
  private final FakeRay ray = FakeRay.start();
  private final JobClient client = JobClient.builder(ray.url()).build();
  private final ExecutorService executor = Executors.newSingleThreadExecutor();

  @AfterEach
  void close() throws InterruptedException {
    executor.shutdownNow();
    try (ray;
        client) {
      assertThat(executor.awaitTermination(20, TimeUnit.SECONDS)).isTrue();
    }
  }

  @Test
  void publisher_whenLinesAreAskedFor_deliversThoseAndTheRestLater() throws Exception {
    JobId id = client.submit(JobSpec.running("seq 1 1000").build()).id();
    Subscriber subscriber = subscribed(id);

    subscriber.subscription().request(3);
    await().until(() -> subscriber.lines.size() == 3);
    executor.submit(() -> {}).get(20, TimeUnit.SECONDS); // so no thread is held between requests
    assertThat(subscriber.lines).hasSize(3);
    subscriber.subscription().request(Long.MAX_VALUE);

    subscriber.done.get(20, TimeUnit.SECONDS);
    assertThat(String.join("\n", subscriber.lines) + "\n").isEqualTo(client.logs(id));
  }

  @Test
  void publisher_whenEachLineAsksForTheNext_deliversAll() throws Exception {
    JobId id = client.submit(JobSpec.running("seq 1 1000").build()).id();
    Subscriber subscriber =
        new Subscriber() {
          @Override
          public void onNext(LogLine line) {
            super.onNext(line);
            subscription().request(1);
          }
        };
    client.log(id).publisher(executor).subscribe(subscriber);

    subscriber.subscription().request(1);

    subscriber.done.get(20, TimeUnit.SECONDS);
    assertThat(subscriber.lines).contains("1", "1000");
  }

  @Test
  void publisher_whenItIsCancelledWhileItWaits_dropsTheConnectionAndSaysNothing() throws Exception {
    JobId id = client.submit(JobSpec.running("echo first; exec sleep 300").build()).id();
    Subscriber subscriber = subscribed(id);
    subscriber.subscription().request(1000);
    await().until(() -> subscriber.lines.contains("first"));

    subscriber.subscription().cancel();

    await().until(() -> ray.openExchanges() == 0);
    boolean interrupted = executor.submit(Thread::interrupted).get(20, TimeUnit.SECONDS);
    assertThat(interrupted).as("an interrupt was left").isFalse();
    assertThat(subscriber.done).isNotDone();
  }

  @Test
  void publisher_whenItIsCancelledWhileNothingIsAskedFor_dropsTheConnection() {
    JobId id = client.submit(JobSpec.running("seq 1 100; exec sleep 300").build()).id();
    Subscriber subscriber = subscribed(id);
    subscriber.subscription().request(2);
    await().until(() -> subscriber.lines.size() == 2);

    subscriber.subscription().cancel();

    await().until(() -> ray.openExchanges() == 0);
    subscriber.subscription().request(5);
    assertThat(subscriber.lines).hasSize(2);
  }

  @Test
  void publisher_whenNoneAreAskedFor_refuses() {
    Subscriber subscriber = subscribed(new JobId("nobody"));

    subscriber.subscription().request(0);

    assertThat(subscriber.done)
        .failsWithin(20, TimeUnit.SECONDS)
        .withThrowableThat()
        .havingCause()
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void publisher_whenThereIsNoSuchJob_tellsTheSubscriber() {
    Subscriber subscriber = subscribed(new JobId("nobody"));

    subscriber.subscription().request(1);

    assertThat(subscriber.done)
        .failsWithin(20, TimeUnit.SECONDS)
        .withThrowableThat()
        .havingCause()
        .isInstanceOf(JobNotFoundException.class);
  }

  @Test
  void publisher_whenTheExecutorTakesNoMore_tellsTheSubscriber() {
    executor.shutdownNow();
    Subscriber subscriber = subscribed(new JobId("nobody"));

    subscriber.subscription().request(1);

    assertThat(subscriber.done)
        .failsWithin(20, TimeUnit.SECONDS)
        .withThrowableThat()
        .havingCause()
        .isInstanceOf(RejectedExecutionException.class);
  }

  private Subscriber subscribed(JobId id) {
    Subscriber subscriber = new Subscriber();
    client.log(id).publisher(executor).subscribe(subscriber);
    return subscriber;
  }

  private static class Subscriber implements Flow.Subscriber<LogLine> {
    final List<String> lines = new CopyOnWriteArrayList<>();
    final CompletableFuture<@Nullable Void> done = new CompletableFuture<>();
    private final CompletableFuture<Flow.Subscription> subscribed = new CompletableFuture<>();

    Flow.Subscription subscription() {
      return subscribed.join();
    }

    @Override
    public void onSubscribe(Flow.Subscription subscription) {
      subscribed.complete(subscription);
    }

    @Override
    public void onNext(LogLine line) {
      lines.add(line.text());
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
