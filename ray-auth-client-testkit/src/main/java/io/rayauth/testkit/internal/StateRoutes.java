package io.rayauth.testkit.internal;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Answers for the parts of the state API that a client of jobs needs. */
final class StateRoutes {
  private static final int DEFAULT_LIMIT = 100;
  private static final int LARGEST_LIMIT = 10_000;
  private static final int DEFAULT_LINES = 1000;
  private static final int BLOCK = 1 << 16;
  private static final long HEAD_MEMORY = 24L << 30;
  private static final Set<String> FILTERS = Set.of("job_id", "type", "status", "submission_id");
  private static final Set<String> DETAILS =
      Set.of(
          "start_time",
          "end_time",
          "metadata",
          "runtime_env",
          "driver_agent_http_address",
          "driver_node_id",
          "driver_exit_code");

  private final Jobs jobs;

  StateRoutes(Jobs jobs) {
    this.jobs = jobs;
  }

  Response activities() {
    double now = jobs.cluster().millis() / 1000.0;
    Map<String, @Nullable Object> driver = new LinkedHashMap<>();
    driver.put("is_active", jobs.isActive() ? "ACTIVE" : "INACTIVE");
    driver.put("reason", jobs.isActive() ? "Number of active drivers: 1" : null);
    driver.put("timestamp", now);
    driver.put("last_activity_at", now);
    return Response.json(Map.of("driver", driver));
  }

  /** The summary of the one node, with what a client of jobs looks at. */
  Response nodes(Request request) {
    Optional<String> view = request.parameter("view");
    if (!view.equals(Optional.of("summary"))) {
      return envelope(500, false, "Unknown view " + view.orElse("None"), Map.of());
    }
    long free = jobs.freeHeadMemory();
    long used = HEAD_MEMORY - free;
    Map<String, @Nullable Object> raylet = new LinkedHashMap<>();
    raylet.put("nodeId", FakeCluster.NODE_ID);
    raylet.put("nodeManagerAddress", FakeCluster.NODE_IP);
    raylet.put("isHeadNode", true);
    raylet.put("state", "ALIVE");
    raylet.put("stateMessage", null);
    Map<String, @Nullable Object> node = new LinkedHashMap<>();
    node.put("now", jobs.cluster().millis() / 1000.0);
    node.put("hostname", "ray-head");
    node.put("ip", FakeCluster.NODE_IP);
    node.put(
        "mem", List.of(HEAD_MEMORY, free, Math.round(1000.0 * used / HEAD_MEMORY) / 10.0, used));
    node.put("raylet", raylet);
    Map<String, @Nullable Object> data = new LinkedHashMap<>();
    data.put("summary", List.of(node));
    data.put("nodeLogicalResources", Map.of());
    return envelope(200, true, "Node summary fetched.", data);
  }

  Response jobs(Request request) {
    int limit = number(request, "limit").orElse(DEFAULT_LIMIT);
    if (limit > LARGEST_LIMIT) {
      return Response.internalError();
    }
    List<String> keys = request.parameters("filter_keys");
    List<String> predicates = request.parameters("filter_predicates");
    List<String> values = request.parameters("filter_values");
    if (keys.size() != predicates.size() || keys.size() != values.size()) {
      return failure(400, "The number of filter keys, predicates and values must be the same.");
    }
    for (String key : keys) {
      if (!FILTERS.contains(key)) {
        return failure(400, "Invalid filter key " + key);
      }
    }
    boolean detail = request.parameter("detail").filter(value -> !value.equals("0")).isPresent();
    List<JobRecord> all = jobs.table().all();
    List<Map<String, @Nullable Object>> rows = new ArrayList<>();
    for (JobRecord job : all) {
      Map<String, @Nullable Object> row =
          request.comesFromBrowser() ? job.toRedactedJson() : job.toJson();
      if (matches(row, keys, predicates, values)) {
        if (!detail) {
          row.keySet().removeAll(DETAILS);
        }
        rows.add(row);
      }
    }
    Map<String, @Nullable Object> result = new LinkedHashMap<>();
    result.put("total", all.size());
    result.put("num_after_truncation", all.size());
    result.put("num_filtered", rows.size());
    result.put("result", rows.subList(0, Math.min(limit, rows.size())));
    result.put("partial_failure_warning", "");
    result.put("warnings", null);
    return envelope(200, true, "", Map.of("result", result));
  }

