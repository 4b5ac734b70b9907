package io.rayauth.kubernetes;

import io.fabric8.kubernetes.api.model.authentication.TokenRequest;
import io.fabric8.kubernetes.api.model.authentication.TokenRequestBuilder;
import io.fabric8.kubernetes.api.model.authentication.TokenRequestStatus;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.rayauth.kubernetes.internal.api.ApiServer;
import io.rayauth.token.AccessToken;
import io.rayauth.token.TokenProvider;
import io.rayauth.token.TokenUnavailableException;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import org.jspecify.annotations.Nullable;

/**
 * Asks Kubernetes for short-lived tokens of a ServiceAccount (TokenRequest), as {@code kubectl
 * create token} does.
 *
 * <p>The ServiceAccount must exist; {@link ServiceAccounts#create(String, String)} makes one. The
 * caller needs the verb {@code create} on {@code serviceaccounts/token} in its namespace. A token
 * ends when the API server says ({@code status.expirationTimestamp}), which may be earlier than
 * what was asked for.
 *
 * <p>Immutable and thread-safe. Each call of {@link #token()} blocks for one request; it does not
 * cache, as the {@link io.rayauth.JobClient} does.
 */
public final class ServiceAccountTokenProvider implements TokenProvider {
  /** The API server refuses less ({@code ValidateTokenRequest}). */
  private static final Duration SHORTEST = Duration.ofMinutes(10);

  /** The API server refuses more than 2^32 seconds. */
  private static final Duration LONGEST = Duration.ofSeconds(1L << 32);

  private final KubernetesClient client;
  private final String namespace;
  private final String serviceAccount;
  private final Duration lifetime;
  private final @Nullable String audience;

  private ServiceAccountTokenProvider(
      KubernetesClient client,
      String namespace,
      String serviceAccount,
      Duration lifetime,
      @Nullable String audience) {
    this.client = client;
    this.namespace = namespace;
    this.serviceAccount = serviceAccount;
    this.lifetime = lifetime;
    this.audience = audience;
  }

  /**
   * Gives tokens of a ServiceAccount that last an hour and are meant for the API server itself.
   *
   * @param client who asks; it stays the caller's to close
   * @param namespace the namespace of the ServiceAccount
   * @param serviceAccount its name, such as {@code ray-user}
   * @return a provider that has not asked yet
   * @throws IllegalArgumentException if one of the names cannot be a name in Kubernetes
   */
  public static ServiceAccountTokenProvider of(
      KubernetesClient client, String namespace, String serviceAccount) {
    Subject.serviceAccount(namespace, serviceAccount);
    return new ServiceAccountTokenProvider(
        client, namespace, serviceAccount, Duration.ofHours(1), null);
  }

  /**
   * Asks for tokens of another lifetime.
   *
   * @param lifetime from 10 minutes to 2<sup>32</sup> seconds; the API server may shorten it
   * @return a provider like this one. <i>Default: 1 hour.</i>
   * @throws IllegalArgumentException if the API server would refuse it
   */
  public ServiceAccountTokenProvider lifetime(Duration lifetime) {
    if (lifetime.compareTo(SHORTEST) < 0 || lifetime.compareTo(LONGEST) > 0) {
      throw new IllegalArgumentException(
          "a token cannot last %s: Kubernetes gives 10 minutes at least and 2^32 seconds at most"
              .formatted(lifetime));
    }
    return new ServiceAccountTokenProvider(client, namespace, serviceAccount, lifetime, audience);
  }

  /**
   * Asks for tokens that are meant for somebody else than the API server.
   *
   * <p>A kube-rbac-proxy accepts such a token only if it was started with the same {@code
   * --auth-token-audiences}, and Ray never does.
   *
   * @param audience the one audience of the token
   * @return a provider like this one. <i>Default: the API server's own audience.</i>
   * @throws IllegalArgumentException if it is blank
   */
  public ServiceAccountTokenProvider audience(String audience) {
    if (audience.isBlank()) {
      throw new IllegalArgumentException("the audience is blank");
    }
    return new ServiceAccountTokenProvider(client, namespace, serviceAccount, lifetime, audience);
  }

  /**
   * Asks for a new token.
   *
   * @return a token with its end
   * @throws TokenUnavailableException if Kubernetes gives none; the message names the missing verb,
   *     or the ServiceAccount or namespace that does not exist
   * @throws io.rayauth.error.RayInterruptedException if the thread is interrupted meanwhile
   */
  @Override
  public AccessToken token() {
    TokenRequestBuilder request =
        new TokenRequestBuilder()
            .withNewSpec()
            .withExpirationSeconds(lifetime.toSeconds())
            .endSpec();
    if (audience != null) {
      request.editSpec().addToAudiences(audience).endSpec();
    }
    TokenRequest answer;
    try {
      answer =
          ApiServer.ask(
              "asking for a token of " + this,
              () ->
                  client
                      .serviceAccounts()
                      .inNamespace(namespace)
                      .withName(serviceAccount)
                      .tokenRequest(request.build()));
    } catch (RayKubernetesException e) {
      throw TokenUnavailableException.broken(e.getMessage() + hint(e.reason()), e);
    }
    return token(answer);
  }

  /** Returns {@code ServiceAccount namespace/name}. */
  @Override
  public String toString() {
    return "ServiceAccount " + namespace + "/" + serviceAccount;
  }

  private AccessToken token(@Nullable TokenRequest answer) {
    TokenRequestStatus status = answer == null ? null : answer.getStatus();
    if (status == null || status.getToken() == null || status.getToken().isEmpty()) {
      throw TokenUnavailableException.broken("the API server answered without a token of " + this);
    }
    try {
      return AccessToken.of(status.getToken(), end(status));
    } catch (IllegalArgumentException e) {
      throw TokenUnavailableException.broken(
          "the API server gave an unusable token of " + this + ": " + e.getMessage(), e);
    }
  }

  private static Instant end(TokenRequestStatus status) {
    try {
      return OffsetDateTime.parse(String.valueOf(status.getExpirationTimestamp())).toInstant();
    } catch (DateTimeException e) {
      throw new IllegalArgumentException("its expirationTimestamp is no RFC 3339 time", e);
    }
  }

  private String hint(RayKubernetesException.Reason reason) {
    return switch (reason) {
      case FORBIDDEN ->
          "; the caller needs the verb 'create' on serviceaccounts/token in namespace " + namespace;
      case NOT_FOUND ->
          "; make it with ServiceAccounts.using(client).create(\"%s\", \"%s\")"
              .formatted(namespace, serviceAccount);
      case NAMESPACE_MISSING -> "; the namespace does not exist";
      default -> "";
    };
  }
}
