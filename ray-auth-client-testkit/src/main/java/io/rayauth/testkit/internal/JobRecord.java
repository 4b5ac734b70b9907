package io.rayauth.testkit.internal;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Is what Ray stores about one job; the names are those of its JSON. */
public record JobRecord(
    String type,
    @Nullable String jobId,
    @Nullable String submissionId,
    @Nullable Map<String, Object> driverInfo,
    String status,
    String entrypoint,
    @Nullable String message,
    @Nullable String errorType,
    @Nullable Long startTime,
    @Nullable Long endTime,
    @Nullable Map<String, Object> metadata,
    @Nullable Map<String, Object> runtimeEnv,
    @Nullable String agentAddress,
    @Nullable String nodeId,
    @Nullable Integer exitCode) {

  private static final Set<String> TERMINAL = Set.of("STOPPED", "SUCCEEDED", "FAILED");

  /** What a submission that was just accepted looks like. */
  static JobRecord pending(SubmitRequest request, String message, long now) {
    return new JobRecord(
        "SUBMISSION",
        null,
        request.id(),
        null,
        "PENDING",
        request.entrypoint(),
        message,
        null,
        now,
        null,
        request.metadata(),
        request.runtimeEnv(),
        null,
        null,
        null);
  }

  /** A program that connected to Ray by itself, without a submission. */
  static JobRecord driver(String jobId, String entrypoint, long now) {
    return new JobRecord(
        "DRIVER",
        jobId,
        null,
        Map.of("id", jobId, "node_ip_address", FakeCluster.NODE_IP, "pid", "4711"),
        "RUNNING",
        entrypoint,
        null,
        null,
        now,
        0L, // as Ray does while a driver runs
        Map.of(),
        Map.of(),
        null,
        null,
        null);
  }

  /** What the monitor writes when the record of a job that just ended was deleted under it. */
  static JobRecord returned(String submissionId, long now) {
    return new JobRecord(
        "SUBMISSION",
        null,
        submissionId,
        null,
        "FAILED",
        "Entrypoint not found.",
        RayTexts.of(
            "failed-supervisor-gone",
            "actor",
            "17e06138dcf83c1d0b0b25cc01000000",
            "pid",
            "4711",
            "id",
            submissionId),
        "JOB_SUPERVISOR_ACTOR_DIED",
        null,
        now,
        null,
        null,
        null,
        null,
        null);
  }

  JobRecord running() {
    return new JobRecord(
        type,
        jobId,
        submissionId,
        driverInfo,
        "RUNNING",
        entrypoint,
        "Job is currently running.",
        null,
        startTime,
        null,
        metadata,
        runtimeEnv,
        FakeCluster.AGENT_ADDRESS,
        FakeCluster.NODE_ID,
        null);
  }

  JobRecord ended(
      String how, String why, @Nullable String error, @Nullable Integer code, long now) {
    return new JobRecord(
        type,
        jobId,
        submissionId,
        driverInfo,
        how,
        entrypoint,
        why,
        error,
        startTime,
        now,
        metadata,
        runtimeEnv,
        agentAddress,
        nodeId,
        code);
  }

  boolean isTerminal() {
    return TERMINAL.contains(status);
  }

  boolean isSubmission() {
    return type.equals("SUBMISSION");
  }

  /** A job has a log that can be read once it has a node. */
  boolean hasStarted() {
    return nodeId != null;
  }

  /** The JSON object of Ray's API, all 15 keys in its order. */
  Map<String, @Nullable Object> toJson() {
    Map<String, @Nullable Object> json = new LinkedHashMap<>();
    json.put("type", type);
    json.put("job_id", jobId);
    json.put("submission_id", submissionId);
    json.put("driver_info", driverInfo);
    json.put("status", status);
    json.put("entrypoint", entrypoint);
    json.put("message", message);
    json.put("error_type", errorType);
    json.put("start_time", startTime);
    json.put("end_time", endTime);
    json.put("metadata", metadata);
    json.put("runtime_env", runtimeEnv);
    json.put("driver_agent_http_address", agentAddress);
    json.put("driver_node_id", nodeId);
    json.put("driver_exit_code", exitCode);
    return json;
  }

  /** The same without the values of environment variables, as browsers get it. */
  Map<String, @Nullable Object> toRedactedJson() {
    Map<String, @Nullable Object> json = toJson();
    if (runtimeEnv != null && runtimeEnv.get("env_vars") instanceof Map<?, ?> variables) {
      Map<String, Object> redacted = new LinkedHashMap<>();
      variables.keySet().forEach(name -> redacted.put(String.valueOf(name), "<redacted>"));
      Map<String, Object> env = new LinkedHashMap<>(runtimeEnv);
      env.put("env_vars", redacted);
      json.put("runtime_env", env);
    }
    return json;
  }
}
