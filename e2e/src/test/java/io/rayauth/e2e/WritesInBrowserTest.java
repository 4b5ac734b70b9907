package io.rayauth.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.rayauth.JobClient;
import io.rayauth.RayEndpoint;
import io.rayauth.job.JobId;
import io.rayauth.job.JobStatus;
import io.rayauth.proxy.DashboardProxy;
import io.rayauth.token.TokenProvider;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Stops a job from the dashboard's own origin. The dashboard of Ray 2.60 has no button for it, so a
 * script in its page does what a button would.
 */
@Tag("browser")
@Timeout(300)
@WithRealRay(RayMode.TOKEN)
class WritesInBrowserTest {
  private final RayEndpoint endpoint;
  private final TokenProvider tokens;
  private final JobClient client;
  private final JobId job;

  WritesInBrowserTest(RealRay ray) {
    this.endpoint = RayEndpoint.of(ray.url());
    this.tokens = TokenProvider.of(ray.token().orElseThrow());
    this.client = JobClient.builder(ray.url()).tokenProvider(tokens).build();
    this.job = client.submit(DashboardTour.COUNTING).id();
  }

  @AfterEach
  void close() {
    client.stop(job);
    client.close();
  }

  @Test
  void stop_whenNothingAllowsIt_isRefusedAndTheJobRunsOn() {
    try (DashboardProxy proxy = DashboardProxy.to(endpoint, tokens).start();
        Chromium browser = Chromium.start()) {
      DashboardPage dashboard = DashboardPage.open(browser, proxy.url());
      dashboard.openJobs(job);

      assertThat(stop(dashboard)).startsWith("405 ").contains("allowWrites()");
      dashboard.tab().reload();
      dashboard.openJobs(job);
      assertThat(client.job(job).status()).isEqualTo(JobStatus.RUNNING);
    }
  }

  @Test
  void stop_whenWritesAreAllowed_stopsTheJob() {
    try (DashboardProxy proxy = DashboardProxy.to(endpoint, tokens).allowWrites().start();
        Chromium browser = Chromium.start()) {
      DashboardPage dashboard = DashboardPage.open(browser, proxy.url());
      dashboard.openJobs(job);

      assertThat(stop(dashboard)).isEqualTo("200 {\"stopped\": true}");
      assertThat(client.await(job, Duration.ofMinutes(1)).status()).isEqualTo(JobStatus.STOPPED);
      assertThat(dashboard.complaints().unexpected()).isEmpty();
    }
  }

  private String stop(DashboardPage dashboard) {
    return (String)
        dashboard
            .tab()
            .evaluate(
                """
                async job => {
                  const answer = await fetch(`/api/jobs/${job}/stop`, {method: 'POST'});
                  return answer.status + ' ' + await answer.text();
                }
                """,
                job.value());
  }
}
