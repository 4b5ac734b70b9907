package io.rayauth.kubernetes;

/** Tells how a RayJob ended. */
public enum RayJobResult {
  /** The job ran and its entrypoint ended with exit code 0. */
  SUCCEEDED,
  /**
   * The entrypoint ended otherwise, could not be submitted, or ran out of time; {@link
   * RayJob#reason()} says which.
   */
  FAILED,
  /** Somebody stopped the job. KubeRay calls this {@code Complete}, too. */
  STOPPED,
  /** The operator refused the RayJob: nothing ran. */
  REFUSED
}
