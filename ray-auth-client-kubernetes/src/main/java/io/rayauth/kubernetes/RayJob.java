package io.rayauth.kubernetes;

import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.rayauth.job.JobId;
import io.rayauth.job.JobStatus;
import io.rayauth.kubernetes.internal.cluster.CustomResource;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;

/**
 * Tells what Kubernetes knew of a RayJob at one moment.
 *
 * <p>Immutable and thread-safe. Fields that the operator's version does not know are empty. Source:
 * {@code RayJob} of KubeRay's {@code apis/ray/v1/rayjob_types.go}.
 */
public final class RayJob {
  private final CustomResource resource;
  private final RayJobRef ref;

  /** Reads what the API server answered. */
  RayJob(GenericKubernetesResource answer) {
    this.resource = CustomResource.of(answer);
    this.ref = RayJobRef.of(resource.namespace(), resource.name());
  }

  /**
   * Returns namespace and name.
   *
   * @return to ask for this RayJob with
   */
  public RayJobRef ref() {
    return ref;
  }

  /**
   * Returns the identity of this very object.
   *
   * @return {@code metadata.uid}
   */
  public String uid() {
    return resource.uid();
  }

  /**
   * Returns the labels.
   *
   * @return an unmodifiable map
   */
  public Map<String, String> labels() {
    return resource.labels();
  }

  /**
   * Tells whether the RayJob was deleted and is on its way out.
   *
   * @return true as long as it waits for its finalizers
   */
  public boolean isBeingDeleted() {
    return resource.isBeingDeleted();
  }

  /**
   * Returns the command.
   *
   * @return {@code spec.entrypoint}
   */
  public Optional<String> entrypoint() {
    return resource.text("spec", "entrypoint");
  }

  /**
   * Returns the submission id of the job in Ray; a retry has another one.
   *
   * @return {@code status.jobId}, or {@code spec.jobId} until the operator has taken it over
   */
  public Optional<JobId> jobId() {
    return resource
        .text("status", "jobId")
        .or(() -> resource.text("spec", "jobId"))
        .map(JobId::new);
  }

  /**
   * Returns the cluster the job runs on; a retry has another one.
   *
   * @return empty until the operator has chosen its name
   */
  public Optional<RayClusterRef> cluster() {
    return resource
        .text("status", "rayClusterName")
        .map(name -> RayClusterRef.of(ref.namespace(), name));
  }

  /**
   * Returns what Ray says of the job, as the operator last saw it.
   *
   * @return {@code status.jobStatus}; empty until the job was submitted
   */
  public Optional<JobStatus> jobStatus() {
    return resource.text("status", "jobStatus").map(JobStatus::of);
  }

  /**
   * Returns how far the operator has got.
   *
   * @return {@code status.jobDeploymentStatus}, such as {@code Initializing}, {@code Waiting},
   *     {@code Running}, {@code Retrying}, {@code Suspended} or {@code Complete}; empty as long as
   *     no operator has looked
   */
  public Optional<String> deploymentStatus() {
    return resource.text("status", "jobDeploymentStatus");
  }

  /**
   * Returns why the RayJob failed, in one word.
   *
   * @return {@code status.reason}, such as {@code AppFailed} or {@code DeadlineExceeded}
   */
  public Optional<String> reason() {
    return resource.text("status", "reason");
  }

  /**
   * Returns what Ray or the operator has to say about the end of the job.
   *
   * @return {@code status.message}
   */
  public Optional<String> message() {
    return resource.text("status", "message");
  }

  /**
   * Returns when the operator began with it.
   *
   * @return {@code status.startTime}
   */
  public Optional<Instant> startedAt() {
    return resource.text("status", "startTime").flatMap(CustomResource::time);
  }

  /**
   * Returns when it was over.
   *
   * @return {@code status.endTime}
   */
  public Optional<Instant> endedAt() {
    return resource.text("status", "endTime").flatMap(CustomResource::time);
  }

  /**
   * Returns how many attempts have failed.
   *
   * @return {@code status.failed}; 0 before KubeRay 1.2
   */
  public int failedAttempts() {
    return (int) Math.min(resource.whole("status", "failed").orElse(0), Integer.MAX_VALUE);
  }

  /**
   * Tells how the RayJob ended.
   *
   * @return empty as long as it has not ended
   */
  public Optional<RayJobResult> result() {
    return switch (deploymentStatus().orElse("")) {
      case "Complete" -> Optional.of(completed());
      case "Failed" -> Optional.of(RayJobResult.FAILED);
      case "ValidationFailed" -> Optional.of(RayJobResult.REFUSED);
      default -> Optional.empty();
    };
  }

  /** {@code Complete} says only that Ray has a final word. */
  private RayJobResult completed() {
    JobStatus status = jobStatus().orElse(JobStatus.FAILED);
    if (status.equals(JobStatus.SUCCEEDED)) {
      return RayJobResult.SUCCEEDED;
    }
    return status.equals(JobStatus.STOPPED) ? RayJobResult.STOPPED : RayJobResult.FAILED;
  }

  /** Returns the operator's state, reason and message as part of a sentence. */
  String inWords() {
    return deploymentStatus().orElse("not looked at by any operator")
        + jobStatus().map(status -> ", job " + status).orElse("")
        + reason().map(reason -> ", " + reason).orElse("")
        + message().map(message -> ": " + message).orElse("");
  }

  /** Tells one version of the object from another. */
  String resourceVersion() {
    return resource.resourceVersion();
  }

  /** Returns name and state, and nothing of the specification: it may hold secrets. */
  @Override
  public String toString() {
    return "RayJob[%s, %s]".formatted(ref, deploymentStatus().orElse("no state"));
  }
}
