package io.rayauth.kubernetes;

/** Names who submits the job of a RayJob to its cluster. */
public enum SubmissionMode {
  /** A Kubernetes Job that runs {@code ray job submit} in a pod of its own. KubeRay's default. */
  K8S_JOB("K8sJobMode"),
  /** The operator itself, over HTTP. */
  HTTP("HTTPMode"),
  /** A container beside the head (KubeRay 1.5 and later). */
  SIDECAR("SidecarMode"),
  /**
   * Somebody else, who then writes the submission id into {@code spec.jobId} (KubeRay 1.3 and
   * later); {@link RayJobs#submit} does both.
   */
  INTERACTIVE("InteractiveMode");

  private final String inSpec;

  SubmissionMode(String inSpec) {
    this.inSpec = inSpec;
  }

  /**
   * Returns the word KubeRay uses.
   *
   * @return the value of {@code spec.submissionMode}
   */
  public String inSpec() {
    return inSpec;
  }
}
