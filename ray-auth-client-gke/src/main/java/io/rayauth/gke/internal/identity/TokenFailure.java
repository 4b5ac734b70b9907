package io.rayauth.gke.internal.identity;

import com.google.api.client.http.HttpResponseException;
import com.google.api.client.json.GenericJson;
import com.google.api.client.json.gson.GsonFactory;
import com.google.auth.oauth2.ComputeEngineCredentials;
import com.google.auth.oauth2.ExternalAccountCredentials;
import com.google.auth.oauth2.GoogleCredentials;
import com.google.auth.oauth2.ImpersonatedCredentials;
import com.google.auth.oauth2.ServiceAccountCredentials;
import com.google.auth.oauth2.UserCredentials;
import io.rayauth.time.TimeSource;
import io.rayauth.token.TokenUnavailableException;
import java.io.IOException;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeFormatter;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/**
 * Says why Google gave no token, and what to do about it.
 *
 * <p>What Google's library throws quotes whole answers, which may quote what was sent; so its
 * exceptions are no causes, and its texts are redacted.
 */
final class TokenFailure {
  private static final String LOGIN = "gcloud auth application-default login";
  private static final Duration TOLERATED_SKEW = Duration.ofMinutes(1);

  /** What the library makes of an answer of the metadata server, and of one in OAuth's form. */
  private static final Pattern STATUS = Pattern.compile("Error code (\\d{3})\\b");

  private static final Pattern OAUTH_ERROR =
      Pattern.compile("Error code ([a-z_]+)(?:: (.*))?", Pattern.DOTALL);

  private final Throwable failure;
  private final GoogleCredentials credentials;
  private final TimeSource time;
  private final Secrets secrets;

  private TokenFailure(Throwable failure, GoogleCredentials credentials, TimeSource time) {
    this.failure = failure;
    this.credentials = credentials;
    this.time = time;
    this.secrets = Secrets.of(credentials);
  }

  static TokenUnavailableException of(
      Throwable failure, GoogleCredentials credentials, TimeSource time) {
    return new TokenFailure(failure, credentials, time).exception();
  }

  /** Tells whether a metadata server that is about to start may fail like this. */
  static boolean mayPass(IOException failure) {
    if (networkFailure(failure) != null) {
      return true;
    }
    int status = status(failure);
    return status == 429 || status >= 500;
  }

  private TokenUnavailableException exception() {
    IOException network = networkFailure(failure);
    if (network != null) {
      return TokenUnavailableException.broken(
          "no token for %s: %s did not answer (%s)"
              .formatted(
                  who(),
                  credentials instanceof ComputeEngineCredentials
                      ? "the metadata server"
                      : "Google's server",
                  words(network)),
          network);
    }
    return TokenUnavailableException.broken("no token for %s: %s".formatted(who(), reason()));
  }

  private String reason() {
    ErrorAnswer error = error();
    if (error.code().equals("invalid_grant")) {
      return invalidGrant(error);
    }
    int status = status(failure);
    if (credentials instanceof ComputeEngineCredentials) {
      return status == 404
          ? "the metadata server has no token with these scopes; give the machine or the pod a service account"
          : "the metadata server answered with status %d: %s".formatted(status, said(error));
    }
    if (status == 403 && impersonated() != null) {
      return "%s may not be impersonated; give the caller the role roles/iam.serviceAccountTokenCreator on it (%s)"
          .formatted(impersonated(), said(error));
    }
    return said(error) + skew().map(skew -> "; " + skew).orElse("");
  }

  private String invalidGrant(ErrorAnswer error) {
    if (source() instanceof UserCredentials) {
      return error.subtype().equals("invalid_rapt")
          ? "the login is too old for the rules of your organisation; run '%s'".formatted(LOGIN)
          : "the login has ended or was revoked; run '%s' (%s)".formatted(LOGIN, said(error));
    }
    if (source() instanceof ServiceAccountCredentials account) {
      if (error.description().contains("timeframe")) {
        return "Google finds the time wrong: "
            + skew().orElse("compare the clock of this machine with the real time")
            + " ("
            + said(error)
            + ")";
      }
      return "Google does not take the key '%s' of %s; it may have been deleted or disabled: make a new one (%s)"
          .formatted(account.getPrivateKeyId(), account.getClientEmail(), said(error));
    }
    return "Google did not take the subject token; look at the provider's issuer, audience and attribute condition (%s)"
        .formatted(said(error));
  }

  /** What an answer says about itself, in OAuth's form or in that of Google's APIs. */
  private record ErrorAnswer(String code, String description, String subtype) {}

