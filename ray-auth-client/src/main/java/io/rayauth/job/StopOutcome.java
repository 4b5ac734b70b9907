package io.rayauth.job;

/** Tells what a request to stop a job met. */
public enum StopOutcome {
  /**
   * The job was told to stop; it goes on for up to some seconds, and a job that waits for resources
   * until it can start.
   */
  SIGNALLED,
  /** The job had already ended. */
  ALREADY_ENDED
}
