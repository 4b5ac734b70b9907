package io.rayauth.contract;

import io.rayauth.JobClient;
import io.rayauth.job.JobId;
import io.rayauth.testkit.FakeRay;
import io.rayauth.testkit.Gate;
import java.net.URI;
import org.junit.jupiter.api.AfterAll;

/** A thousand submissions to a fake that accepts jobs and runs none. */
class ExactlyOnceFakeRayTest extends ExactlyOnceContract {
  private static final String EXPIRING = "canary-expiring";
  private static final String FRESH = "canary-fresh";
  private static final FakeRay RAY =
      FakeRay.builder().maxRunningJobs(0).gate(Gate.rayToken(EXPIRING)).start();

  static {
    RAY.accept(FRESH);
  }

  @AfterAll
  static void close() {
    RAY.close();
  }

  @Override
  protected URI url() {
    return RAY.url();
  }

  @Override
  protected String token() {
    return FRESH;
  }

  @Override
  protected String expiringToken() {
    return EXPIRING;
  }

  @Override
  protected void expire() {
    RAY.revoke(EXPIRING);
  }

  @Override
  protected int jobs() {
    return 1000;
  }

  @Override
  protected int atOnce() {
    return 16;
  }

  @Override
  protected void settle(JobClient client, JobId id) {
    // Pending jobs take nothing.
  }
}
