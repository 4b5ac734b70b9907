package io.rayauth.contract;

import io.rayauth.JobClient;
import io.rayauth.testkit.FakeRay;
import io.rayauth.testkit.ManualClock;
import java.net.URI;
import org.junit.jupiter.api.AfterAll;

/** Cut connections to a fake cluster. */
class CutLogFakeRayTest extends CutLogContract {
  private static final FakeRay RAY = FakeRay.start();

  @AfterAll
  static void close() {
    RAY.close();
  }

  @Override
  protected URI url() {
    return RAY.url();
  }

  /** The pauses between connections take no time. */
  @Override
  protected JobClient.Builder newBuilder(URI url) {
    return JobClient.builder(url).time(ManualClock.create());
  }

  @Override
  protected int cuts() {
    return 200;
  }
}
