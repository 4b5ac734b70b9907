package io.rayauth.benchmarks;

import static java.nio.charset.StandardCharsets.US_ASCII;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/**
 * Answers the list of all jobs with one fixed body, because no fake cluster should have to run ten
 * thousand processes for it.
 */
final class JobListServer implements AutoCloseable {
  static final int JOBS = 10_000;

  /** In front of the path, it makes all jobs go on. */
  static final String RUNNING = "/running";

  private static final String JOBS_PATH = "/api/jobs/";

  private static final String VERSION =
      """
      {"version": "4", "ray_version": "2.60.0", "ray_commit": "0000000000000000000000000000000000000000", "session_name": "session_benchmark"}\
      """;

  private final ExecutorService threads = Executors.newCachedThreadPool();
  private final HttpServer server;

  private JobListServer(HttpServer server) {
    this.server = server;
  }

  static JobListServer start() throws IOException {
    // Head and body are two writes; without this, each answer waits for a delayed ACK.
    System.setProperty("sun.net.httpserver.nodelay", "true");
    JobListServer started =
        new JobListServer(
            HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0));
    byte[] list = body().getBytes(US_ASCII);
    byte[] version = VERSION.getBytes(US_ASCII);
    started.server.createContext(JOBS_PATH, exchange -> answer(exchange, list));
    started.server.createContext("/api/version", exchange -> answer(exchange, version));
    byte[] running = running(body()).getBytes(US_ASCII);
    started.server.createContext(
        RUNNING + JOBS_PATH,
        exchange -> {
          String path = exchange.getRequestURI().getPath();
          String id = path.substring((RUNNING + JOBS_PATH).length());
          answer(exchange, id.isEmpty() ? running : running(job(number(id))).getBytes(US_ASCII));
        });
    started.server.setExecutor(started.threads);
    started.server.start();
    return started;
  }

  URI url() {
    return URI.create("http://localhost:" + server.getAddress().getPort());
  }

  @Override
  public void close() {
    server.stop(0);
    threads.shutdownNow();
  }

  private static void answer(HttpExchange exchange, byte[] body) throws IOException {
    try (exchange) {
      exchange.getResponseHeaders().set("Content-Type", "application/json; charset=utf-8");
      exchange.sendResponseHeaders(200, body.length);
      exchange.getResponseBody().write(body);
    }
  }

  static String id(int job) {
    return "raysubmit_%016d".formatted(job);
  }

  private static int number(String id) {
    return Integer.parseInt(id.substring(id.indexOf('_') + 1));
  }

  private static String running(String jobs) {
    return jobs.replaceAll("\"(SUCCEEDED|FAILED)\"", "\"RUNNING\"");
  }

  /** About a kilobyte for each job, spaced like Python's {@code json.dumps}. */
  private static String body() {
    StringBuilder list = new StringBuilder(JOBS * 1024);
    for (int i = 0; i < JOBS; i++) {
      list.append(i == 0 ? "[" : ", ").append(job(i));
    }
    return list.append("]").toString();
  }

  private static String job(int i) {
    boolean failed = i % 10 == 0;
    return """
    {"type": "SUBMISSION", "job_id": "%08x", "submission_id": "%s", \
    "driver_info": {"id": "%08x", "node_ip_address": "10.0.0.%d", "pid": "%d"}, \
    "status": "%s", "entrypoint": "python -m training.main --config s3://models/run-%d/config.yaml --epochs 40 --learning-rate 0.0003", \
    "message": "%s", "error_type": %s, "start_time": %d, "end_time": %d, \
    "metadata": {"job_name": "nightly-%d", "team": "recommendations", "owner": "someone@example.com", "ticket": "ML-%d", "trace_id": "%032x"}, \
    "runtime_env": {"working_dir": "gcs://_ray_pkg_%016x.zip", "pip": ["torch==2.9.0", "pandas==2.3.3", "s3fs==2026.1.0"], \
    "env_vars": {"RUN_ID": "%d", "DATA_BUCKET": "s3://data-lake-production/features", "LOG_LEVEL": "INFO"}}, \
    "driver_agent_http_address": "http://10.0.0.%d:52365", "driver_node_id": "%056x", "driver_exit_code": %d}\
    """
        .formatted(
            i + 1,
            id(i),
            i + 1,
            i % 250,
            1000 + i,
            failed ? "FAILED" : "SUCCEEDED",
            i,
            failed
                ? "Job entrypoint command failed with exit code 1, last available logs (truncated to 20,000 chars):\\n"
                    + "ValueError: no such feature\\n".repeat(8)
                : "Job finished successfully.",
            failed ? "\"JOB_ENTRYPOINT_COMMAND_ERROR\"" : "null",
            1_795_489_233_504L + i * 1000L,
            1_795_489_240_217L + i * 1000L,
            i,
            i,
            i,
            i,
            i,
            i % 250,
            i,
            failed ? 1 : 0);
  }
}
