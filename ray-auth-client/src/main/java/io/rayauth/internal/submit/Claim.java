package io.rayauth.internal.submit;

import io.rayauth.RayEndpoint;
import io.rayauth.error.JobConflictException;
import io.rayauth.error.JobNotFoundException;
import io.rayauth.error.RayApiException;
import io.rayauth.error.RayException;
import io.rayauth.error.RayTransportException;
import io.rayauth.internal.http.ApiRequest;
import io.rayauth.internal.http.ApiResponse;
import io.rayauth.internal.json.JobCodec;
import io.rayauth.internal.json.Marks;
import io.rayauth.job.JobDetails;
import io.rayauth.job.JobId;
import io.rayauth.job.PackageReport;
import io.rayauth.job.Submission;
import java.util.List;
import java.util.function.Function;

/**
 * Is one submission, ready to be sent: what it asks for, its id, and the marks by which its job is
 * known again.
 *
 * <p>There is no look before the submission. Ray takes an id once, also from callers at the same
 * time, and its refusal of the second one is what this goes by.
 */
public final class Claim {
  private final Function<ApiRequest, ApiResponse> calls;
  private final JobId id;
  private final Order order;
  private final Marks marks;
  private final byte[] body;
  private final List<PackageReport> packages;

  Claim(
      Function<ApiRequest, ApiResponse> calls,
      JobId id,
      Order order,
      Marks marks,
      byte[] body,
      List<PackageReport> packages) {
    this.calls = calls;
    this.id = id;
    this.order = order;
    this.marks = marks;
    this.body = body;
    this.packages = packages;
  }

  /** Returns the id that was given, or made up. */
  JobId id() {
    return id;
  }

  /**
   * Submits the job, or attaches to it if it is there.
   *
   * @throws JobConflictException if another job has the id
   */
  public Submission submit() {
    return submission().withPackages(packages);
  }

  /** Asks whether the cluster has the job of this submission. */
  boolean isThere(Function<ApiRequest, ApiResponse> calls) {
    try {
      return differencesFrom(record(calls)).isEmpty();
    } catch (JobNotFoundException none) {
      return false;
    }
  }

  private Submission submission() {
    try {
      return Submission.accepted(
          JobCodec.submissionId(calls.apply(ApiRequest.json("POST", "/api/jobs/", body)).body()));
    } catch (JobConflictException taken) {
      return attach(taken);
    } catch (RayTransportException lost) {
      throw lost.mayHaveBeenSent() ? mayRun("", lost, lost.attempts()) : lost;
    } catch (RayApiException refused) {
      // A gateway says so of a request that arrived as well, and an earlier one may have.
      throw refused.isRetryable()
          ? new RayApiException(refused.getMessage() + ifItArrived(), refused.answer())
          : refused;
    }
  }

  private Submission attach(JobConflictException taken) {
    byte[] record = recordOf(taken);
    List<String> differences = differencesFrom(record);
    if (differences.isEmpty()) {
      return Submission.attached(JobCodec.job(record));
    }
    throw taken.differingIn(differences);
  }

  private byte[] recordOf(JobConflictException taken) {
    try {
      return record(calls);
    } catch (JobNotFoundException deletedMeanwhile) {
      throw taken.differingIn(List.of());
    } catch (RayApiException | RayTransportException unknown) {
      String unasked =
          "job " + id + " is there, and whether it is that of this submission could not be asked: ";
      throw mayRun(unasked, unknown, taken.attempts());
    }
  }

  private byte[] record(Function<ApiRequest, ApiResponse> calls) {
    return calls.apply(ApiRequest.of("GET", path(id))).body();
  }

  /** Returns the path of a submission, whose id was checked. */
  static String path(JobId id) {
    return "/api/jobs/" + RayEndpoint.segment(id.value());
  }

  private List<String> differencesFrom(byte[] record) {
    Marks found = JobCodec.marks(record);
    JobDetails job = JobCodec.job(record);
    return marks.nonce().equals(found.nonce())
        ? List.of()
        : order.differencesFrom(job, Fingerprint.parse(found.fingerprint()).orElse(null));
  }

  private RayTransportException mayRun(String before, RayException cause, int attempts) {
    return RayTransportException.answerLost(
        before + cause.getMessage() + ifItArrived(), cause, attempts);
  }

  private String ifItArrived() {
    return "; if Ray has got it, the job is " + id;
  }
}
