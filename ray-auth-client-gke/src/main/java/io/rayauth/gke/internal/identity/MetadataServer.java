package io.rayauth.gke.internal.identity;

import com.google.api.client.http.GenericUrl;
import com.google.api.client.http.HttpRequest;
import com.google.api.client.http.HttpResponse;
import io.rayauth.token.TokenUnavailableException;
import java.io.IOException;
import java.net.UnknownHostException;
import java.nio.file.Files;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Finds out whether this machine has Google's metadata server.
 *
 * <p>In a new pod on GKE the server may need some seconds, during which connections are refused or
 * hang; so a server that must be there is waited for.
 */
final class MetadataServer {
  private static final String DEFAULT_HOST = "metadata.google.internal";
  private static final String FLAVOR = "Metadata-Flavor";
  private static final String GOOGLE = "Google";

  /**
   * As long as Google's library: elsewhere the address leads to nobody, and everybody would wait.
   */
  private static final int CONNECT_MILLIS = 500;

  private static final int READ_MILLIS = 2_000;
  private static final int TRIES_ELSEWHERE = 3;

  private enum Answer {
    GOOGLE,
    SOMEBODY_ELSE,
    UNKNOWN_HOST,
    NONE
  }

  private final Surroundings surroundings;
  private final String host;

  MetadataServer(Surroundings surroundings) {
    this.surroundings = surroundings;
    String configured = surroundings.variable("GCE_METADATA_HOST");
    this.host = configured == null ? DEFAULT_HOST : configured;
  }

  /**
   * Returns why there is none, null if there is one.
   *
   * @throws TokenUnavailableException broken if it must be there and does not get ready in time
   */
  @Nullable String whyMissing() {
    if (Boolean.parseBoolean(surroundings.variable("NO_GCE_CHECK"))) {
      return "NO_GCE_CHECK forbids to ask the metadata server";
    }
    if (surroundings.variable("GCE_METADATA_HOST") != null || isGooglesMachine()) {
      return null;
    }
    Answer answer = ping();
    if (answer == Answer.NONE && isInPod()) {
      answer = waitForAnswer();
    }
    for (int tries = 1; answer == Answer.NONE && tries < TRIES_ELSEWHERE; tries++) {
      answer = ping();
    }
    return switch (answer) {
      case GOOGLE -> null;
      case SOMEBODY_ELSE -> host + " answers, but is no metadata server";
      case UNKNOWN_HOST -> "there is no metadata server, because no host is named " + host;
      case NONE -> "there is no metadata server, because " + host + " does not answer";
    };
  }

  private Answer waitForAnswer() {
    Patience patience = Patience.start(surroundings.time());
    while (patience.pause("waiting for the metadata server")) {
      Answer answer = ping();
      if (answer != Answer.NONE) {
        return answer;
      }
    }
    throw TokenUnavailableException.broken(
        "this pod knows the metadata server %s, but it did not answer for %s; is the GKE metadata server of this node running (DaemonSet gke-metadata-server in kube-system), and does a network policy allow it?"
            .formatted(host, text(Patience.LIMIT)));
  }

  static String text(Duration duration) {
    return duration.toSeconds() + " seconds";
  }

  private boolean isInPod() {
    return surroundings.variable("KUBERNETES_SERVICE_HOST") != null;
  }

  private boolean isGooglesMachine() {
    try {
      return Files.readString(surroundings.productName()).startsWith(GOOGLE);
    } catch (IOException e) {
      return false; // another system, or a sandbox that does not tell
    }
  }

  private Answer ping() {
    try {
      HttpRequest request =
          surroundings
              .http()
              .create()
              .createRequestFactory()
              .buildGetRequest(new GenericUrl("http://" + host));
      request.setConnectTimeout(CONNECT_MILLIS);
      request.setReadTimeout(READ_MILLIS);
      request.setThrowExceptionOnExecuteError(false);
      request.getHeaders().set(FLAVOR, GOOGLE);
      HttpResponse response = request.execute();
      try {
        return GOOGLE.equals(response.getHeaders().getFirstHeaderStringValue(FLAVOR))
            ? Answer.GOOGLE
            : Answer.SOMEBODY_ELSE;
      } finally {
        response.disconnect();
      }
    } catch (UnknownHostException e) {
      return Answer.UNKNOWN_HOST;
    } catch (IOException e) {
      return Answer.NONE;
    }
  }
}
