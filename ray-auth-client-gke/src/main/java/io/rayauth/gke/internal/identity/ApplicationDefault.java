package io.rayauth.gke.internal.identity;

import com.google.auth.oauth2.CloudShellCredentials;
import com.google.auth.oauth2.ComputeEngineCredentials;
import com.google.auth.oauth2.GoogleCredentials;
import io.rayauth.token.TokenUnavailableException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Looks for application default credentials in Google's order, and remembers where it looked.
 *
 * <p>Google's library does that too, but for the whole process, with one try: a pod that asks
 * before its metadata server is up would never get another answer.
 */
final class ApplicationDefault {
  private static final String FILE_VARIABLE = "GOOGLE_APPLICATION_CREDENTIALS";
  private static final String CLOUD_SHELL_VARIABLE = "DEVSHELL_CLIENT_PORT";
  private static final String QUOTA_VARIABLE = "GOOGLE_CLOUD_QUOTA_PROJECT";

  private final Surroundings surroundings;
  private final List<String> looked = new ArrayList<>();

  private ApplicationDefault(Surroundings surroundings) {
    this.surroundings = surroundings;
  }

  /**
   * Finds the credentials; blocks while a metadata server that must be there does not answer.
   *
   * @throws TokenUnavailableException absent with every place that was looked at, or broken if one
   *     has credentials that cannot be used
   */
  static GoogleCredentials find(Surroundings surroundings) {
    GoogleCredentials found = new ApplicationDefault(surroundings).find();
    String quotaProject = surroundings.variable(QUOTA_VARIABLE);
    return quotaProject == null ? found : found.createWithQuotaProject(quotaProject);
  }

  private GoogleCredentials find() {
    GoogleCredentials found = fromNamedFile();
    if (found == null) {
      found = fromLoginFile();
    }
    if (found == null) {
      found = fromCloudShell();
    }
    if (found == null) {
      found = fromMetadataServer();
    }
    if (found == null) {
      throw TokenUnavailableException.absent(
          "no application default credentials: "
              + String.join("; ", looked)
              + ". On your own machine run 'gcloud auth application-default login'; elsewhere set "
              + FILE_VARIABLE
              + " to the file of a workload identity federation, or run on Google Cloud with a service account");
    }
    return found;
  }

  private @Nullable GoogleCredentials fromNamedFile() {
    String name = surroundings.variable(FILE_VARIABLE);
    if (name == null) {
      looked.add(FILE_VARIABLE + " is not set");
      return null;
    }
    Path file = Path.of(name);
    if (!Files.isRegularFile(file)) {
      throw TokenUnavailableException.broken(
          "%s names %s, and there is no such file".formatted(FILE_VARIABLE, file));
    }
    return read(file);
  }

  /** The file that {@code gcloud auth application-default login} writes. */
  private @Nullable GoogleCredentials fromLoginFile() {
    Path file = gcloudFolder().resolve("application_default_credentials.json");
    if (!Files.isRegularFile(file)) {
      looked.add("there is no file " + file);
      return null;
    }
    return read(file);
  }

  private Path gcloudFolder() {
    String configured = surroundings.variable("CLOUDSDK_CONFIG");
    if (configured != null) {
      return Path.of(configured);
    }
    String roaming = surroundings.variable("APPDATA");
    boolean windows =
        System.getProperty("os.name", "").toLowerCase(Locale.ROOT).startsWith("windows");
    return windows && roaming != null
        ? Path.of(roaming, "gcloud")
        : surroundings.home().resolve(Path.of(".config", "gcloud"));
  }

  private GoogleCredentials read(Path file) {
    try (InputStream in = Files.newInputStream(file)) {
      return GoogleCredentials.fromStream(in, surroundings.http());
    } catch (IOException | RuntimeException e) { // the library casts what it finds in the file
      throw TokenUnavailableException.broken(
          "the credentials file %s cannot be used: %s"
              .formatted(file, Secrets.none().redact(String.valueOf(e.getMessage()))));
    }
  }

  private @Nullable GoogleCredentials fromCloudShell() {
    String port = surroundings.variable(CLOUD_SHELL_VARIABLE);
    if (port == null) {
      looked.add(CLOUD_SHELL_VARIABLE + " is not set (this is no Cloud Shell)");
      return null;
    }
    try {
      return CloudShellCredentials.create(Integer.parseInt(port));
    } catch (NumberFormatException e) {
      throw TokenUnavailableException.broken(CLOUD_SHELL_VARIABLE + " is no port: " + port);
    }
  }

  private @Nullable GoogleCredentials fromMetadataServer() {
    MetadataServer server = new MetadataServer(surroundings);
    String missing = server.whyMissing();
    if (missing != null) {
      looked.add(missing);
      return null;
    }
    return ComputeEngineCredentials.newBuilder()
        .setHttpTransportFactory(surroundings.http())
        .build();
  }
}
