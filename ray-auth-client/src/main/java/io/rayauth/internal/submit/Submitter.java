package io.rayauth.internal.submit;

import io.rayauth.internal.http.ApiRequest;
import io.rayauth.internal.http.ApiResponse;
import io.rayauth.internal.json.JobCodec;
import io.rayauth.internal.json.Marks;
import io.rayauth.internal.pack.Packages;
import io.rayauth.job.JobId;
import io.rayauth.job.JobSpec;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.random.RandomGenerator;

/** Makes submissions ready: checks them, brings their packages to the cluster, chooses ids. */
public final class Submitter {
  private final Function<ApiRequest, ApiResponse> calls;
  private final Packages packages;
  private final Consumer<JobSpec> support;
  private final RandomGenerator random;

  /**
   * Creates a submitter.
   *
   * @param support throws if the cluster does not know something of a spec
   */
  public Submitter(
      Function<ApiRequest, ApiResponse> calls,
      Packages packages,
      Consumer<JobSpec> support,
      RandomGenerator random) {
    this.calls = calls;
    this.packages = packages;
    this.support = support;
    this.random = random;
  }

  /**
   * Does everything that comes before the submission itself.
   *
   * @throws IllegalArgumentException if something of it cannot be used
   */
  public Claim prepare(JobSpec spec) {
    JobId id = spec.submissionId().orElseGet(() -> JobId.random(random));
    String nonce = Long.toHexString(random.nextLong()) + Long.toHexString(random.nextLong());
    Packages.Found found = packages.find(spec);
    Marks placeholder = marks(nonce, new Order(spec, found.runtimeEnv(), List.of()));
    byte[] unused = JobCodec.submission(spec, id, found.runtimeEnv(), placeholder); // its size
    support.accept(spec);
    Packages.Delivered delivered = packages.deliver(found);
    Order order = new Order(spec, delivered.runtimeEnv(), delivered.reports());
    Marks marks = marks(nonce, order);
    byte[] body = JobCodec.submission(spec, id, delivered.runtimeEnv(), marks);
    return new Claim(calls, id, order, marks, body, delivered.reports());
  }

  private static Marks marks(String nonce, Order order) {
    return new Marks(nonce, order.fingerprint().toString());
  }
}
