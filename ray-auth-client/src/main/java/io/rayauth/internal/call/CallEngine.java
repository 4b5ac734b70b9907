package io.rayauth.internal.call;

import io.rayauth.RetryPolicy;
import io.rayauth.error.RayException;
import io.rayauth.error.RayInterruptedException;
import io.rayauth.error.RayTransportException;
import io.rayauth.internal.http.ApiRequest;
import io.rayauth.internal.http.ApiResponse;
import io.rayauth.internal.http.Deadline;
import io.rayauth.internal.http.JdkTransport;
import io.rayauth.internal.http.Outcome;
import io.rayauth.time.TimeSource;
import io.rayauth.token.AccessToken;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * Runs requests: the only loop in this library that sends one twice.
 *
 * <p>Every request of the Jobs API may be repeated: GET, PUT, DELETE and stop by their nature, a
 * submission because its id is chosen before the first byte. A token that is refused is dropped and
 * replaced once; a refusal is never looped on, because Ray in Kubernetes mode asks the API server
 * anew each time.
 */
public final class CallEngine {
  private static final System.Logger LOG = System.getLogger(CallEngine.class.getName());

  private final JdkTransport transport;
  private final List<Credential> credentials;
  private final Map<String, String> headers;
  private final RetryPolicy retries;
  private final Semaphore slots;
  private final UnaryOperator<RayException> explanation;
  private final Events events;
  private final TimeSource time;
  private final RandomGenerator random;

  /** Creates an engine over a transport. */
  public CallEngine(
      JdkTransport transport,
      List<Credential> credentials,
      Map<String, String> headers,
      RetryPolicy retries,
      int maxConcurrentRequests,
      UnaryOperator<RayException> explanation,
      Events events,
      TimeSource time,
      RandomGenerator random) {
    this.transport = transport;
    this.credentials = credentials;
    this.headers = headers;
    this.retries = retries;
    this.slots = new Semaphore(maxConcurrentRequests);
    this.explanation = explanation;
    this.events = events;
    this.time = time;
    this.random = random;
  }

  /**
   * Sends a request until it is answered with success, the policy or the deadline ends it, or it
   * fails for good.
   */
  public ApiResponse run(ApiRequest request, Duration timeout) {
    try {
      return answered(request, timeout);
    } catch (RayException e) {
      throw explained(e);
    }
  }

  private ApiResponse answered(ApiRequest request, Duration timeout) {
    Deadline deadline = Deadline.in(timeout, time);
    Deadline budget = Deadline.in(retries.budget(), time);
    boolean refusedBefore = false;
    boolean sentBefore = false;
    for (int attempt = 1; ; attempt++) {
      Tokens tokens = tokens();
      Outcome outcome = attempt(request, tokens, deadline, attempt, sentBefore);
      sentBefore = outcome.mayHaveBeenSent();
      Verdict verdict = Verdict.of(outcome, time);
      switch (verdict.kind()) {
        case OK -> {
          return ((Outcome.Answer) outcome).response();
        }
        case REJECTED -> {
          if (refusedBefore || !replaced(tokens)) {
            throw Failures.of(request, outcome, attempt, tokens);
          }
          refusedBefore = true;
        }
        case AGAIN -> {
          RayException failure = Failures.of(request, outcome, attempt, tokens);
          Duration pause =
              verdict.retryAfter() == null
                  ? retries.delayAfter(attempt, random)
                  : verdict.retryAfter();
          if (attempt >= retries.attempts() || !deadline.allows(pause) || !budget.allows(pause)) {
            throw failure;
          }
          pause(request, attempt, pause, failure);
        }
        case FAILED -> throw Failures.of(request, outcome, attempt, tokens);
      }
    }
  }

  /** Returns what a WebSocket handshake is sent with. */
  public Tokens tokens() {
    AccessToken[] sent = new AccessToken[credentials.size()];
    for (int i = 0; i < sent.length; i++) {
      sent[i] = credentials.get(i).tokens().token();
    }
    return carrying(sent);
  }

  /** Returns the same if it is to be had without waiting for anything; null if not. */
  public @Nullable Tokens freshTokens() {
    AccessToken[] sent = new AccessToken[credentials.size()];
    for (int i = 0; i < sent.length; i++) {
      AccessToken fresh = credentials.get(i).tokens().freshToken();
      if (fresh == null) {
        return null;
      }
      sent[i] = fresh;
    }
    return carrying(sent);
  }

