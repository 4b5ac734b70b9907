package io.rayauth.gke.internal.identity;

import com.google.auth.oauth2.ComputeEngineCredentials;
import com.google.auth.oauth2.GoogleCredentials;
import io.rayauth.error.RayException;
import io.rayauth.error.RayInterruptedException;
import io.rayauth.internal.token.Jwt;
import io.rayauth.token.AccessToken;
import io.rayauth.token.TokenUnavailableException;
import java.io.IOException;
import java.net.URI;
import java.util.Date;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Is one identity at Google: its credentials, looked for when they are first needed, and the tokens
 * they give.
 *
 * <p>Google's library keeps the token, renews it in time and lets one thread do it; what is added
 * here is that a refused token is dropped, that a metadata server gets time to start, and what to
 * do about a failure. Thread-safe.
 */
public final class GoogleAccount {
  /** What GKE's API server needs, and what makes it know the caller by e-mail. */
  private static final List<String> SCOPES =
      List.of(
          "https://www.googleapis.com/auth/cloud-platform",
          "https://www.googleapis.com/auth/userinfo.email");

  private static final String AUTHORIZATION = "Authorization";
  private static final String BEARER = "Bearer ";

  /** The audience of a token that the caller signs itself; nobody else looks at it. */
  private static final URI ANY_API = URI.create("https://container.googleapis.com/");

  private final Surroundings surroundings;
  private final @Nullable GoogleCredentials given;
  private final List<String> scopes;
  private final @Nullable String quotaProject;
  private final ReentrantLock finding = new ReentrantLock();

  /** The token that a server refused last; null again once another one was fetched. */
  private final AtomicReference<@Nullable AccessToken> refused = new AtomicReference<>();

  private volatile @Nullable GoogleCredentials ready;

  private GoogleAccount(
      Surroundings surroundings,
      @Nullable GoogleCredentials given,
      List<String> scopes,
      @Nullable String quotaProject) {
    this.surroundings = surroundings;
    this.given = given;
    this.scopes = List.copyOf(scopes);
    this.quotaProject = quotaProject;
  }

  /** Returns whom the application default credentials stand for; looks at nothing yet. */
  public static GoogleAccount applicationDefault(Surroundings surroundings) {
    return new GoogleAccount(surroundings, null, List.of(), null);
  }

  /** Returns whom given credentials stand for. */
  public static GoogleAccount of(GoogleCredentials credentials, Surroundings surroundings) {
    return new GoogleAccount(surroundings, credentials, List.of(), null);
  }

  /** Returns the same identity with tokens of other scopes. */
  public GoogleAccount scopes(List<String> scopes) {
    return new GoogleAccount(surroundings, given, scopes, quotaProject);
  }

  /** Returns the same identity, whose calls count for another project. */
  public GoogleAccount quotaProject(String project) {
    return new GoogleAccount(surroundings, given, scopes, project);
  }

  /** Returns what this account is reached through. */
  public Surroundings surroundings() {
    return surroundings;
  }

  /**
   * Returns the credentials; blocks for as long as a metadata server is waited for.
   *
   * @throws TokenUnavailableException if there are none
   */
  public GoogleCredentials credentials() {
    GoogleCredentials found = ready;
    return found == null ? find() : found;
  }

  /** A search that failed is not remembered: the next caller may find what has come meanwhile. */
  private GoogleCredentials find() {
    try {
      finding.lockInterruptibly();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new RayInterruptedException("interrupted while looking for Google credentials", e);
    }
    try {
      GoogleCredentials found = ready;
      if (found == null) {
        found = adapted(given == null ? ApplicationDefault.find(surroundings) : given);
        ready = found;
      }
      return found;
    } finally {
      finding.unlock();
    }
  }

  /** Scopes that a caller's own credentials have already are the caller's choice. */
  private GoogleCredentials adapted(GoogleCredentials found) {
    GoogleCredentials adapted = found;
    if (!scopes.isEmpty()) {
      adapted = adapted.createScoped(scopes);
    } else if (given == null || adapted.createScopedRequired()) {
      adapted = adapted.createScoped(SCOPES);
    }
    return quotaProject == null ? adapted : adapted.createWithQuotaProject(quotaProject);
  }

