package io.rayauth.job;

import java.time.Instant;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Tells what the cluster knows of a job at one moment.
 *
 * <p>Immutable and thread-safe. Source: {@code JobDetails} of Ray's {@code job/pydantic_models.py}.
 */
public final class JobDetails {
  /** The type of a job that was submitted. */
  public static final String SUBMISSION = "SUBMISSION";

  /**
   * The type of a driver that connected by itself; it cannot be stopped or deleted through this
   * API.
   */
  public static final String DRIVER = "DRIVER";

  private final JobId id;
  private final String type;
  private final JobStatus status;
  private final String entrypoint;
  private final @Nullable String message;
  private final @Nullable String errorType;
  private final @Nullable String rayJobId;
  private final @Nullable String driverNodeId;
  private final @Nullable Instant startedAt;
  private final @Nullable Instant endedAt;
  private final Later<Map<String, String>> metadata;
  private final Later<RuntimeEnv> runtimeEnv;
  private final @Nullable Integer driverExitCode;

  private JobDetails(Builder builder) {
    this.id = builder.id;
    this.status = builder.status;
    this.type = builder.type;
    this.entrypoint = builder.entrypoint;
    this.message = builder.message;
    this.errorType = builder.errorType;
    this.rayJobId = builder.rayJobId;
    this.driverNodeId = builder.driverNodeId;
    this.startedAt = builder.startedAt;
    this.endedAt = builder.endedAt;
    this.metadata = builder.metadata;
    this.runtimeEnv = builder.runtimeEnv;
    this.driverExitCode = builder.driverExitCode;
  }

  /**
   * Starts the details of a job, for tests and for tools that have them from elsewhere.
   *
   * @param id the job
   * @param status its status
   * @return a builder
   */
  public static Builder of(JobId id, JobStatus status) {
    return new Builder(id, status);
  }

  /**
   * Returns the id to ask for this job with.
   *
   * @return the submission id, or the Ray job id of a driver
   */
  public JobId id() {
    return id;
  }

  /**
   * Returns the type of the job.
   *
   * @return {@link #SUBMISSION}, {@link #DRIVER}, or what a newer Ray says
   */
  public String type() {
    return type;
  }

  /**
   * Returns where the job is in its life.
   *
   * @return the status; that of a driver that crashed is SUCCEEDED, as Ray does not know better
   */
  public JobStatus status() {
    return status;
  }

  /**
   * Returns the command.
   *
   * @return as submitted, or a driver's command line
   */
  public String entrypoint() {
    return entrypoint;
  }

  /**
   * Returns Ray's sentence on the status; of a failed job with its last log lines.
   *
   * @return empty for drivers
   */
  public Optional<String> message() {
    return Optional.ofNullable(message);
  }

  /**
   * Returns the kind of failure.
   *
   * @return such as {@code JOB_ENTRYPOINT_COMMAND_ERROR}; empty if the job did not fail
   */
  public Optional<String> errorType() {
    return Optional.ofNullable(errorType);
  }

  /**
   * Returns the id Ray gave to the last driver of this job.
   *
   * @return empty until the entrypoint calls {@code ray.init}
   */
  public Optional<String> rayJobId() {
    return Optional.ofNullable(rayJobId);
  }

  /**
   * Returns the node the entrypoint runs on.
   *
   * @return empty until it runs
   */
  public Optional<String> driverNodeId() {
    return Optional.ofNullable(driverNodeId);
  }

  /**
   * Returns the moment the cluster accepted the job.
   *
   * @return empty in damaged records
   */
  public Optional<Instant> startedAt() {
    return Optional.ofNullable(startedAt);
  }

  /**
   * Returns the moment the job ended.
   *
   * @return empty while it has not
   */
  public Optional<Instant> endedAt() {
    return Optional.ofNullable(endedAt);
  }

  /**
   * Returns the metadata.
   *
   * @return an unmodifiable map
   */
  public Map<String, String> metadata() {
    return metadata.value();
  }

  /**
   * Returns the environment as it was submitted.
   *
   * @return {@link RuntimeEnv#empty()} if there was none
   */
  public RuntimeEnv runtimeEnv() {
    return runtimeEnv.value();
  }

  /**
   * Returns the exit code of the entrypoint.
   *
   * @return negative for a signal; empty while the job runs, when it was stopped, and when it never
   *     started
   */
  public OptionalInt driverExitCode() {
    return driverExitCode == null ? OptionalInt.empty() : OptionalInt.of(driverExitCode);
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof JobDetails that
        && id.equals(that.id)
        && type.equals(that.type)
        && status.equals(that.status)
        && entrypoint.equals(that.entrypoint)
        && Objects.equals(message, that.message)
        && Objects.equals(errorType, that.errorType)
        && Objects.equals(rayJobId, that.rayJobId)
        && Objects.equals(driverNodeId, that.driverNodeId)
        && Objects.equals(startedAt, that.startedAt)
        && Objects.equals(endedAt, that.endedAt)
        && metadata().equals(that.metadata())
        && runtimeEnv().equals(that.runtimeEnv())
        && Objects.equals(driverExitCode, that.driverExitCode);
  }

