package io.rayauth.gke;

import com.google.auth.oauth2.GoogleCredentials;
import io.rayauth.gke.internal.identity.GoogleAccount;
import io.rayauth.gke.internal.identity.Surroundings;
import io.rayauth.token.AccessToken;
import io.rayauth.token.RefusableTokenProvider;
import io.rayauth.token.TokenUnavailableException;
import java.util.List;

/**
 * Gives access tokens of a Google user, service account or federated workload, for GKE's API
 * servers and for Ray clusters behind them.
 *
 * <p>Google's own library keeps a token until shortly before its end, renews it, and lets one
 * thread do that while others wait. A token that a cluster refused is dropped and fetched again; a
 * metadata server cannot be made to do that and may give the same one until it gets old.
 *
 * <p>Immutable and thread-safe. {@link #token()} blocks while a token is fetched, which Google's
 * library limits to 20 seconds for a connection and as long for an answer, with up to three retries
 * for service accounts. A metadata server that does not answer, as at the start of a pod, is asked
 * again for 30 seconds.
 */
public final class GoogleTokenProvider implements RefusableTokenProvider {
  private final GoogleAccount account;

  private GoogleTokenProvider(GoogleAccount account) {
    this.account = account;
  }

  /**
   * Looks for application default credentials where all of Google's libraries do, when the first
   * token is asked for: the file that {@code GOOGLE_APPLICATION_CREDENTIALS} names, the file of
   * {@code gcloud auth application-default login}, Cloud Shell, and the metadata server of Compute
   * Engine and GKE. The file may hold a user's login, the key of a service account, a workload or
   * workforce identity federation, or an impersonation of a service account by one of these.
   *
   * <p>A place that has nothing is passed over, and if none has anything the provider is
   * <i>absent</i>; credentials that cannot be used are <i>broken</i>. A search that failed is done
   * again at the next call.
   *
   * @return a provider that has looked at nothing yet
   */
  public static GoogleTokenProvider applicationDefault() {
    return applicationDefault(Surroundings.ofThisProcess());
  }

  static GoogleTokenProvider applicationDefault(Surroundings surroundings) {
    return new GoogleTokenProvider(GoogleAccount.applicationDefault(surroundings));
  }

  /**
   * Takes the tokens of credentials that the caller has.
   *
   * @param credentials any of Google's; the scopes of {@link #scopes(String...)} are set where they
   *     need some and have none
   * @return a provider that has asked for nothing yet
   */
  public static GoogleTokenProvider of(GoogleCredentials credentials) {
    return of(credentials, Surroundings.ofThisProcess());
  }

  static GoogleTokenProvider of(GoogleCredentials credentials, Surroundings surroundings) {
    return new GoogleTokenProvider(GoogleAccount.of(credentials, surroundings));
  }

  /**
   * Asks for tokens of other scopes. A user's scopes were chosen at the login and stay.
   *
   * @param scopes such as {@code https://www.googleapis.com/auth/cloud-platform}
   * @return a provider like this one. <i>Default: {@code cloud-platform}, which GKE's API server
   *     asks for, and {@code userinfo.email}, without which it knows a caller by a number.</i>
   * @throws IllegalArgumentException if there are none
   */
  public GoogleTokenProvider scopes(String... scopes) {
    if (scopes.length == 0) {
      throw new IllegalArgumentException("there are no scopes");
    }
    return new GoogleTokenProvider(account.scopes(List.of(scopes)));
  }

  /**
   * Names the project that calls of GKE's API count for. Ray and Kubernetes see nothing of it.
   *
   * @param project the project's id
   * @return a provider like this one. <i>Default: the variable {@code GOOGLE_CLOUD_QUOTA_PROJECT},
   *     else what the credentials file says, else the project of the cluster.</i>
   * @throws IllegalArgumentException if it is blank
   */
  public GoogleTokenProvider quotaProject(String project) {
    if (project.isBlank()) {
      throw new IllegalArgumentException("the quota project is blank");
    }
    return new GoogleTokenProvider(account.quotaProject(project));
  }

  /**
   * Returns a token that is good now.
   *
   * @return a token with its end
   * @throws TokenUnavailableException absent if there are no credentials, with every place that was
   *     looked at; broken if Google gives no token, with the reason and what to do
   * @throws io.rayauth.error.RayInterruptedException if the thread is interrupted meanwhile
   */
  @Override
  public AccessToken token() {
    return account.token();
  }

  @Override
  public void reject(AccessToken used) {
    account.reject(used);
  }

  /**
   * Tells who the tokens stand for, by the name that GKE's API server knows, so that {@code
   * Subject.user(provider.principal())} can be granted rights. Blocks for a request to Google
   * unless the credentials know it themselves.
   *
   * @return the e-mail of a user or service account, or {@code
   *     principal://iam.googleapis.com/projects/…/subject/…} of a federated identity; a number if
   *     the tokens have no scope that shows the e-mail
   * @throws TokenUnavailableException as {@link #token()} does, and if Google does not tell
   * @throws io.rayauth.error.RayInterruptedException if the thread is interrupted meanwhile
   */
  public String principal() {
    return account.principal();
  }

  GoogleAccount account() {
    return account;
  }

  /** Names the kind of credentials, and nothing of them. */
  @Override
  public String toString() {
    return account.toString();
  }
}
