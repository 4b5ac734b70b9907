package io.rayauth.job;

import io.rayauth.internal.env.EnvRules;
import io.rayauth.internal.json.Marks;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Says what to run: the entrypoint, its environment, the resources it needs.
 *
 * <p>Immutable and thread-safe. Everything that can be checked without the cluster is checked when
 * it is set, because Ray accepts much that fails minutes later or leaves a record behind that
 * nobody can delete (Ray's {@code job_head.py} and {@code job_manager.py} do not validate).
 */
public final class JobSpec {
  private final String entrypoint;
  private final @Nullable JobId submissionId;
  private final RuntimeEnv runtimeEnv;
  private final @Nullable Path workingDir;
  private final Map<String, String> metadata;
  private final @Nullable Double numCpus;
  private final @Nullable Double numGpus;
  private final @Nullable Long memory;
  private final Map<String, Double> resources;
  private final Map<String, String> labelSelector;

  private JobSpec(Builder builder) {
    this.entrypoint = builder.entrypoint;
    this.submissionId = builder.submissionId;
    this.runtimeEnv = builder.runtimeEnv;
    this.workingDir = builder.workingDir;
    this.metadata = Collections.unmodifiableMap(new LinkedHashMap<>(builder.metadata));
    this.numCpus = builder.numCpus;
    this.numGpus = builder.numGpus;
    this.memory = builder.memory;
    this.resources = Collections.unmodifiableMap(new LinkedHashMap<>(builder.resources));
    this.labelSelector = Collections.unmodifiableMap(new LinkedHashMap<>(builder.labelSelector));
  }

  /**
   * Starts the description of a job.
   *
   * @param entrypoint the command, run as {@code /bin/sh -c <entrypoint>} on the cluster
   * @return a builder
   * @throws IllegalArgumentException if the entrypoint is blank, holds a NUL or is longer than a
   *     shell can be given (128 KiB)
   */
  public static Builder running(String entrypoint) {
    return new Builder(entrypoint);
  }

  /**
   * Returns the command.
   *
   * @return as given
   */
  public String entrypoint() {
    return entrypoint;
  }

  /**
   * Returns the chosen submission id.
   *
   * @return empty if one is to be generated
   */
  public Optional<JobId> submissionId() {
    return Optional.ofNullable(submissionId);
  }

  /**
   * Returns the environment.
   *
   * @return {@link RuntimeEnv#empty()} if none was given
   */
  public RuntimeEnv runtimeEnv() {
    return runtimeEnv;
  }

  /**
   * Returns the folder or archive that is uploaded as the working directory.
   *
   * @return empty if none was given
   */
  public Optional<Path> workingDir() {
    return Optional.ofNullable(workingDir);
  }

  /**
   * Returns the metadata.
   *
   * @return an unmodifiable map
   */
  public Map<String, String> metadata() {
    return metadata;
  }

  /**
   * Returns the CPUs the entrypoint itself reserves.
   *
   * @return empty if not set
   */
  public OptionalDouble entrypointNumCpus() {
    return numCpus == null ? OptionalDouble.empty() : OptionalDouble.of(numCpus);
  }

  /**
   * Returns the GPUs the entrypoint itself reserves.
   *
   * @return empty if not set
   */
  public OptionalDouble entrypointNumGpus() {
    return numGpus == null ? OptionalDouble.empty() : OptionalDouble.of(numGpus);
  }

  /**
   * Returns the memory the entrypoint itself reserves.
   *
   * @return bytes, empty if not set
   */
  public OptionalLong entrypointMemory() {
    return memory == null ? OptionalLong.empty() : OptionalLong.of(memory);
  }

  /**
   * Returns the custom resources the entrypoint itself reserves.
   *
   * @return an unmodifiable map
   */
  public Map<String, Double> entrypointResources() {
    return resources;
  }

  /**
   * Returns the node labels the entrypoint asks for.
   *
   * @return an unmodifiable map from label to selector
   */
  public Map<String, String> entrypointLabelSelector() {
    return labelSelector;
  }

  @Override
  public String toString() {
    return "JobSpec[" + (submissionId == null ? "" : submissionId + ": ") + entrypoint + "]";
  }

  /** Collects the parts of a job. Not thread-safe. */
  public static final class Builder {
    /**
     * Linux refuses a single argument of 128 KiB ({@code MAX_ARG_STRLEN}); Ray then ends the job
     * with JOB_ENTRYPOINT_COMMAND_START_ERROR.
     */
    private static final int LONGEST_ENTRYPOINT = 128 * 1024 - 1;

    /**
     * {@code job-driver-<id>.log} must be a file name, and 200 leaves room for what others append.
     */
    private static final Pattern SUBMISSION_ID = Pattern.compile("[A-Za-z0-9._-]{1,200}");

    private static final Pattern DRIVER_ID = Pattern.compile("[0-9a-fA-F]{8}");
    private static final Set<String> RAYS_OWN_METADATA = Set.of("job_submission_id", "job_name");

    private final String entrypoint;
    private @Nullable JobId submissionId;
    private RuntimeEnv runtimeEnv = RuntimeEnv.empty();
    private @Nullable Path workingDir;
    private final Map<String, String> metadata = new LinkedHashMap<>();
    private @Nullable Double numCpus;
    private @Nullable Double numGpus;
    private @Nullable Long memory;
    private final Map<String, Double> resources = new LinkedHashMap<>();
    private final Map<String, String> labelSelector = new LinkedHashMap<>();

    private Builder(String entrypoint) {
      if (entrypoint.isBlank()) {
        throw new IllegalArgumentException(
            "the entrypoint is empty; Ray would accept it and report success without running anything");
      }
      if (entrypoint.indexOf('\0') >= 0) {
        throw new IllegalArgumentException(
            "the entrypoint has a NUL at index "
                + entrypoint.indexOf('\0')
                + ", which no command line can hold");
      }
      int length = entrypoint.getBytes(StandardCharsets.UTF_8).length;
      if (length > LONGEST_ENTRYPOINT) {
        throw new IllegalArgumentException(
            "the entrypoint has %,d bytes; the cluster's shell takes at most %,d. Put it into a script in the working directory"
                .formatted(length, LONGEST_ENTRYPOINT));
      }
      this.entrypoint = entrypoint;
    }

    /**
     * Chooses the submission id. Default: a new {@link JobId#random()} for each submission.
     *
     * @param id 1 to 200 letters, digits, dots, dashes and underscores
     * @return this builder
     * @throws IllegalArgumentException if Ray would accept the id and then choke on it: other
     *     characters, too long, {@code .} or {@code ..}, or 8 hex digits, which mean a driver
     */
    public Builder submissionId(JobId id) {
      String value = id.value();
      if (!SUBMISSION_ID.matcher(value).matches()) {
        throw new IllegalArgumentException(
            "the submission id '%s' cannot be used: take 1 to 200 letters, digits, dots, dashes and underscores; with others Ray keeps a record that can be neither run nor deleted"
                .formatted(printable(value)));
      }
      if (value.equals(".") || value.equals("..")) {
        throw new IllegalArgumentException(
            "the submission id '" + value + "' cannot be used: it vanishes from a URL's path");
      }
      if (DRIVER_ID.matcher(value).matches()) {
        throw new IllegalArgumentException(
            "the submission id '"
                + value
                + "' cannot be used: 8 hex digits name a driver, and Ray would look that up first");
      }
      this.submissionId = id;
      return this;
    }

    /**
     * Sets the environment. Default: {@link RuntimeEnv#empty()}.
     *
     * @param runtimeEnv the environment
     * @return this builder
     * @throws IllegalArgumentException if Ray would refuse it, whatever way it was made
     */
    public Builder runtimeEnv(RuntimeEnv runtimeEnv) {
      EnvRules.check(runtimeEnv.asMap());
      this.runtimeEnv = runtimeEnv;
      return this;
    }

    /**
     * Uploads a folder before the submission and starts the entrypoint in it; replaces {@code
     * working_dir} of the runtime env. What its {@code .gitignore} and {@code .rayignore} files and
     * {@link RuntimeEnv.Builder#exclude(String)} name is left out, and {@code .git}, {@code .venv},
     * {@code venv} and {@code __pycache__} at any depth. Default: none.
     *
     * @param folder a folder, or an archive that is taken as it is: {@code .zip}, {@code .tar.gz},
     *     {@code .tgz} or {@code .tar.xz}
     * @return this builder
     */
    public Builder workingDir(Path folder) {
      this.workingDir = folder;
      return this;
    }

    /**
     * Adds an entry to the metadata. Default: none.
     *
     * @param key the key
     * @param value the value
     * @return this builder
     * @throws IllegalArgumentException if the key is {@code job_submission_id} or {@code job_name},
     *     with which Ray links the job to its driver, or begins with {@code rayauth_}, by which
     *     this library knows its jobs again
     */
    public Builder metadata(String key, String value) {
      if (RAYS_OWN_METADATA.contains(key)) {
        throw new IllegalArgumentException(
            "the metadata key '"
                + key
                + "' is Ray's own: a value of yours would break the link between the job and its driver");
      }
      if (key.startsWith(Marks.PREFIX)) {
        throw new IllegalArgumentException(
            "the metadata key '"
                + key
                + "' is this library's own: by such keys it knows its jobs again; take another one");
      }
      metadata.put(key, value);
      return this;
    }

    /**
     * Reserves CPUs for the entrypoint itself, which then may run on any node. Default: not set,
     * the entrypoint runs on the head node.
     *
     * @param cpus such as 0.5
     * @return this builder
     * @throws IllegalArgumentException if it is negative or not a number
     */
    public Builder entrypointNumCpus(double cpus) {
      this.numCpus = checkedAmount("entrypoint_num_cpus", cpus);
      return this;
    }

    /**
     * Reserves GPUs for the entrypoint itself, which then may run on any node. Default: not set.
     *
     * @param gpus such as 1
     * @return this builder
     * @throws IllegalArgumentException if it is negative or not a number
     */
    public Builder entrypointNumGpus(double gpus) {
      this.numGpus = checkedAmount("entrypoint_num_gpus", gpus);
      return this;
    }

    /**
     * Reserves memory for the entrypoint itself, which then may run on any node. Needs Ray 2.8.
     * Default: not set.
     *
     * @param bytes such as {@code 2L << 30}
     * @return this builder
     * @throws IllegalArgumentException if it is negative
     */
    public Builder entrypointMemory(long bytes) {
      if (bytes < 0) {
        throw new IllegalArgumentException(
            "entrypoint_memory is " + bytes + "; give 0 bytes or more");
      }
      this.memory = bytes;
      return this;
    }

    /**
     * Reserves a custom resource for the entrypoint itself. Default: none.
     *
     * @param name the resource, not {@code CPU} or {@code GPU}
     * @param amount such as 1
     * @return this builder
     * @throws IllegalArgumentException if the amount is negative or not a number, or the name is
     *     that of a resource with a method of its own
     */
    public Builder entrypointResource(String name, double amount) {
      if (name.equals("CPU") || name.equals("GPU")) {
        throw new IllegalArgumentException(
            "entrypoint_resources has "
                + name
                + ", which Ray refuses after accepting the job; use entrypointNum"
                + (name.equals("CPU") ? "Cpus" : "Gpus"));
      }
      if (name.isBlank()) {
        throw new IllegalArgumentException("entrypoint_resources has a resource without a name");
      }
      resources.put(name, checkedAmount("entrypoint_resources." + name, amount));
      return this;
    }

    /**
     * Asks for a node with a label. Default: none.
     *
     * @param label the label's key
     * @param selector such as {@code a100} or {@code in(a100, h100)}
     * @return this builder
     */
    public Builder entrypointLabel(String label, String selector) {
      labelSelector.put(label, selector);
      return this;
    }

    /**
     * Creates the description.
     *
     * @return an immutable description
     */
    public JobSpec build() {
      return new JobSpec(this);
    }

    private static double checkedAmount(String field, double amount) {
      if (!Double.isFinite(amount) || amount < 0) {
        throw new IllegalArgumentException(
            field
                + " is "
                + amount
                + "; give 0 or more. Ray would accept the job and fail it later");
      }
      return amount;
    }

    private static String printable(String value) {
      String shown = value.length() <= 60 ? value : value.substring(0, 60) + "…";
      return shown.replaceAll("\\p{Cntrl}", "\\ufffd");
    }
  }
}
