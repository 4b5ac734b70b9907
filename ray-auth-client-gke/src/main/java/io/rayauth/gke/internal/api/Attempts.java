package io.rayauth.gke.internal.api;

import com.google.api.client.http.EmptyContent;
import com.google.api.client.http.HttpExecuteInterceptor;
import com.google.api.client.http.HttpIOExceptionHandler;
import com.google.api.client.http.HttpRequest;
import com.google.api.client.http.HttpResponse;
import com.google.api.client.http.HttpUnsuccessfulResponseHandler;
import com.google.api.client.util.BackOff;
import com.google.api.client.util.ExponentialBackOff;
import io.rayauth.gke.internal.identity.GoogleAccount;
import io.rayauth.time.TimeSource;
import io.rayauth.token.AccessToken;
import java.io.IOException;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Is one request to Cloud Storage with as many attempts as it takes: each with a token that is good
 * then, and pauses as Google's guide wants them
 * (https://cloud.google.com/storage/docs/retry-strategy).
 *
 * <p>Google's library resends up to ten times, and of an upload what is missing after a failure of
 * the network or the server. Not thread-safe.
 */
final class Attempts
    implements HttpExecuteInterceptor, HttpUnsuccessfulResponseHandler, HttpIOExceptionHandler {
  /** How long is tried after the first failure. */
  private static final Duration PATIENCE = Duration.ofMinutes(2);

  private static final int UNAUTHORIZED = 401;
  private static final int REQUEST_TIMEOUT = 408;
  private static final int TOO_MANY_REQUESTS = 429;

  private final GoogleAccount account;
  private @Nullable AccessToken token;
  private boolean refused;
  private @Nullable BackOff pauses;

  Attempts(GoogleAccount account) {
    this.account = account;
  }

  void attachTo(HttpRequest request) {
    request.setInterceptor(this).setUnsuccessfulResponseHandler(this).setIOExceptionHandler(this);
  }

  @Override
  public void intercept(HttpRequest request) {
    token = account.token();
    request.getHeaders().setAuthorization("Bearer " + token.value());
    String quotaProject = account.credentials().getQuotaProjectId();
    if (quotaProject != null) {
      request.getHeaders().set("x-goog-user-project", quotaProject);
    }
  }

  @Override
  public boolean handleResponse(HttpRequest request, HttpResponse response, boolean mayRetry) {
    int status = response.getStatusCode();
    if (status == UNAUTHORIZED && token != null && !refused) {
      refused = true;
      account.reject(token);
      askForTheRest(request);
      return mayRetry;
    }
    boolean mayPass = status >= 500 || status == TOO_MANY_REQUESTS || status == REQUEST_TIMEOUT;
    if (!mayPass || !mayRetry || !pause()) {
      return false;
    }
    askForTheRest(request);
    return true;
  }

  @Override
  public boolean handleIOException(HttpRequest request, boolean mayRetry) {
    return mayRetry && pause();
  }

  /**
   * Asks how much of a chunk has arrived instead of sending it again: its stream has been read to
   * somewhere, and what is left of it would go where the chunk begins. Google's uploader does the
   * same itself, but only after status 5xx and failures of the network.
   */
  private static void askForTheRest(HttpRequest request) {
    String range = request.getHeaders().getContentRange();
    if (range != null) {
      request.setContent(new EmptyContent());
      request.getHeaders().setContentRange("bytes */" + range.substring(range.indexOf('/') + 1));
    }
  }

  private boolean pause() {
    TimeSource time = account.surroundings().time();
    if (pauses == null) {
      pauses =
          new ExponentialBackOff.Builder()
              .setInitialIntervalMillis(1000)
              .setMultiplier(2)
              .setMaxElapsedTimeMillis((int) PATIENCE.toMillis())
              .setNanoClock(time::nanoTime)
              .build();
    }
    try {
      long millis = pauses.nextBackOffMillis();
      if (millis == BackOff.STOP) {
        return false;
      }
      time.sleep(Duration.ofMillis(millis));
      return true;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    } catch (IOException e) {
      return false;
    }
  }
}