  private ErrorAnswer error() {
    HttpResponseException answer = find(HttpResponseException.class, failure);
    if (answer != null && answer.getContent() != null) {
      try {
        GenericJson body =
            GsonFactory.getDefaultInstance().fromString(answer.getContent(), GenericJson.class);
        if (body != null && body.get("error") instanceof Map<?, ?> error) {
          return new ErrorAnswer(text(error.get("status")), text(error.get("message")), "");
        }
        if (body != null && body.get("error") != null) {
          return new ErrorAnswer(
              text(body.get("error")),
              text(body.get("error_description")),
              text(body.get("error_subtype")));
        }
      } catch (IOException | IllegalArgumentException e) {
        return new ErrorAnswer("", "", ""); // no JSON: something in between answered
      }
    }
    for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
      Matcher matcher = OAUTH_ERROR.matcher(String.valueOf(cause.getMessage()));
      if (matcher.matches()) {
        return new ErrorAnswer(matcher.group(1), text(matcher.group(2)), "");
      }
    }
    return new ErrorAnswer("", "", "");
  }

  private String said(ErrorAnswer error) {
    if (!error.code().isEmpty() || !error.description().isEmpty()) {
      return secrets.redact((error.code() + ": " + error.description()).replaceAll("^: |: $", ""));
    }
    HttpResponseException answer = find(HttpResponseException.class, failure);
    if (answer != null) {
      return "the answer had status " + answer.getStatusCode();
    }
    Throwable deepest = failure;
    while (deepest.getCause() != null) {
      deepest = deepest.getCause();
    }
    return secrets.redact(String.valueOf(deepest.getMessage()));
  }

  /** How wrong this machine's clock is by the clock of the server that answered. */
  private Optional<String> skew() {
    HttpResponseException answer = find(HttpResponseException.class, failure);
    String date =
        answer == null || answer.getHeaders() == null
            ? null
            : answer.getHeaders().getFirstHeaderStringValue("date");
    if (date == null) {
      return Optional.empty();
    }
    try {
      Instant server = DateTimeFormatter.RFC_1123_DATE_TIME.parse(date, Instant::from);
      Duration ahead = Duration.between(server, time.instant());
      if (ahead.abs().compareTo(TOLERATED_SKEW) < 0) {
        return Optional.empty();
      }
      return Optional.of(
          "the clock of this machine is %d seconds %s"
              .formatted(ahead.abs().toSeconds(), ahead.isNegative() ? "slow" : "fast"));
    } catch (DateTimeException e) {
      return Optional.empty();
    }
  }

  private String who() {
    String impersonated = impersonated();
    if (impersonated != null) {
      return impersonated;
    }
    if (credentials instanceof ServiceAccountCredentials account) {
      return account.getClientEmail();
    }
    return GoogleAccount.kind(credentials);
  }

  private @Nullable String impersonated() {
    if (credentials instanceof ImpersonatedCredentials impersonated) {
      return impersonated.getAccount();
    }
    return credentials instanceof ExternalAccountCredentials external
        ? external.getServiceAccountEmail()
        : null;
  }

  /** Whose login failed: behind an impersonation that is somebody else. */
  private GoogleCredentials source() {
    return credentials instanceof ImpersonatedCredentials impersonated
        ? impersonated.getSourceCredentials()
        : credentials;
  }

  private static int status(Throwable failure) {
    HttpResponseException answer = find(HttpResponseException.class, failure);
    if (answer != null) {
      return answer.getStatusCode();
    }
    Matcher matcher = STATUS.matcher(String.valueOf(failure.getMessage()));
    return matcher.find() ? Integer.parseInt(matcher.group(1)) : 0;
  }

  private static @Nullable IOException networkFailure(Throwable failure) {
    IOException unknownHost = find(UnknownHostException.class, failure);
    if (unknownHost != null) {
      return unknownHost;
    }
    IOException timeout = find(SocketTimeoutException.class, failure);
    if (timeout != null) {
      return timeout;
    }
    IOException tls = find(SSLException.class, failure);
    return tls != null ? tls : find(SocketException.class, failure);
  }

  private static String words(IOException network) {
    String message = network.getMessage();
    return network.getClass().getSimpleName() + (message == null ? "" : ": " + message);
  }

  private static <T extends Throwable> @Nullable T find(Class<T> type, Throwable failure) {
    for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
      if (type.isInstance(cause)) {
        return type.cast(cause);
      }
    }
    return null;
  }

  private static String text(@Nullable Object value) {
    return value == null ? "" : value.toString();
  }
}
