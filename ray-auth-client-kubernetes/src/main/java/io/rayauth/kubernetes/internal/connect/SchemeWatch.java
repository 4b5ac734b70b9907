package io.rayauth.kubernetes.internal.connect;

import io.fabric8.kubernetes.client.KubernetesClient;
import io.rayauth.error.RayAuthException;
import io.rayauth.error.RayException;
import io.rayauth.internal.token.CachingTokenProvider;
import io.rayauth.internal.token.ChangingTokenProvider;
import io.rayauth.kubernetes.AuthScheme;
import io.rayauth.kubernetes.RayCluster;
import io.rayauth.kubernetes.RayKubernetesException;
import io.rayauth.kubernetes.RayKubernetesException.Reason;
import io.rayauth.token.AccessToken;
import io.rayauth.token.RefusableTokenProvider;
import io.rayauth.token.TokenProvider;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * Tells when a cluster has come back with another scheme than the one it was connected by: a token,
 * or the lack of one, may have been refused for that.
 */
final class SchemeWatch {
  private final KubernetesClient client;
  private final Destination destination;
  private final AuthScheme scheme;
  private final SchemeDetector detector;

  SchemeWatch(
      KubernetesClient client,
      Destination destination,
      AuthScheme scheme,
      SchemeDetector detector) {
    this.client = client;
    this.destination = destination;
    this.scheme = scheme;
    this.detector = detector;
  }

  /** Looks whenever a token is asked for again, so that the next one goes to what it is for. */
  TokenProvider around(TokenProvider tokens) {
    return new Guarded(tokens);
  }

  /** Looks when a call was refused that went without a token. */
  RayException explain(RayException failure) {
    if (!(failure instanceof RayAuthException)) {
      return failure;
    }
    RayException change = change();
    if (change == null) {
      return failure;
    }
    change.addSuppressed(failure);
    return change;
  }

  private @Nullable RayException change() {
    try {
      RayCluster cluster = destination.read(client);
      Detected now = detector.lookAgain(cluster);
      return now == null || now.scheme() == scheme
          ? null
          : new RayKubernetesException(
              Reason.CONFLICT,
              "RayCluster %s has changed from %s to %s since this connection was made (%s); connect again"
                  .formatted(cluster.ref(), scheme, now.scheme(), now.reason()),
              null);
    } catch (RayKubernetesException e) {
      return null; // whether it has changed cannot be told
    }
  }

  private final class Guarded implements ChangingTokenProvider, RefusableTokenProvider {
    private final TokenProvider tokens;
    private final AtomicBoolean askedBefore = new AtomicBoolean();

    private Guarded(TokenProvider tokens) {
      this.tokens = tokens;
    }

    @Override
    public AccessToken token() {
      RayException change = askedBefore.getAndSet(true) ? change() : null;
      if (change != null) {
        throw change;
      }
      return tokens.token();
    }

    /** A cache that the caller has brought along is a source that others may change. */
    @Override
    public Optional<Duration> recheckAfter() {
      if (tokens instanceof ChangingTokenProvider changing) {
        return changing.recheckAfter();
      }
      return tokens instanceof CachingTokenProvider ? Optional.of(FILE_RECHECK) : Optional.empty();
    }

    @Override
    public void reject(AccessToken used) {
      if (tokens instanceof RefusableTokenProvider refusable) {
        refusable.reject(used);
      }
    }

    @Override
    public String toString() {
      return tokens.toString();
    }
  }
}
