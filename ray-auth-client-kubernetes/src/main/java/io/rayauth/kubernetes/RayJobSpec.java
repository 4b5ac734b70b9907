package io.rayauth.kubernetes;

import io.fabric8.kubernetes.api.model.GenericKubernetesResourceBuilder;
import io.rayauth.job.JobSpec;
import io.rayauth.kubernetes.internal.cluster.CustomResource;
import io.rayauth.kubernetes.internal.cluster.DeclaredScheme;
import io.rayauth.kubernetes.internal.manifest.ClusterObject;
import java.time.Duration;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Describes a RayJob: a job, and the cluster that KubeRay's operator runs it on.
 *
 * <p>Immutable and thread-safe. What the operator would refuse, or accept and never end, is refused
 * here. Source of the checks: {@code ValidateRayJobSpec} of KubeRay's {@code
 * controllers/ray/utils/validation.go}.
 */
public final class RayJobSpec {
  private final RayJobRef ref;
  private final JobSpec job;
  private final SubmissionMode submissionMode;
  private final @Nullable String cluster;
  private final @Nullable Map<String, Object> newCluster;
  private final Map<String, Object> fields;
  private final Map<String, String> labels;

  private RayJobSpec(Builder builder) {
    this.ref = builder.ref;
    this.job = builder.job;
    this.submissionMode = builder.submissionMode;
    this.cluster = builder.cluster;
    this.newCluster = builder.newCluster;
    this.fields = Collections.unmodifiableMap(builder.fields());
    this.labels = Collections.unmodifiableMap(new LinkedHashMap<>(builder.labels));
  }

  /**
   * Starts the description of a RayJob.
   *
   * @param ref its name, at most 47 characters, a letter first
   * @param job what to run
   * @return a builder
   * @throws IllegalArgumentException if the operator would not take that name
   */
  public static Builder running(RayJobRef ref, JobSpec job) {
    return new Builder(ref, job);
  }

  /**
   * Returns the name.
   *
   * @return namespace and name
   */
  public RayJobRef ref() {
    return ref;
  }

  /**
   * Returns what to run.
   *
   * @return as given
   */
  public JobSpec job() {
    return job;
  }

  /**
   * Returns who submits.
   *
   * @return as given
   */
  public SubmissionMode submissionMode() {
    return submissionMode;
  }

  /**
   * Returns the cluster that is already there.
   *
   * @return empty if the operator is to make one
   */
  public Optional<RayClusterRef> cluster() {
    return Optional.ofNullable(cluster).map(name -> RayClusterRef.of(ref.namespace(), name));
  }

  /** Returns the parts of {@code spec} that say nothing of the job itself. */
  Map<String, Object> fields() {
    return fields;
  }

  /** Returns the labels of the object. */
  Map<String, String> labels() {
    return labels;
  }

  @Override
  public String toString() {
    return "RayJobSpec[%s, %s, %s]"
        .formatted(
            ref,
            submissionMode.inSpec(),
            newCluster == null ? "on cluster " + cluster : "on a new cluster");
  }

  /** Collects the parts of a RayJob. Not thread-safe. */
  public static final class Builder {
    /** KubeRay's MaxRayJobNameLength. */
    private static final int LONGEST_NAME = 47;

    private final RayJobRef ref;
    private final JobSpec job;
    private final Map<String, String> labels = new LinkedHashMap<>();
    private SubmissionMode submissionMode = SubmissionMode.K8S_JOB;
    private @Nullable String cluster;
    private @Nullable Map<String, Object> newCluster;
    private int backoffLimit;
    private boolean shutdown;
    private boolean suspended;
    private @Nullable Integer ttl;
    private @Nullable Integer activeDeadline;

    private Builder(RayJobRef ref, JobSpec job) {
      RayClusterRef.checkNewName("RayJob", ref.name(), LONGEST_NAME);
      this.ref = ref;
      this.job = job;
    }