  private Tokens carrying(AccessToken[] sent) {
    Map<String, String> all = new HashMap<>(headers);
    for (int i = 0; i < sent.length; i++) {
      all.put(credentials.get(i).header(), "Bearer " + sent[i].value());
    }
    return new Tokens(all, sent);
  }

  /**
   * Drops the tokens that were refused and tells whether there are now others: if not, sending the
   * same ones again would be in vain.
   */
  public boolean replaced(Tokens refused) {
    boolean changed = false;
    for (int i = 0; i < refused.sent.length; i++) {
      credentials.get(i).tokens().reject(refused.sent[i]);
      changed |= !credentials.get(i).tokens().token().value().equals(refused.sent[i].value());
    }
    return changed;
  }

  /** Explains why a handshake failed, like any other request. */
  public RayException failure(ApiRequest request, Outcome outcome, int attempts, Tokens sent) {
    return explained(Failures.of(request, outcome, attempts, sent));
  }

  /** Whoever cannot explain a failure must not hide it. */
  private RayException explained(RayException failure) {
    try {
      RayException said = explanation.apply(failure);
      return said == null ? failure : said; // a lambda can do that
    } catch (RuntimeException e) {
      if (!e.equals(failure)) {
        failure.addSuppressed(e);
      }
      return failure;
    }
  }

  private Outcome attempt(
      ApiRequest request, Tokens tokens, Deadline deadline, int attempt, boolean sentBefore) {
    takeSlot(request, deadline, attempt, sentBefore);
    try {
      events.tell(listener -> listener.onAttempt(request.method(), request.plainPath(), attempt));
      LOG.log(
          Level.DEBUG,
          () -> "attempt " + attempt + ": " + request.method() + " " + request.plainPath());
      Outcome outcome = transport.send(request, tokens.headers, deadline);
      return sentBefore && outcome instanceof Outcome.NoAnswer no
          ? no.afterOneThatWasSent()
          : outcome;
    } finally {
      slots.release();
    }
  }

  private void takeSlot(ApiRequest request, Deadline deadline, int attempt, boolean sentBefore) {
    long left = deadline.nanosLeft();
    try {
      if (left > 0 && slots.tryAcquire(left, TimeUnit.NANOSECONDS)) {
        return;
      }
    } catch (InterruptedException e) {
      throw interrupted(request, e);
    }
    String message =
        "%s %s: the time was up before attempt %d could be sent; %s"
            .formatted(
                request.method(),
                request.plainPath(),
                attempt,
                left > 0
                    ? "other requests of this client were in the way (maxConcurrentRequests)"
                    : "getting a token took too long");
    throw sentBefore
        ? RayTransportException.answerLost(message, null, attempt - 1)
        : RayTransportException.notSent(message, null, attempt - 1);
  }

  private void pause(ApiRequest request, int attempt, Duration pause, RayException cause) {
    events.tell(
        listener -> listener.onRetry(request.method(), request.plainPath(), attempt, pause, cause));
    LOG.log(Level.DEBUG, () -> "again in " + pause + ": " + cause.getMessage());
    try {
      time.sleep(pause);
    } catch (InterruptedException e) {
      throw interrupted(request, e);
    }
  }

  private static RayInterruptedException interrupted(ApiRequest request, InterruptedException e) {
    Thread.currentThread().interrupt();
    return new RayInterruptedException(
        "interrupted before another attempt of " + request.method() + " " + request.plainPath(), e);
  }

  /** Holds the headers of one attempt and the tokens in them. */
  public static final class Tokens {
    private final Map<String, String> headers;
    private final AccessToken[] sent;

    private Tokens(Map<String, String> headers, AccessToken[] sent) {
      this.headers = headers;
      this.sent = sent;
    }

    /** Returns a text of the server without the tokens it may quote. */
    String scrubbed(String text) {
      String scrubbed = text;
      for (AccessToken token : sent) {
        scrubbed = scrubbed.replace(token.value(), "…");
      }
      return scrubbed;
    }

    /** Returns the headers, tokens included. */
    public Map<String, String> headers() {
      return headers;
    }
  }
}
