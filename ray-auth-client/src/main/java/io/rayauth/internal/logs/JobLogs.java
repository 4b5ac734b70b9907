package io.rayauth.internal.logs;

import io.rayauth.RayEndpoint;
import io.rayauth.error.RayApiException;
import io.rayauth.internal.http.ApiRequest;
import io.rayauth.internal.http.ApiResponse;
import io.rayauth.internal.json.JobCodec;
import io.rayauth.job.JobDetails;
import io.rayauth.job.JobId;
import java.util.Optional;
import java.util.function.Function;

/** Gets the whole log of a job as it is now. */
public final class JobLogs {
  private final Function<ApiRequest, ApiResponse> calls;

  /** Creates a reader over a way to run requests. */
  public JobLogs(Function<ApiRequest, ApiResponse> calls) {
    this.calls = calls;
  }

  /** Returns the path of a job's log below the endpoint. */
  static String path(JobId id) {
    return "/api/jobs/" + RayEndpoint.segment(id.value()) + "/logs";
  }

  /**
   * Returns the log. The Jobs API fails for ever on a byte that is not UTF-8; the state API then
   * has the raw bytes.
   */
  public String read(JobId id, Function<JobId, JobDetails> jobs) {
    try {
      return JobCodec.logs(calls.apply(ApiRequest.of("GET", path(id))).body());
    } catch (RayApiException refused) {
      if (!refused.reason().contains("UnicodeDecodeError")) {
        throw refused;
      }
      return raw(jobs.apply(id)).orElseThrow(() -> refused);
    }
  }

  /**
   * Bytes that are not UTF-8 are replaced, and {@code \r\n} and {@code \r} become line feeds, as
   * the Jobs API does it.
   */
  private Optional<String> raw(JobDetails job) {
    return job.driverNodeId()
        .map(node ->
            calls
                .apply(
                    ApiRequest.of(
                        "GET",
                        "/api/v0/logs/file?node_id="
                            + RayEndpoint.segment(node)
                            + "&submission_id="
                            + RayEndpoint.segment(job.id().value())
                            + "&lines=-1"))
                .text()
                .replace("\r\n", "\n")
                .replace('\r', '\n'));
  }
}
