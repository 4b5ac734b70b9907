package io.rayauth.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.rayauth.JobClient;
import io.rayauth.job.JobId;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Opens the dashboard of an open Ray as it is, to know what is Ray's own doing. */
@Tag("browser")
@Timeout(300)
@WithRealRay(RayMode.OPEN)
class DashboardWithoutProxyTest {
  private final RealRay ray;

  DashboardWithoutProxyTest(RealRay ray) {
    this.ray = ray;
  }

  /** So the list of what the tests of the proxy let pass is neither too long nor too short. */
  @Test
  void console_whenEveryPageIsOpened_saysJustWhatIsKnownOfRay() {
    try (JobClient client = JobClient.builder(ray.url()).build();
        Chromium browser = Chromium.start()) {
      JobId job = client.submit(DashboardTour.COUNTING).id();
      DashboardPage dashboard = DashboardPage.open(browser, ray.url());

      DashboardTour.through(dashboard, job, "without-proxy");
      client.stop(job);

      assertThat(dashboard.complaints().each()).isEqualTo(Complaints.OF_RAY_ITSELF);
    }
  }
}
