package io.rayauth.docs;

import static org.assertj.core.api.Assertions.assertThat;

import io.rayauth.HeadGovernor;
import io.rayauth.JobClient;
import io.rayauth.job.JobSpec;
import io.rayauth.job.QueuePlace;
import io.rayauth.job.Submission;
import io.rayauth.testkit.FakeRay;
import io.rayauth.testkit.WithFakeRay;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(120)
@WithFakeRay
class GovernorSnippets {
  @Test
  void limits_onAnEmptyCluster_letASubmissionThrough(FakeRay ray, JobClient client) {
    // @start region=limits
    try (HeadGovernor governor =
        HeadGovernor.builder(client)
            .maxRunningJobs(40)
            .maxPendingJobs(5)
            .maxSubmissionsPerSecond(2)
            .minFreeHeadMemory(2L << 30)
            .build()) {
      Submission submission = governor.submit(JobSpec.running("python train.py").build());
      System.out.println(submission.id());
    }
    // @end

    assertThat(ray.jobs()).hasSize(1);
  }

  @Test
  void queue_whereNobodyElseWaits_givesTheTurnAtOnce(FakeRay ray, JobClient client) {
    JobSpec spec = JobSpec.running("true").build();
    try (HeadGovernor governor = HeadGovernor.builder(client).maxRunningJobs(1).build()) {
      // @start region=queue
      QueuePlace place =
          QueuePlace.ordinary().inGroup("nightly").withPriority(-1).within(Duration.ofMinutes(30));
      Submission submission = governor.run(place, () -> client.submit(spec));
      // @end

      assertThat(ray.jobs()).singleElement().returns(submission.id().value(), FakeRay.Job::id);
    }
  }

  @Test
  void housekeeping_withYoungRecords_keepsThem(FakeRay ray, JobClient client) {
    ray.putJob("young", "SUCCEEDED");

    // @start region=housekeeping
    HeadGovernor governor =
        HeadGovernor.builder(client)
            .deleteFinishedAfter(Duration.ofDays(7))
            .keepFinishedAtMost(2_000)
            .build();
    // @end

    governor.close();
    assertThat(ray.jobs()).hasSize(1);
  }
}