  /**
   * Returns a token that is good now.
   *
   * @throws TokenUnavailableException if there is none; the message says what to do
   * @throws RayInterruptedException if the thread is interrupted meanwhile
   */
  public AccessToken token() {
    GoogleCredentials credentials = credentials();
    try {
      return token(credentials, header(credentials));
    } catch (RayException e) {
      throw e;
    } catch (IOException | RuntimeException e) { // both, if an answer cannot be read
      ready = null; // who logs in again is found by the next search
      if (Thread.currentThread().isInterrupted()) {
        throw new RayInterruptedException(
            "interrupted while asking Google for a token", new InterruptedException());
      }
      throw TokenFailure.of(e, credentials, surroundings.time());
    }
  }

  private String header(GoogleCredentials credentials) throws IOException {
    Patience patience = Patience.start(surroundings.time());
    while (true) {
      try {
        return freshHeader(credentials);
      } catch (IOException e) {
        if (!(credentials instanceof ComputeEngineCredentials)
            || !TokenFailure.mayPass(e)
            || !patience.pause("waiting for the metadata server")) {
          throw e;
        }
      }
    }
  }

  /**
   * Fetches anew if the library still has the refused token. Which one that is must be read before
   * the token: as long as a fetch goes on, the library gives the old one to everybody else.
   */
  private String freshHeader(GoogleCredentials credentials) throws IOException {
    AccessToken dropped = refused.get();
    String header = cachedHeader(credentials);
    if (dropped == null || !header.equals(BEARER + dropped.value())) {
      return header;
    }
    credentials.refresh();
    refused.compareAndSet(dropped, null);
    return cachedHeader(credentials);
  }

  private static String cachedHeader(GoogleCredentials credentials) throws IOException {
    Map<String, List<String>> headers = credentials.getRequestMetadata(ANY_API);
    return headers.getOrDefault(AUTHORIZATION, List.of("")).get(0);
  }

  /** In other universes than Google's own a service account signs its tokens itself, as JWTs. */
  private static AccessToken token(GoogleCredentials credentials, String header) {
    if (!header.startsWith(BEARER)) {
      throw TokenUnavailableException.broken(
          "these Google credentials (%s) give no bearer token".formatted(kind(credentials)));
    }
    String value = header.substring(BEARER.length());
    com.google.auth.oauth2.AccessToken cached = credentials.getAccessToken();
    Date end =
        cached != null && value.equals(cached.getTokenValue()) ? cached.getExpirationTime() : null;
    try {
      return end == null ? Jwt.token(value) : AccessToken.of(value, end.toInstant());
    } catch (IllegalArgumentException e) {
      throw TokenUnavailableException.broken("Google gave an unusable token: " + e.getMessage(), e);
    }
  }

  /** Forgets a token that a server refused, if it is the one that is given now. */
  public void reject(AccessToken used) {
    GoogleCredentials credentials = ready;
    com.google.auth.oauth2.AccessToken cached =
        credentials == null ? null : credentials.getAccessToken();
    if (cached != null && used.value().equals(cached.getTokenValue())) {
      refused.set(used);
    }
  }

  /**
   * Returns the name that GKE's API server knows this account by.
   *
   * @throws TokenUnavailableException if Google does not tell
   */
  public String principal() {
    return new Principal(credentials(), surroundings).name(this::token);
  }

  /** Returns the name of a kind of credentials, for messages. */
  static String kind(GoogleCredentials credentials) {
    return credentials.getClass().getSimpleName();
  }

  /** Shows nothing of the credentials: theirs would show the token. */
  @Override
  public String toString() {
    GoogleCredentials found = given == null ? ready : given;
    return (given == null ? "Google's application default credentials" : "Google credentials")
        + (found == null ? "" : " (" + kind(found) + ")");
  }
}