    /**
     * Runs the job on a cluster that is already there, in the namespace of the RayJob. Default:
     * none; one of this and {@link #onNewCluster(Map)} must be given.
     *
     * @param cluster the name of a RayCluster
     * @return this builder
     * @throws IllegalArgumentException if it cannot be the name of one
     */
    public Builder onCluster(String cluster) {
      this.cluster = RayClusterRef.of(ref.namespace(), cluster).name();
      return this;
    }

    /**
     * Lets the operator make a cluster for the job. Default: none; one of this and {@link
     * #onCluster(String)} must be given.
     *
     * @param rayClusterSpec the {@code spec} of a RayCluster as JSON: strings, numbers, booleans,
     *     lists and maps of them; copied
     * @return this builder
     */
    public Builder onNewCluster(Map<String, ?> rayClusterSpec) {
      this.newCluster = Collections.unmodifiableMap(new LinkedHashMap<>(rayClusterSpec));
      return this;
    }

    /**
     * Lets the operator make a cluster for the job. Default: none; one of this and {@link
     * #onCluster(String)} must be given.
     *
     * @param cluster describes it; its name and labels are the operator's to choose
     * @return this builder
     */
    public Builder onNewCluster(RayClusterSpec cluster) {
      return onNewCluster(new ClusterObject(cluster).content());
    }

    /**
     * Chooses who submits the job. Default: {@link SubmissionMode#K8S_JOB}.
     *
     * @param mode who
     * @return this builder
     */
    public Builder submissionMode(SubmissionMode mode) {
      this.submissionMode = mode;
      return this;
    }

    /**
     * Sets how often a failed job is tried again, each time on a new cluster. Default: 0.
     *
     * @param retries 0 or more
     * @return this builder
     * @throws IllegalArgumentException if it is negative
     */
    public Builder backoffLimit(int retries) {
      if (retries < 0) {
        throw new IllegalArgumentException("backoffLimit is " + retries + "; give 0 or more");
      }
      this.backoffLimit = retries;
      return this;
    }

    /**
     * Deletes the cluster that was made for the job when the job has ended. Default: it stays.
     *
     * @return this builder
     */
    public Builder shutdownAfterJobFinishes() {
      this.shutdown = true;
      return this;
    }

    /**
     * Sets how long the cluster stays after the end of the job; goes with {@link
     * #shutdownAfterJobFinishes()}. Default: it does not.
     *
     * @param ttl whole seconds, zero or more
     * @return this builder
     * @throws IllegalArgumentException if it is negative or not in whole seconds
     */
    public Builder ttlAfterFinished(Duration ttl) {
      this.ttl = wholeSeconds("ttlSecondsAfterFinished", ttl, 0);
      return this;
    }

    /**
     * Sets how long the RayJob may take from its start to its end before the operator gives it up.
     * Default: no limit.
     *
     * @param deadline whole seconds, one or more
     * @return this builder
     * @throws IllegalArgumentException if it is less than a second or not in whole seconds
     */
    public Builder activeDeadline(Duration deadline) {
      this.activeDeadline = wholeSeconds("activeDeadlineSeconds", deadline, 1);
      return this;
    }

    /**
     * Creates the RayJob switched off, for a queue such as Kueue to switch on; goes with {@link
     * #shutdownAfterJobFinishes()}. Default: it starts at once.
     *
     * @return this builder
     */
    public Builder suspended() {
      this.suspended = true;
      return this;
    }

    /**
     * Adds a label to the RayJob. Default: none.
     *
     * @param key such as {@code kueue.x-k8s.io/queue-name}
     * @param value its value
     * @return this builder
     */
    public Builder label(String key, String value) {
      labels.put(key, value);
      return this;
    }

    /**
     * Creates the description.
     *
     * @return an immutable description
     * @throws IllegalArgumentException if the parts do not go together, with the reason
     */
    public RayJobSpec build() {
      checkCluster();
      checkSuspend();
      checkJob();
      if (ttl != null && ttl > 0 && !shutdown) {
        throw refused("ttlAfterFinished means nothing without shutdownAfterJobFinishes");
      }
      return new RayJobSpec(this);
    }

