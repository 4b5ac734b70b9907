package io.rayauth.testkit.internal;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/** Answers for the logs of a job: the whole text, and the WebSocket that follows it. */
final class LogRoutes {
  private static final String ONLY_SUBMISSIONS = "Can only get logs of submission type jobs";

  private final Jobs jobs;

  LogRoutes(Jobs jobs) {
    this.jobs = jobs;
  }

  Response get(String id) {
    Optional<JobRecord> found = jobs.table().find(id);
    if (found.isEmpty()) {
      return JobRoutes.unknown(id);
    }
    JobRecord job = found.get();
    if (!job.isSubmission()) {
      return Response.text(400, ONLY_SUBMISSIONS);
    }
    if (!job.hasStarted()) {
      return Response.json(Map.of("logs", ""));
    }
    if (!jobs.agentRuns()) {
      return Response.text(500, RayTexts.of("logs-agent-gone"));
    }
    SecondHop.Arrival arrival =
        SecondHop.to(jobs.table(), String.valueOf(job.submissionId()), false);
    if (arrival.failed()) {
      return arrival.failure("hop-failed-logs");
    }
    byte[] bytes = jobs.logs().bytes(arrival.id()).orElse(new byte[0]);
    Optional<String> error = JobLogs.decodingError(bytes);
    if (error.isPresent()) {
      return SecondHop.Arrival.failure(
          "hop-failed-logs", 500, RayTexts.of("logs-not-utf8", "error", error.get()));
    }
    String text = JobLogs.newlines(new String(bytes, StandardCharsets.UTF_8));
    return Response.json(Map.of("logs", text));
  }

  Response tail(Request request, String id) throws IOException {
    Optional<JobRecord> found = jobs.table().find(id);
    if (found.isEmpty()) {
      return JobRoutes.unknown(id);
    }
    if (!found.get().isSubmission()) {
      return Response.text(400, ONLY_SUBMISSIONS);
    }
    String submissionId = String.valueOf(found.get().submissionId());
    if (!request.isWebSocketUpgrade()) {
      waitForTheEndOf(submissionId);
      return Response.text(500, "500: WebSocket proxy error").withReason("WebSocket proxy error");
    }
    if (!request.headers().first("Sec-WebSocket-Version").orElse("").equals("13")) {
      return Response.text(
          400, "No WebSocket UPGRADE hdr: None\n Can \"Upgrade\" only to \"WebSocket\".");
    }
    if (SecondHop.to(jobs.table(), submissionId, false).failed()) {
      return Response.internalError();
    }
    boolean compressed =
        request.headers().list("Sec-WebSocket-Extensions").stream()
            .anyMatch(offer -> offer.startsWith("permessage-deflate"));
    String key = request.headers().first("Sec-WebSocket-Key").orElse("");
    Headers handshake =
        Headers.of(
            "Upgrade",
            "websocket",
            "Connection",
            "upgrade",
            "Sec-WebSocket-Accept",
            WebSocketFrames.accept(key));
    if (compressed) {
      handshake = handshake.with("Sec-WebSocket-Extensions", "permessage-deflate");
    }
    return Response.webSocket(handshake, new LogTail(jobs, submissionId, compressed)::run);
  }

  /** A request without an upgrade gets its answer only when the inner stream ends. */
  private void waitForTheEndOf(String id) throws IOException {
    try {
      while (jobs.table().find(id).filter(job -> !job.isTerminal()).isPresent()) {
        TimeUnit.NANOSECONDS.sleep(jobs.cluster().tailInterval().toNanos());
      }
    } catch (InterruptedException closing) {
      Thread.currentThread().interrupt();
      throw new IOException("closed while a tail without an upgrade waited", closing);
    }
  }
}