  private static boolean matches(
      Map<String, @Nullable Object> row,
      List<String> keys,
      List<String> predicates,
      List<String> values) {
    for (int i = 0; i < keys.size(); i++) {
      boolean equal = values.get(i).equalsIgnoreCase(String.valueOf(row.get(keys.get(i))));
      if (equal == predicates.get(i).equals("!=")) {
        return false;
      }
    }
    return true;
  }

  /** The raw bytes of a log: the one way to read a log that is not UTF-8. */
  Response logFile(Request request) {
    Log log = log(request);
    if (log.refusal != null) {
      return log.refusal;
    }
    byte[] bytes = jobs.logs().bytes(log.id).orElseThrow();
    return Response.download(Arrays.copyOfRange(bytes, start(request, bytes), bytes.length));
  }

  /** The same, and what is written from then on, for as long as the client stays. */
  Response logStream(Request request) {
    Log log = log(request);
    if (log.refusal != null) {
      return log.refusal;
    }
    int start = start(request, jobs.logs().bytes(log.id).orElseThrow());
    return Response.growing(chunks -> grow(log.id, start, chunks));
  }

  private void grow(String id, int start, Chunks chunks) throws IOException {
    int interval = Math.max(1, (int) jobs.cluster().tailInterval().toMillis());
    byte[] block = new byte[BLOCK];
    try (InputStream file = Files.newInputStream(jobs.logs().file(id))) {
      file.skipNBytes(start);
      do {
        for (int read = file.read(block); read > 0; read = file.read(block)) {
          chunks.send(block, read);
        }
      } while (jobs.agentRuns() && chunks.isOpenAfter(interval));
    }
  }

  /** The id a log is kept by, or why there is none. */
  private record Log(String id, @Nullable Response refusal) {}

  private Log log(Request request) {
    Optional<String> node = request.parameter("node_id");
    if (node.isEmpty() && request.parameter("node_ip").isEmpty()) {
      return new Log("", Response.internalError());
    }
    if (!jobs.agentRuns()) {
      return new Log(
          "", Response.text(500, "Agent for node id: " + node.orElse("None") + " doesn't exist."));
    }
    Optional<String> filename = request.parameter("filename");
    Optional<String> submission = request.parameter("submission_id");
    String id =
        submission.orElse(
            filename
                .filter(name -> name.startsWith("job-driver-") && name.endsWith(".log"))
                .map(name -> name.substring("job-driver-".length(), name.length() - 4))
                .orElse(""));
    if (jobs.logs().bytes(id).isPresent()) {
      return new Log(id, null);
    }
    return new Log(
        id,
        Response.text(
            500,
            filename.isPresent()
                ? "A file is not found at: " + filename.get()
                : noLogFile(node.orElse("None"), submission.orElse("None"))));
  }

  private static String noLogFile(String node, String submission) {
    return "Could not find a log file. Please make sure the given option exists in the cluster.\n"
        + "\tnode_id: "
        + node
        + "\n\tfilename: None\n\tactor_id: None\n\ttask_id: None\n\tpid: None\n\tsuffix: out\n"
        + "\tsubmission_id: "
        + submission
        + "\n\tattempt_number: 0\n";
  }

  /** Where the last lines begin that are asked for. */
  private static int start(Request request, byte[] log) {
    int lines = number(request, "lines").orElse(DEFAULT_LINES);
    int from = lines < 0 ? 0 : log.length;
    for (int left = lines; from > 0 && left > 0; left--) {
      from--; // steps over the newline that ends the line
      while (from > 0 && log[from - 1] != '\n') {
        from--;
      }
    }
    return from;
  }

  private static Optional<Integer> number(Request request, String name) {
    return request
        .parameter(name)
        .filter(value -> value.matches("-?[0-9]{1,9}"))
        .map(Integer::valueOf);
  }

  private static Response failure(int status, String message) {
    Map<String, @Nullable Object> nothing = new LinkedHashMap<>();
    nothing.put("result", null);
    return envelope(status, false, message, nothing);
  }

  private static Response envelope(
      int status, boolean result, String message, Map<String, ? extends @Nullable Object> data) {
    Map<String, Object> envelope = new LinkedHashMap<>();
    envelope.put("result", result);
    envelope.put("msg", message);
    envelope.put("data", data);
    return Response.json(status, PythonJson.bytes(envelope));
  }
}
