package io.rayauth.docs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.rayauth.JobClient;
import io.rayauth.error.RayAuthException;
import io.rayauth.job.JobDetails;
import io.rayauth.job.JobId;
import io.rayauth.job.JobSpec;
import io.rayauth.job.JobStatus;
import io.rayauth.testkit.FakeRay;
import io.rayauth.testkit.FakeUser;
import io.rayauth.testkit.Fault;
import io.rayauth.testkit.Gate;
import io.rayauth.testkit.WithFakeRay;
import io.rayauth.testkit.WithFakeRay.Protection;
import io.rayauth.token.TokenProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(120)
class TestingSnippets {
  // @start region=first
  @Test
  void greeting_whenSubmitted_isInTheLog() {
    try (FakeRay ray = FakeRay.start();
        JobClient client = JobClient.builder(ray.url()).build()) {
      JobId id = client.submit(JobSpec.running("echo hello").build()).id();

      JobDetails job = client.follow(id, line -> {});

      assertThat(job.status()).isEqualTo(JobStatus.SUCCEEDED);
      assertThat(client.logs(id)).contains("hello");
    }
  }

  // @end

  // @start region=extension
  @Test
  @WithFakeRay(gate = Protection.RAY_TOKEN, tokens = "canary-mine")
  void submit_withTheToken_reachesTheFake(FakeRay ray, JobClient client) {
    client.submit(JobSpec.running("true").build());

    assertThat(ray.jobs()).hasSize(1);
  }

  // @end

  // @start region=gate
  @Test
  void submit_withoutTheVerb_saysWhichOneIsMissing() {
    FakeUser observer = FakeUser.named("observer").token("canary-observer").verbs("get");
    try (FakeRay ray = FakeRay.builder().gate(Gate.kubeRbacProxy(observer)).start();
        JobClient client =
            JobClient.builder(ray.url())
                .tokenProvider(TokenProvider.of("canary-observer"))
                .build()) {
      assertThat(client.jobs()).isEmpty();
      assertThatThrownBy(() -> client.submit(JobSpec.running("true").build()))
          .isInstanceOf(RayAuthException.class)
          .hasMessageContaining("verb 'create'");
    }
  }

  // @end

  // @start region=fault
  @Test
  void submit_whenTheAnswerIsLost_startsOneJob() {
    try (FakeRay ray = FakeRay.start();
        JobClient client = JobClient.builder(ray.url()).build()) {
      ray.onNext("POST", "/api/jobs/").acceptThen(Fault.CLOSE_BEFORE_HEADERS);

      client.submit(JobSpec.running("true").build());

      assertThat(ray.jobs()).hasSize(1);
      assertThat(ray.calls()).hasSizeGreaterThan(1);
    }
  }
  // @end
}
