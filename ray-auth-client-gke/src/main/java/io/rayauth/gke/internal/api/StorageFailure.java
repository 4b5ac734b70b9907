package io.rayauth.gke.internal.api;

import com.google.api.client.http.HttpResponseException;
import io.rayauth.gke.internal.identity.Secrets;
import java.io.IOException;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Says what a refusal of Cloud Storage means
 * (https://cloud.google.com/storage/docs/json_api/v1/status-codes).
 *
 * <p>The exceptions of Google's library are no causes, because they quote whole answers, and the
 * address of an upload, which lets whoever knows it write.
 */
final class StorageFailure {
  private static final Map<String, String> ROLES =
      Map.of(
          "storage.objects.get", "roles/storage.objectViewer",
          "storage.objects.list", "roles/storage.objectViewer",
          "storage.objects.create", "roles/storage.objectCreator",
          "storage.objects.delete", "roles/storage.objectUser");

  private static final Pattern PERMISSION = Pattern.compile("\\bstorage\\.[a-z]+\\.[A-Za-z]+");

  private StorageFailure() {}

  /** Tells whether it is the bucket that is not there, and not an object or an upload. */
  static boolean isOfNoBucket(HttpResponseException answer) {
    return ApiFailure.words(answer).contains("bucket does not exist");
  }

  static IOException of(String doing, String bucket, Secrets secrets, IOException e) {
    if (e instanceof HttpResponseException answer) {
      String said = secrets.redactKnown(ApiFailure.words(answer));
      return new IOException("%s failed: %s".formatted(doing, text(answer, bucket, said)));
    }
    boolean ofTheJdk = e.getClass().getName().startsWith("java");
    return new IOException(
        "%s failed: %s%s"
            .formatted(
                doing,
                e.getClass().getSimpleName(),
                e.getMessage() == null ? "" : ": " + secrets.redact(e.getMessage())),
        ofTheJdk ? e : null);
  }

  private static String text(HttpResponseException answer, String bucket, String said) {
    String words = said.toLowerCase(Locale.ROOT);
    if (isOfNoBucket(answer)) {
      return "there is no bucket '%1$s'; is the name right? 'gcloud storage buckets create gs://%1$s' makes one (%2$s)"
          .formatted(bucket, said);
    }
    if (answer.getStatusCode() == 401) {
      return "Google does not take the token; is the clock of this machine right, and the account still there? (%s)"
          .formatted(said);
    }
    if (ApiFailure.isOfADisabledApi(answer)) {
      return "Cloud Storage is not switched on in the project; run 'gcloud services enable storage.googleapis.com' and wait a few minutes (%s)"
          .formatted(said);
    }
    if (words.contains("user project") || words.contains("serviceusage")) {
      return "the requests have to count for a project that the caller may use: name one by quotaProject(…), on which the caller has the role roles/serviceusage.serviceUsageConsumer (%s)"
          .formatted(said);
    }
    if (words.contains("billing") || words.contains("to be billed")) {
      return "the project that pays for the bucket has no billing account that works; give it one (%s)"
          .formatted(said);
    }
    Matcher permission = PERMISSION.matcher(said);
    return answer.getStatusCode() == 403 && permission.find()
        ? forbidden(bucket, permission.group(), said)
        : said;
  }

  private static String forbidden(String bucket, String permission, String said) {
    String role = ROLES.get(permission);
    String remedy =
        role == null
            ? ""
            : ", which the role %2$s has: 'gcloud storage buckets add-iam-policy-binding gs://%1$s --member=… --role=%2$s'"
                .formatted(bucket, role);
    return "the caller needs the IAM permission %s on bucket %s%s (%s)"
        .formatted(permission, bucket, remedy, said);
  }
}
