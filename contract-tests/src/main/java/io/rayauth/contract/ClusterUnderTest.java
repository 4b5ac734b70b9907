package io.rayauth.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.rayauth.JobClient;
import io.rayauth.job.JobDetails;
import io.rayauth.job.JobId;
import io.rayauth.job.JobSpec;
import io.rayauth.job.JobStatus;
import java.time.Duration;

/**
 * Lets the topics of the contract speak to the cluster.
 *
 * <p>The cluster may be slow and is not empty: a real Ray needs seconds to start a job, and others
 * may use it at the same time.
 */
interface ClusterUnderTest {
  /** How long a job that is to end by itself may take, the start of its supervisor included. */
  Duration PATIENCE = Duration.ofMinutes(2);

  /**
   * Returns a client that the cluster accepts.
   *
   * @return the client of this test, closed after it
   */
  JobClient client();

  /**
   * Submits a job that is stopped after the test if it has not ended by then.
   *
   * @param spec what to run
   * @return the id of the job
   */
  JobId submitted(JobSpec spec);

  /**
   * Submits a command that is stopped after the test if it has not ended by then.
   *
   * @param entrypoint what to run
   * @return the id of the job
   */
  default JobId submitted(String entrypoint) {
    return submitted(JobSpec.running(entrypoint).build());
  }

  /**
   * Submits a command and waits until it runs.
   *
   * @param entrypoint what to run, for longer than a moment
   * @return the id of the job
   */
  default JobId running(String entrypoint) {
    JobId id = submitted(entrypoint);
    await()
        .atMost(PATIENCE)
        .pollInterval(Duration.ofMillis(50))
        .untilAsserted(() -> assertThat(client().job(id).status()).isEqualTo(JobStatus.RUNNING));
    return id;
  }

  /**
   * Submits a command and waits for its end.
   *
   * @param entrypoint what to run
   * @return the job, ended
   */
  default JobDetails ended(String entrypoint) {
    return ended(JobSpec.running(entrypoint).build());
  }

  /**
   * Submits a job and waits for its end.
   *
   * @param spec what to run
   * @return the job, ended
   */
  default JobDetails ended(JobSpec spec) {
    return client().await(submitted(spec), PATIENCE);
  }
}
