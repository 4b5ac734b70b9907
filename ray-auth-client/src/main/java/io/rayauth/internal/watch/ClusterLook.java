package io.rayauth.internal.watch;

import io.rayauth.error.JobNotFoundException;
import io.rayauth.error.ServerAnswer;
import io.rayauth.internal.http.ApiRequest;
import io.rayauth.internal.http.ApiResponse;
import io.rayauth.internal.json.JobCodec;
import io.rayauth.job.JobDetails;
import io.rayauth.job.JobId;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * Looks at jobs with the requests of one client.
 *
 * <p>The head reads every record for a list, filtered by the state API or not, and each record
 * costs it as much as a fiftieth to a tenth of the request for one job (measured on Ray 2.60).
 */
public final class ClusterLook {
  private static final String LIST = "/api/jobs/";
  private static final int FEW = 8;
  private static final int RECORDS_PER_REQUEST = 50;

  private final Function<ApiRequest, ApiResponse> calls;
  private final Function<JobId, String> path;

  /** Creates a look; nothing is sent yet. */
  public ClusterLook(Function<ApiRequest, ApiResponse> calls, Function<JobId, String> path) {
    this.calls = calls;
    this.path = path;
  }

  /** Tells whether to ask for each of so many jobs instead of for a list of so many records. */
  static boolean isCheaperOneByOne(int watched, long records) {
    return watched <= FEW || (long) watched * RECORDS_PER_REQUEST <= records;
  }

  /**
   * Checks that a job can be asked for.
   *
   * @throws IllegalArgumentException if it cannot
   */
  void check(JobId id) {
    String unused = path.apply(id);
  }

  /** Looks at one job. */
  JobDetails one(JobId id) {
    return JobCodec.job(calls.apply(ApiRequest.of("GET", path.apply(id))).body());
  }

  /**
   * Looks at all jobs while the list arrives.
   *
   * @param begin is called before the first job, once more if the list breaks off and is fetched
   *     again
   * @param sink takes each job
   */
  public void all(Runnable begin, Consumer<JobDetails> sink) {
    ApiResponse unused =
        calls.apply(
            ApiRequest.of("GET", LIST)
                .readBy(body -> {
                  begin.run();
                  JobCodec.jobs(body, sink);
                }));
  }

  /** Says that a job is missing in the list. */
  static JobNotFoundException missing(JobId id, long records) {
    return new JobNotFoundException(
        "GET %s → 200: job %s is not among the %,d jobs of the cluster, twice in a row; its record was deleted, or the cluster restarted without persistent storage"
            .formatted(LIST, id, records),
        new ServerAnswer("GET", LIST, 200, "", "", 1, false),
        id.value());
  }
}