  @Override
  public int hashCode() {
    return Objects.hash(id, status, startedAt, endedAt);
  }

  @Override
  public String toString() {
    return "JobDetails[" + id + " " + status + ": " + entrypoint + "]";
  }

  /** Collects what is known of a job. Not thread-safe. */
  public static final class Builder {
    private final JobId id;
    private final JobStatus status;
    private String type = SUBMISSION;
    private String entrypoint = "";
    private @Nullable String message;
    private @Nullable String errorType;
    private @Nullable String rayJobId;
    private @Nullable String driverNodeId;
    private @Nullable Instant startedAt;
    private @Nullable Instant endedAt;
    private Later<Map<String, String>> metadata = Later.known(Map.of());
    private Later<RuntimeEnv> runtimeEnv = Later.known(RuntimeEnv.empty());
    private @Nullable Integer driverExitCode;

    private Builder(JobId id, JobStatus status) {
      this.id = id;
      this.status = status;
    }

    /**
     * Sets the type. Default: {@link #SUBMISSION}.
     *
     * @param type the type
     * @return this builder
     */
    public Builder type(String type) {
      this.type = type;
      return this;
    }

    /**
     * Sets the command. Default: empty.
     *
     * @param entrypoint the command
     * @return this builder
     */
    public Builder entrypoint(String entrypoint) {
      this.entrypoint = entrypoint;
      return this;
    }

    /**
     * Sets Ray's sentence on the status. Default: none.
     *
     * @param message the sentence
     * @return this builder
     */
    public Builder message(@Nullable String message) {
      this.message = message;
      return this;
    }

    /**
     * Sets the kind of failure. Default: none.
     *
     * @param errorType the kind
     * @return this builder
     */
    public Builder errorType(@Nullable String errorType) {
      this.errorType = errorType;
      return this;
    }

    /**
     * Sets the id of the last driver. Default: none.
     *
     * @param rayJobId the id
     * @return this builder
     */
    public Builder rayJobId(@Nullable String rayJobId) {
      this.rayJobId = rayJobId;
      return this;
    }

    /**
     * Sets the node of the driver. Default: none.
     *
     * @param driverNodeId the node
     * @return this builder
     */
    public Builder driverNodeId(@Nullable String driverNodeId) {
      this.driverNodeId = driverNodeId;
      return this;
    }

    /**
     * Sets the moment of acceptance. Default: none.
     *
     * @param startedAt the moment
     * @return this builder
     */
    public Builder startedAt(@Nullable Instant startedAt) {
      this.startedAt = startedAt;
      return this;
    }

    /**
     * Sets the end. Default: none.
     *
     * @param endedAt the moment
     * @return this builder
     */
    public Builder endedAt(@Nullable Instant endedAt) {
      this.endedAt = endedAt;
      return this;
    }

    /**
     * Sets the metadata. Default: none.
     *
     * @param metadata copied
     * @return this builder
     */
    public Builder metadata(Map<String, String> metadata) {
      this.metadata = Later.known(unmodifiable(metadata));
      return this;
    }

    /**
     * Sets where the metadata comes from when it is first asked for: few of those who list jobs
     * look at it. Default: none.
     *
     * @param metadata gives the same each time; its result is copied
     * @return this builder
     */
    public Builder metadata(Supplier<Map<String, String>> metadata) {
      this.metadata = Later.from(() -> unmodifiable(metadata.get()));
      return this;
    }

    /**
     * Sets the environment. Default: empty.
     *
     * @param runtimeEnv the environment
     * @return this builder
     */
    public Builder runtimeEnv(RuntimeEnv runtimeEnv) {
      this.runtimeEnv = Later.known(runtimeEnv);
      return this;
    }

    /**
     * Sets where the environment comes from when it is first asked for. Default: empty.
     *
     * @param runtimeEnv gives the same each time
     * @return this builder
     */
    public Builder runtimeEnv(Supplier<RuntimeEnv> runtimeEnv) {
      this.runtimeEnv = Later.from(runtimeEnv);
      return this;
    }

    /**
     * Sets the exit code. Default: none.
     *
     * @param driverExitCode the code
     * @return this builder
     */
    public Builder driverExitCode(@Nullable Integer driverExitCode) {
      this.driverExitCode = driverExitCode;
      return this;
    }

    /**
     * Creates the details.
     *
     * @return immutable details
     */
    public JobDetails build() {
      return new JobDetails(this);
    }

    private static Map<String, String> unmodifiable(Map<String, String> metadata) {
      return Collections.unmodifiableMap(new LinkedHashMap<>(metadata));
    }
  }
}
