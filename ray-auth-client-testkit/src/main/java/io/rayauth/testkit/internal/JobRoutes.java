package io.rayauth.testkit.internal;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.Charset;
import java.nio.charset.IllegalCharsetNameException;
import java.nio.charset.StandardCharsets;
import java.nio.charset.UnsupportedCharsetException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;

/** Answers for {@code /api/jobs/}: submit, list, get, stop and delete. */
final class JobRoutes {
  /** What the agent's HTTP server takes, in bytes of ASCII JSON. */
  private static final int LARGEST_SUBMISSION = 1 << 20;

  private final Jobs jobs;

  JobRoutes(Jobs jobs) {
    this.jobs = jobs;
  }

  Response submit(Request request) {
    if (request.headers().has("Content-Encoding")) {
      return Response.internalError();
    }
    Object json;
    try {
      json = PythonJson.read(decoded(request));
    } catch (JacksonException
        | CharacterCodingException
        | IllegalCharsetNameException
        | UnsupportedCharsetException unreadable) {
      return Response.internalError();
    }
    if (!(json instanceof Map<?, ?> object)) {
      return Response.internalError();
    }
    try {
      return submit(SubmitRequest.of(object));
    } catch (SubmitRequest.Invalid invalid) {
      return Response.text(400, String.valueOf(invalid.getMessage()));
    }
  }

  private static String decoded(Request request) throws CharacterCodingException {
    Charset charset = StandardCharsets.UTF_8;
    for (String part : request.headers().first("Content-Type").orElse("").split(";", -1)) {
      String parameter = part.strip();
      if (parameter.toLowerCase(Locale.ROOT).startsWith("charset=")) {
        charset = Charset.forName(parameter.substring("charset=".length()).replace("\"", ""));
      }
    }
    return charset.newDecoder().decode(ByteBuffer.wrap(request.body())).toString();
  }

  private Response submit(SubmitRequest request) {
    if (request.encodedLength() > LARGEST_SUBMISSION) {
      return refused(500, RayTexts.of("submit-too-large"));
    }
    String badLabel = request.badLabelSelector();
    if (badLabel != null) {
      return refused(400, RayTexts.of("submit-label-selector", "value", badLabel));
    }
    if (!jobs.add(request)) {
      return refused(400, RayTexts.of("submit-duplicate", "id", request.id()));
    }
    String logError = Jobs.logFileError(request.id());
    if (logError != null) { // the record stays behind, PENDING for ever, as in Ray
      int status = logError.startsWith("ValueError") ? 400 : 500;
      return refused(status, RayTexts.of("submit-log-file", "error", logError));
    }
    jobs.start(request);
    Map<String, String> answer = new LinkedHashMap<>();
    answer.put("job_id", request.id());
    answer.put("submission_id", request.id());
    return Response.json(answer);
  }

  private static Response refused(int status, String text) {
    return SecondHop.Arrival.failure("hop-failed-submit", status, text);
  }

  Response list(Request request) {
    if (!request.comesFromBrowser()) {
      return Response.json(jobs.table().listJson());
    }
    List<Map<String, @Nullable Object>> all =
        jobs.table().all().stream().map(JobRecord::toRedactedJson).toList();
    return Response.json((Object) all);
  }

  Response get(Request request, String id) {
    if (request.comesFromBrowser()) {
      return jobs.table()
          .find(id)
          .map(job -> Response.json((Object) job.toRedactedJson()))
          .orElseGet(() -> unknown(id));
    }
    return jobs.table().json(id).map(Response::json).orElseGet(() -> unknown(id));
  }

  Response stop(String id) {
    Optional<JobRecord> job = jobs.table().find(id);
    if (job.isEmpty()) {
      return unknown(id);
    }
    if (!job.get().isSubmission()) {
      return Response.text(400, "Can only stop submission type jobs");
    }
    SecondHop.Arrival arrival =
        SecondHop.to(jobs.table(), String.valueOf(job.get().submissionId()), false);
    return arrival.failed()
        ? arrival.failure("hop-failed-stop")
        : Response.json(Map.of("stopped", jobs.stop(arrival.id())));
  }

  Response delete(String id) {
    Optional<JobRecord> job = jobs.table().find(id);
    if (job.isEmpty()) {
      return unknown(id);
    }
    if (!job.get().isSubmission()) {
      return Response.text(400, "Can only delete submission type jobs");
    }
    SecondHop.Arrival arrival =
        SecondHop.to(jobs.table(), String.valueOf(job.get().submissionId()), true);
    if (arrival.failed()) {
      return arrival.failure("hop-failed-delete");
    }
    if (jobs.table().removeEnded(arrival.id())) {
      return Response.json(Map.of("deleted", true));
    }
    String status = jobs.table().find(arrival.id()).map(JobRecord::status).orElse("PENDING");
    return SecondHop.Arrival.failure(
        "hop-failed-delete",
        500,
        RayTexts.of("delete-not-terminal", "id", arrival.id(), "status", status));
  }

  static Response unknown(String id) {
    return Response.text(404, "Job " + id + " does not exist");
  }
}
