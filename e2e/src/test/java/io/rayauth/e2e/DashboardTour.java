package io.rayauth.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.rayauth.job.JobId;
import io.rayauth.job.JobSpec;

/** Looks at every page of a dashboard that a person does, and at a log that grows meanwhile. */
final class DashboardTour {
  /** Is a job that writes a numbered line twice a second until it is stopped. */
  static final JobSpec COUNTING =
      JobSpec.running("i=0; while sleep 0.5; do i=$((i+1)); echo line $i; done").build();

  private DashboardTour() {}

  /**
   * Goes through all pages.
   *
   * @param job one that runs {@link #COUNTING}
   * @param name what the names of the pictures begin with
   */
  static void through(DashboardPage dashboard, JobId job, String name) {
    dashboard.awaitOverview();
    dashboard.awaitText(job.value());
    dashboard.photograph(name + "-overview");

    dashboard.openJobs(job);
    dashboard.photograph(name + "-jobs");

    dashboard.openJob(job);
    dashboard.awaitLineAfter(0);
    int newest = dashboard.newestLine();
    dashboard.refreshLog();
    dashboard.awaitLineAfter(newest);
    dashboard.photograph(name + "-job");
    assertThat(dashboard.downloadLog()).contains("\nline 1\nline 2\n");

    dashboard.openCluster();
    dashboard.photograph(name + "-cluster");

    dashboard.openLogs();
    dashboard.photograph(name + "-logs");
    dashboard.openLogFile("job-driver-" + job.value() + ".log");
    dashboard.awaitLineAfter(0);
    dashboard.photograph(name + "-log-file");
  }
}
