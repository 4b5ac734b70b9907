package io.rayauth.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.rayauth.JobClient;
import io.rayauth.job.JobDetails;
import io.rayauth.job.JobId;
import io.rayauth.job.JobSpec;
import io.rayauth.job.JobStatus;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Follows a job that writes 100,000 lines while connections are cut at random; for clusters on this
 * machine.
 */
@Timeout(value = 15, unit = TimeUnit.MINUTES)
public abstract class CutLogContract {
  /** How many lines the job writes. */
  public static final int LINES = 100_000;

  /** Less than they are in bytes, so that every connection that reads them all is cut. */
  private static final int LATEST = 1_000_000;

  @TempDir private Path folder;

  /** Creates the contract for one test. */
  protected CutLogContract() {}

  /**
   * Returns where the cluster is.
   *
   * @return the address of its dashboard
   */
  protected abstract URI url();

  /**
   * Starts a client that the cluster accepts.
   *
   * @param url the address of a proxy
   * @return a builder
   */
  protected abstract JobClient.Builder newBuilder(URI url);

  /**
   * Says how many connections are cut.
   *
   * @return more than none
   */
  protected abstract int cuts();

  @Test
  void follow_whenConnectionsAreCutAtRandom_deliversEveryByteOnce() throws Exception {
    ExecutorService executor = Executors.newSingleThreadExecutor();
    StringBuilder text = new StringBuilder();
    Path release = folder.resolve("release");
    try (CuttingProxy proxy =
            CuttingProxy.inFrontOf(url(), new SplittableRandom(7), cuts(), LATEST);
        JobClient straight = newBuilder(url()).build();
        JobClient cut = newBuilder(proxy.url()).build()) {
      JobId id = straight.submit(JobSpec.running(writingUntil(release)).build()).id();
      CompletableFuture<JobDetails> following =
          cut.async(executor).follow(id, line -> text.append(line).append('\n'));
      await()
          .atMost(Duration.ofMinutes(10))
          .until(() -> proxy.cuts() == cuts() || following.isDone());
      Files.createFile(release);

      JobDetails job = following.get(2, TimeUnit.MINUTES);

      assertThat(job.status()).isEqualTo(JobStatus.SUCCEEDED);
      assertThat(proxy.cuts()).isEqualTo(cuts());
      assertThat(text.toString().equals(straight.logs(id) + "\n"))
          .as("the text is that of the log")
          .isTrue();
      assertThat(text.toString().lines().filter(line -> line.startsWith("row "))).hasSize(LINES);
    } finally {
      executor.shutdownNow();
    }
    assertThat(executor.awaitTermination(20, TimeUnit.SECONDS)).isTrue();
  }

  /** Writes in ten bursts, and goes on until the file is there. */
  static String writingUntil(Path release) {
    return ("i=0; while [ $i -lt %d ]; do seq -f 'row %%06.0f' $((i+1)) $((i+10000)); i=$((i+10000)); sleep 0.2; done;"
            + " while [ ! -e '%s' ]; do sleep 0.05; done; printf 'the end'")
        .formatted(LINES, release);
  }
}
