package io.rayauth.internal.call;

import io.rayauth.error.JobConflictException;
import io.rayauth.error.JobNotFoundException;
import io.rayauth.error.RayApiException;
import io.rayauth.error.RayAuthException;
import io.rayauth.error.RayAuthException.RefusedBy;
import io.rayauth.error.RayException;
import io.rayauth.error.RayTransportException;
import io.rayauth.error.ServerAnswer;
import io.rayauth.internal.http.ApiRequest;
import io.rayauth.internal.http.ApiResponse;
import io.rayauth.internal.http.Outcome;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Turns what the server said, or that it said nothing, into an exception by its meaning. */
final class Failures {
  private static final int EXCERPT = 4096;
  private static final int LONGEST_REASON = 500;

  /**
   * How a hop of the dashboard reports the status of the hop behind it ({@code _raise_error} of
   * {@code job_head.py}).
   */
  private static final Pattern INNER_STATUS =
      Pattern.compile("Request failed with status code (\\d{3}): ");

  private static final Pattern CONFLICT =
      Pattern.compile(
          "Job with submission_id (\\S+) already exists\\. Please use a different submission_id\\.");
  private static final Pattern UNKNOWN_JOB = Pattern.compile("Job (.+) does not exist");
  private static final Pattern PROXY_REFUSAL =
      Pattern.compile(
          "Forbidden \\(user=(\\S*), verb=(\\S*), resource=(\\S*), subresource=(\\S*)\\)");

  private Failures() {}

  static RayException of(
      ApiRequest request, Outcome outcome, int attempts, CallEngine.Tokens sent) {
    if (outcome instanceof Outcome.NoAnswer no) {
      String message =
          "%s %s: %s%s"
              .formatted(request.method(), request.plainPath(), no.what(), after(attempts));
      return no.mayHaveBeenSent()
          ? RayTransportException.answerLost(message, no.cause(), attempts)
          : RayTransportException.notSent(message, no.cause(), attempts);
    }
    return ofAnswer(request, ((Outcome.Answer) outcome).response(), attempts, sent);
  }

  private static RayException ofAnswer(
      ApiRequest request, ApiResponse response, int attempts, CallEngine.Tokens sent) {
    String body = sent.scrubbed(response.text());
    int status = unwrapped(response.status(), body);
    String reason = response.isHtml() ? "" : reason(body);
    ServerAnswer answer =
        new ServerAnswer(
            request.method(),
            request.plainPath(),
            status,
            reason,
            body.length() <= EXCERPT ? body : body.substring(0, EXCERPT),
            attempts,
            List.of(408, 429, 502, 503, 504).contains(status)
                || body.contains("Server got itself in trouble"));
    String said =
        "%s %s → %d%s"
            .formatted(
                answer.method(),
                answer.path(),
                response.status(),
                answer.reason().isEmpty() ? "" : ": " + answer.reason());

    if (response.status() == 401 || response.status() == 403) {
      return refusal(said, answer, response);
    }
    Matcher conflict = CONFLICT.matcher(body);
    if (conflict.find()) {
      return new JobConflictException(said, answer, conflict.group(1));
    }
    Matcher unknown = UNKNOWN_JOB.matcher(body);
    if (status == 404 && unknown.find()) {
      return new JobNotFoundException(said, answer, unknown.group(1));
    }
    return new RayApiException(said + advice(response, body) + after(attempts), answer);
  }

  private static String advice(ApiResponse response, String body) {
    if (response.status() >= 300 && response.status() < 400) {
      return "; it points to "
          + target(response)
          + ", and redirects are not followed because the token would go along. Give the final address, or sign in there";
    }
    if (response.status() == 413) {
      return "; the dashboard takes bodies of up to 100 MiB, and a proxy or ingress in front of it often less (nginx 1 MiB, unless client_max_body_size says otherwise)";
    }
    if (response.isHtml()) {
      return "; a web page came instead of an answer of the API, such as a login page. Is this the address of the dashboard?";
    }
    if (body.startsWith("404: Not Found")) {
      return "; is this the address of a Ray dashboard, with the right path in front of /api?";
    }
    return "";
  }

  /** The target without its query, which may hold a state or a token. */
  private static String target(ApiResponse response) {
    return response
        .header("Location")
        .map(location -> location.replaceAll("[?#].*", ""))
        .orElse("nowhere");
  }

  private static RayAuthException refusal(String said, ServerAnswer answer, ApiResponse response) {
    Matcher byProxy = PROXY_REFUSAL.matcher(answer.reason());
    if (byProxy.find()) {
      return new RayAuthException(
          said
              + "; kube-rbac-proxy knows the caller but Kubernetes RBAC does not allow it. Grant the verb '%s' on %s.ray.io to %s; check with `kubectl auth can-i %s %s.ray.io/<cluster> --as=%s`. A new grant can take 30 s to be seen"
                  .formatted(
                      byProxy.group(2),
                      byProxy.group(3),
                      byProxy.group(1),
                      byProxy.group(2),
                      byProxy.group(3),
                      byProxy.group(1)),
          answer,
          RefusedBy.KUBE_RBAC_PROXY);
    }
    return switch (answer.reason()) {
      case "Unauthorized: Missing authentication token" ->
          new RayAuthException(
              said
                  + "; Ray wants a token and saw none. Give the client a tokenProvider(…); if it has one, something in between took the Authorization header away: use rayTokenProvider(…) for Ray then",
              answer,
              RefusedBy.RAY);
      case "Forbidden: Invalid authentication token" ->
          new RayAuthException(
              said
                  + "; Ray does not accept the token: it is wrong or expired, or, where Ray asks Kubernetes, its owner lacks the verb 'ray:write' on the RayCluster",
              answer,
              RefusedBy.RAY);
      case "Unauthorized" ->
          response.header("X-Content-Type-Options").isPresent()
                  && response.header("WWW-Authenticate").isEmpty()
              ? new RayAuthException(
                  said
                      + "; kube-rbac-proxy cannot tell who the caller is: no token, an expired one, one for another audience, or the proxy itself may not ask Kubernetes (TokenReview)",
                  answer,
                  RefusedBy.KUBE_RBAC_PROXY)
              : unknownHop(said, answer);
      default -> unknownHop(said, answer);
    };
  }

  private static RayAuthException unknownHop(String said, ServerAnswer answer) {
    return new RayAuthException(
        said
            + "; neither Ray nor kube-rbac-proxy answers like this, so something in front of them refused",
        answer,
        RefusedBy.UNKNOWN);
  }

  private static int unwrapped(int status, String body) {
    int inner = status;
    if (status == 500) {
      Matcher matcher = INNER_STATUS.matcher(body);
      while (matcher.find()) {
        inner = Integer.parseInt(matcher.group(1));
      }
    }
    return inner;
  }

  /**
   * A traceback says what happened in its last line that is neither empty nor the dot that the
   * wrapping hop appends.
   */
  private static String reason(String body) {
    List<String> lines =
        body.lines()
            .map(String::strip)
            .filter(line -> !line.isEmpty() && !line.equals("."))
            .toList();
    if (lines.isEmpty()) {
      return "";
    }
    String last = lines.get(lines.size() - 1);
    return last.length() <= LONGEST_REASON ? last : last.substring(0, LONGEST_REASON) + "…";
  }

  private static String after(int attempts) {
    return attempts > 1 ? " (after " + attempts + " attempts)" : "";
  }
}
