package io.rayauth.kubernetes.internal.connect;

import io.rayauth.internal.token.ChangingTokenProvider;
import io.rayauth.kubernetes.AuthScheme;
import io.rayauth.kubernetes.RayCluster;
import io.rayauth.kubernetes.RayClusterRef;
import io.rayauth.kubernetes.RayKubernetesException;
import io.rayauth.kubernetes.RayKubernetesException.Reason;
import io.rayauth.token.AccessToken;
import io.rayauth.token.RefusableTokenProvider;
import io.rayauth.token.TokenProvider;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;

/**
 * Looks, whenever a token is asked for again, whether the cluster still wants one of this kind: a
 * token may have been refused because the cluster was made anew in another way.
 */
final class SchemeGuard implements ChangingTokenProvider, RefusableTokenProvider {
  private final TokenProvider tokens;
  private final RayClusterRef ref;
  private final AuthScheme scheme;
  private final SchemeDetector detector;
  private final Supplier<Optional<RayCluster>> cluster;
  private final AtomicBoolean askedBefore = new AtomicBoolean();

  SchemeGuard(
      TokenProvider tokens,
      RayClusterRef ref,
      AuthScheme scheme,
      SchemeDetector detector,
      Supplier<Optional<RayCluster>> cluster) {
    this.tokens = tokens;
    this.ref = ref;
    this.scheme = scheme;
    this.detector = detector;
    this.cluster = cluster;
  }

  @Override
  public AccessToken token() {
    if (askedBefore.getAndSet(true)) {
      checkScheme();
    }
    return tokens.token();
  }

  @Override
  public Optional<Duration> recheckAfter() {
    return tokens instanceof ChangingTokenProvider changing
        ? changing.recheckAfter()
        : Optional.empty();
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

  private void checkScheme() {
    Detected now = cluster.get().map(detector::lookAgain).orElse(null);
    if (now != null && now.scheme() != scheme) {
      throw new RayKubernetesException(
          Reason.CONFLICT,
          "RayCluster %s has changed from %s to %s since this connection was made (%s); connect again"
              .formatted(ref, scheme, now.scheme(), now.reason()),
          null);
    }
  }
}
