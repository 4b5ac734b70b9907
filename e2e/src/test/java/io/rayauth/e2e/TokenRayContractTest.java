package io.rayauth.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.rayauth.JobClient;
import io.rayauth.contract.SecuredJobContract;
import io.rayauth.job.JobDetails;
import io.rayauth.job.JobId;
import io.rayauth.job.JobSpec;
import io.rayauth.job.JobStatus;
import io.rayauth.token.TokenProvider;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The contract, asked of a real Ray in token mode, and the guide's own job. */
@WithRealRay(RayMode.TOKEN)
class TokenRayContractTest extends SecuredJobContract {
  private final RealRay ray;

  TokenRayContractTest(RealRay ray) {
    this.ray = ray;
  }

  @Override
  protected URI url() {
    return ray.url();
  }

  @Override
  protected TokenProvider token() {
    return TokenProvider.ofFile(ray.tokenFile().orElseThrow());
  }

  @Test
  void follow_whenTheGuidesJobRuns_endsWithTheResourcesOfTheCluster() {
    String entrypoint = "python -c \"import ray; ray.init(); print(ray.cluster_resources())\"";
    List<String> lines = new ArrayList<>();

    try (JobClient client = newBuilder().tokenProvider(token()).build()) {
      JobId id = client.submit(JobSpec.running(entrypoint).build()).id();
      JobDetails job = client.follow(id, lines::add);

      assertThat(job.status()).isEqualTo(JobStatus.SUCCEEDED);
    }
    assertThat(lines).anyMatch(line -> line.startsWith("{") && line.contains("'CPU': 4.0"));
  }
}