    private void checkCluster() {
      if ((cluster == null) == (newCluster == null)) {
        throw refused(
            cluster == null
                ? "it names no cluster: give onCluster(name) or onNewCluster(spec)"
                : "it has both onCluster and onNewCluster: give one");
      }
      if (backoffLimit > 0 && (cluster != null || submissionMode == SubmissionMode.INTERACTIVE)) {
        throw refused(
            "KubeRay retries on new clusters only and never in InteractiveMode: leave backoffLimit at 0");
      }
      if (cluster != null && submissionMode == SubmissionMode.SIDECAR) {
        throw refused("SidecarMode needs onNewCluster: the sidecar is part of the head pod");
      }
      if (newCluster != null) {
        DeclaredScheme scheme =
            DeclaredScheme.of(
                CustomResource.of(
                    new GenericKubernetesResourceBuilder()
                        .withNewMetadata()
                        .withName(ref.name())
                        .endMetadata()
                        .addToAdditionalProperties("spec", newCluster)
                        .build()));
        undrivable(scheme.scheme(), scheme.why())
            .ifPresent(why -> {
              throw refused(why);
            });
      }
    }

    private void checkSuspend() {
      if (suspended && cluster != null) {
        throw refused("KubeRay cannot suspend a RayJob on a cluster that is already there");
      }
      if (suspended && !shutdown) {
        throw refused("KubeRay suspends a RayJob only together with shutdownAfterJobFinishes");
      }
    }

    private void checkJob() {
      if (submissionMode == SubmissionMode.INTERACTIVE) {
        return;
      }
      if (job.workingDir().isPresent()) {
        throw refused(
            "the operator uploads no working directory: name an archive in the runtime env, or take InteractiveMode");
      }
      if (job.entrypointMemory().isPresent() || !job.entrypointLabelSelector().isEmpty()) {
        throw refused(
            "a RayJob cannot say entrypoint_memory and entrypoint_label_selector: take InteractiveMode");
      }
    }

    private Map<String, Object> fields() {
      Map<String, Object> fields = new LinkedHashMap<>();
      fields.put("submissionMode", submissionMode.inSpec());
      if (cluster != null) {
        fields.put("clusterSelector", Map.of("ray.io/cluster", cluster));
      }
      if (newCluster != null) {
        fields.put("rayClusterSpec", newCluster);
      }
      if (backoffLimit > 0) {
        fields.put("backoffLimit", backoffLimit);
      }
      if (shutdown) {
        fields.put("shutdownAfterJobFinishes", true);
      }
      if (suspended) {
        fields.put("suspend", true);
      }
      if (ttl != null) {
        fields.put("ttlSecondsAfterFinished", ttl);
      }
      if (activeDeadline != null) {
        fields.put("activeDeadlineSeconds", activeDeadline);
      }
      return fields;
    }

    private IllegalArgumentException refused(String why) {
      return new IllegalArgumentException("RayJob %s cannot be: %s".formatted(ref, why));
    }

    private static int wholeSeconds(String field, Duration duration, int least) {
      if (duration.getNano() != 0
          || duration.getSeconds() < least
          || duration.getSeconds() > Integer.MAX_VALUE) {
        throw new IllegalArgumentException(
            "%s is %s; give whole seconds, %d or more".formatted(field, duration, least));
      }
      return (int) duration.getSeconds();
    }
  }

  /**
   * Tells why the operator could not drive a cluster: it sends {@code X-Ray-Authorization} with the
   * token of a Secret, and nothing else.
   */
  static Optional<String> undrivable(AuthScheme scheme, String why) {
    return switch (scheme) {
      case KUBE_RBAC_PROXY ->
          Optional.of(
              "the operator has no token for a kube-rbac-proxy and would never see the job (%s); submit to that cluster by its own connection instead"
                  .formatted(why));
      case KUBERNETES_TOKEN ->
          Optional.of(
              "KubeRay supports no Kubernetes token authentication for RayJobs (%s); submit to that cluster by its own connection instead"
                  .formatted(why));
      case OPEN, RAY_TOKEN -> Optional.empty();
    };
  }
}
