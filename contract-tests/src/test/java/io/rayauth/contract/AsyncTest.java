package io.rayauth.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.rayauth.JobClient;
import io.rayauth.RayVersion;
import io.rayauth.RetryPolicy;
import io.rayauth.error.JobNotFoundException;
import io.rayauth.error.RayInterruptedException;
import io.rayauth.job.JobId;
import io.rayauth.token.AccessToken;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The futures: where they run, how they fail, what cancelling one does. */
@Timeout(60)
class AsyncTest {
  private static final JobId ID = new JobId("job-1");
  private static final String RUNNING =
      RawServer.json("{\"submission_id\":\"job-1\",\"status\":\"RUNNING\"}");

  private final ExecutorService executor =
      Executors.newSingleThreadExecutor(work -> new Thread(work, "the callers own"));

  @AfterEach
  void everyThreadEnds() throws InterruptedException {
    executor.shutdown();

    assertThat(executor.awaitTermination(20, TimeUnit.SECONDS)).isTrue();
  }

  @Test
  void version_always_runsOnTheGivenExecutor() {
    AtomicReference<String> askedOn = new AtomicReference<>();
    try (RawServer server = RawServer.answering(RawServer.json("{\"ray_version\":\"2.60.0\"}"));
        JobClient client =
            JobClient.builder(server.url())
                .tokenProvider(() -> {
                  askedOn.set(Thread.currentThread().getName());
                  return AccessToken.of("canary-async");
                })
                .build()) {
      RayVersion version = client.async(executor).version().join();

      assertThat(version.rayVersion()).isEqualTo("2.60.0");
      assertThat(askedOn).hasValue("the callers own");
    }
  }

  @Test
  void job_whenTheCallFails_failsWithWhatTheBlockingCallThrows() {
    try (RawServer server =
            RawServer.answering(RawServer.answer("404 Not Found", "", "Job job-1 does not exist"));
        JobClient client = JobClient.builder(server.url()).build()) {
      CompletableFuture<?> failed = client.async(executor).job(ID);

      assertThatExceptionOfType(CompletionException.class)
          .isThrownBy(failed::join)
          .withCauseInstanceOf(JobNotFoundException.class);
    }
  }

  @Test
  void cancel_whileTheServerIsSilent_closesTheConnectionAndFreesTheThread() throws Exception {
    try (RawServer server = RawServer.answering(RawServer.SILENCE);
        JobClient client = clientOf(server)) {
      CompletableFuture<RayVersion> future = client.async(executor).version();
      server.awaitRequests(1);

      assertThat(future.cancel(true)).isTrue();

      server.awaitDisconnect();
      assertThatExceptionOfType(CancellationException.class).isThrownBy(future::join);
      assertThat(executor.submit(Thread::interrupted).get(20, TimeUnit.SECONDS))
          .as("the interrupt stays with the cancelled call")
          .isFalse();
    }
  }

  @Test
  void cancel_whileAJobIsFollowed_closesTheConnectionAndFreesTheThread() throws Exception {
    try (RawServer server = RawServer.answering(RUNNING, RawServer.SILENCE);
        JobClient client = clientOf(server)) {
      CompletableFuture<?> future = client.async(executor).follow(ID, line -> {});
      server.awaitRequests(2);

      future.cancel(true);

      server.awaitDisconnect();
      assertThat(executor.submit(() -> "free").get(20, TimeUnit.SECONDS)).isEqualTo("free");
    }
  }

  @Test
  void cancel_beforeTheCallBegan_sendsNothing() throws Exception {
    CountDownLatch occupied = new CountDownLatch(1);
    try (RawServer server = RawServer.answering(RUNNING);
        JobClient client = clientOf(server)) {
      executor.submit(() -> occupied.await(20, TimeUnit.SECONDS));
      CompletableFuture<?> future = client.async(executor).job(ID);

      future.cancel(true);
      occupied.countDown();

      assertThat(executor.submit(() -> "free").get(20, TimeUnit.SECONDS)).isEqualTo("free");
      assertThat(server.heads()).isEmpty();
    }
  }

  @Test
  void interrupt_whileTheServerIsSilent_endsTheBlockingCallAndStaysSet() throws Exception {
    AtomicReference<Throwable> thrown = new AtomicReference<>();
    CountDownLatch stillInterrupted = new CountDownLatch(1);
    try (RawServer server = RawServer.answering(RawServer.SILENCE);
        JobClient client = clientOf(server)) {
      Thread caller =
          new Thread(() -> {
            try {
              client.version();
            } catch (RayInterruptedException e) {
              thrown.set(e);
              if (Thread.currentThread().isInterrupted()) {
                stillInterrupted.countDown();
              }
            }
          });
      caller.start();
      server.awaitRequests(1);

      caller.interrupt();

      server.awaitDisconnect();
      caller.join(20_000);
      assertThat(thrown.get()).isInstanceOf(RayInterruptedException.class);
      assertThat(stillInterrupted.getCount()).isZero();
    }
  }

  private static JobClient clientOf(RawServer server) {
    return JobClient.builder(server.url()).retryPolicy(RetryPolicy.none()).build();
  }
}
