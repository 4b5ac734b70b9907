package io.rayauth.internal.admission;

import io.rayauth.internal.http.ApiRequest;
import io.rayauth.internal.http.ApiResponse;
import io.rayauth.internal.json.JobCodec;
import io.rayauth.internal.watch.ClusterLook;
import io.rayauth.job.JobDetails;
import io.rayauth.job.JobStatus;
import java.util.OptionalLong;
import java.util.function.Consumer;
import java.util.function.Function;

/** Looks at a head with the requests of one client. */
public final class HeadView {
  /** The dashboard answers from what the agents have told it, and keeps that for two seconds. */
  private static final String NODES = "/nodes?view=summary";

  private final ClusterLook jobs;
  private final Function<ApiRequest, ApiResponse> calls;

  /** Creates a view; nothing is sent yet. */
  public HeadView(ClusterLook jobs, Function<ApiRequest, ApiResponse> calls) {
    this.jobs = jobs;
    this.calls = calls;
  }

  /** Asks for what the limits are about. */
  HeadLoad load(Limits limits) {
    Count count = new Count();
    if (limits.areOnJobs()) {
      submissions(count::begin, count);
    }
    OptionalLong free =
        limits.freeMemory() > 0
            ? JobCodec.freeHeadMemory(calls.apply(ApiRequest.of("GET", NODES)).body())
            : OptionalLong.empty();
    return new HeadLoad(count.running, count.pending, free);
  }

  /**
   * Hands on every job that was submitted.
   *
   * @param begin is called before the first, once more if the list breaks off and is fetched again
   */
  void submissions(Runnable begin, Consumer<JobDetails> sink) {
    jobs.all(
        begin,
        job -> {
          if (job.type().equals(JobDetails.SUBMISSION)) {
            sink.accept(job);
          }
        });
  }

  /** Counts what has not ended; a status of a newer Ray counts as running. */
  private static final class Count implements Consumer<JobDetails> {
    private int running;
    private int pending;

    private void begin() {
      running = 0;
      pending = 0;
    }

    @Override
    public void accept(JobDetails job) {
      if (job.status().equals(JobStatus.PENDING)) {
        pending++;
      } else if (!job.status().isTerminal()) {
        running++;
      }
    }
  }
}
