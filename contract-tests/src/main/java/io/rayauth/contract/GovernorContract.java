package io.rayauth.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.rayauth.HeadGovernor;
import io.rayauth.job.AdmissionTimeoutException;
import io.rayauth.job.JobId;
import io.rayauth.job.QueuePlace;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** What a governor finds out about the head. */
interface GovernorContract extends ClusterUnderTest {

  @Test
  default void run_whereTheHeadHasRoom_submits() {
    try (HeadGovernor governor =
        HeadGovernor.builder(client())
            .maxRunningJobs(10_000)
            .maxPendingJobs(10_000)
            .minFreeHeadMemory(1)
            .build()) {
      JobId id = governor.run(QueuePlace.ordinary().within(PATIENCE), () -> submitted("true"));

      assertThat(client().await(id, PATIENCE).status().isTerminal()).isTrue();
    }
  }

  @Test
  default void run_whereAsManyJobsRunAsMay_submitsNothing() {
    JobId running = running("sleep 300");
    try (HeadGovernor governor = HeadGovernor.builder(client()).maxRunningJobs(1).build()) {
      assertThatExceptionOfType(AdmissionTimeoutException.class)
          .isThrownBy(() ->
              governor.run(
                  QueuePlace.ordinary().within(Duration.ofSeconds(3)), () -> submitted("true")))
          .withMessageContaining("jobs run and");
      assertThat(client().job(running).status().isTerminal()).isFalse();
    }
  }

  @Test
  default void run_whereNoHeadCouldHaveThatMuchMemory_tellsWhatItHas() {
    try (HeadGovernor governor =
        HeadGovernor.builder(client()).minFreeHeadMemory(Long.MAX_VALUE / 2).build()) {
      assertThatExceptionOfType(AdmissionTimeoutException.class)
          .isThrownBy(() ->
              governor.run(
                  QueuePlace.ordinary().within(Duration.ofSeconds(5)), () -> submitted("true")))
          .withMessageContaining("the head would have ")
          .withMessageMatching(".* would have [1-9][0-9,]* MB free.*");
    }
  }
}
