package io.rayauth.gke.internal.api;

import com.google.api.client.googleapis.json.GoogleJsonError;
import com.google.api.client.googleapis.json.GoogleJsonResponseException;
import com.google.api.client.http.HttpResponseException;
import io.rayauth.gke.GkeException;
import io.rayauth.gke.GkeException.Reason;
import io.rayauth.gke.internal.identity.Secrets;
import java.io.IOException;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Says what a refusal of GKE's API means (https://cloud.google.com/apis/design/errors).
 *
 * <p>The exceptions of Google's library are no causes, because they quote whole answers.
 */
final class ApiFailure {
  /** A role that has each permission, the smallest of the predefined ones. */
  private static final Map<String, String> ROLES =
      Map.of(
          "container.clusters.get", "roles/container.clusterViewer",
          "container.clusters.list", "roles/container.clusterViewer",
          "container.operations.get", "roles/container.viewer",
          "container.operations.list", "roles/container.viewer",
          "container.operations.update", "roles/container.admin",
          "container.clusters.create", "roles/container.clusterAdmin",
          "container.clusters.delete", "roles/container.clusterAdmin",
          "iam.serviceAccounts.actAs", "roles/iam.serviceAccountUser");

  /** GKE names the permission itself, which may be another one than expected. */
  private static final Pattern REQUIRED =
      Pattern.compile("\"([a-z]+\\.[A-Za-z]+\\.[A-Za-z]+)\" permission");

  private static final Pattern NO_SUCH_PLACE =
      Pattern.compile("(?i)\\b(location|zone|region)\\b.*\\bnot (exist|found|valid)");

  /** What GKE says to a request about a cluster to which something is being done. */
  private static final Pattern IN_PROGRESS =
      Pattern.compile("incompatible operation|is currently \\w+ (cluster|node pool)");

  private ApiFailure() {}

  /** Tells whether a cluster is not there, or the place where it was looked for is not. */
  static boolean isMissing(HttpResponseException answer) {
    return answer.getStatusCode() == 404
        || (answer.getStatusCode() == 400 && NO_SUCH_PLACE.matcher(words(answer)).find());
  }

  static GkeException of(
      String doing, String permission, String project, Secrets secrets, Exception e) {
    if (!(e instanceof HttpResponseException answer)) {
      String words = e.getMessage() == null ? "" : ": " + secrets.redact(e.getMessage());
      boolean ofTheNetwork = e instanceof IOException && e.getClass().getName().startsWith("java");
      return new GkeException(
          Reason.UNREACHABLE,
          "%s failed: GKE's API did not answer (%s%s)"
              .formatted(doing, e.getClass().getSimpleName(), words),
          ofTheNetwork ? e : null);
    }
    String said = secrets.redactKnown(words(answer));
    Reason reason = reason(answer);
    return new GkeException(
        reason, doing + " failed: " + text(reason, permission, project, said), null);
  }

  private static String text(Reason reason, String permission, String project, String said) {
    return switch (reason) {
      case API_DISABLED ->
          "GKE's API is not switched on in the project; run 'gcloud services enable container.googleapis.com --project=%s' and wait a few minutes (%s)"
              .formatted(project, said);
      case FORBIDDEN -> forbidden(permission, project, said);
      case UNAUTHENTICATED ->
          "Google does not take the token; is the clock of this machine right, and the account still there? (%s)"
              .formatted(said);
      default -> said;
    };
  }

  private static String forbidden(String expected, String project, String said) {
    Matcher required = REQUIRED.matcher(said);
    String permission = required.find() ? required.group(1) : expected;
    String role = ROLES.get(permission);
    return "the caller needs the IAM permission %s on project %s%s (%s)"
        .formatted(
            permission, project, role == null ? "" : ", which the role " + role + " has", said);
  }

  private static Reason reason(HttpResponseException answer) {
    return switch (answer.getStatusCode()) {
      case 400 -> IN_PROGRESS.matcher(words(answer)).find() ? Reason.CONFLICT : Reason.INVALID;
      case 401 -> Reason.UNAUTHENTICATED;
      case 403 -> forbidden(answer);
      case 404 -> Reason.NOT_FOUND;
      case 409 -> Reason.CONFLICT;
      case 429 -> Reason.QUOTA;
      case 500, 502, 503, 504 -> Reason.UNREACHABLE;
      default -> Reason.OTHER;
    };
  }

  private static Reason forbidden(HttpResponseException answer) {
    if (isOfADisabledApi(answer)) {
      return Reason.API_DISABLED;
    }
    return words(answer).toLowerCase(Locale.ROOT).contains("quota")
        ? Reason.QUOTA
        : Reason.FORBIDDEN;
  }

  /** Tells whether the project has not switched on the API that refused. */
  static boolean isOfADisabledApi(HttpResponseException answer) {
    GoogleJsonError error =
        answer instanceof GoogleJsonResponseException json ? json.getDetails() : null;
    if (error == null) {
      return false;
    }
    List<GoogleJsonError.Details> details =
        error.getDetails() == null ? List.of() : error.getDetails();
    return details.stream().anyMatch(detail -> "SERVICE_DISABLED".equals(detail.getReason()))
        || (error.getErrors() != null
            && error.getErrors().stream()
                .anyMatch(part -> "accessNotConfigured".equals(part.getReason())));
  }

  /** Returns what the API said, or the status if it said nothing that is meant to be read. */
  static String words(HttpResponseException answer) {
    GoogleJsonError error =
        answer instanceof GoogleJsonResponseException json ? json.getDetails() : null;
    return error == null || error.getMessage() == null
        ? "the API answered with status " + answer.getStatusCode()
        : error.getMessage();
  }
}
