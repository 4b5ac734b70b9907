package io.rayauth.gke.internal.kube;

import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.http.BasicBuilder;
import io.fabric8.kubernetes.client.http.HttpResponse;
import io.fabric8.kubernetes.client.utils.TokenRefreshInterceptor;
import io.rayauth.token.AccessToken;
import java.time.Instant;
import java.util.concurrent.CompletableFuture;

/**
 * Drops a token that the API server answered with 401, before fabric8 asks for another one and
 * sends the request again.
 *
 * <p>Fetching one blocks, so it is done on a thread of its own: this is called on a thread of the
 * HTTP client.
 */
final class RefusedTokens extends TokenRefreshInterceptor {
  private static final String BEARER = "Bearer ";

  private final ClientTokens tokens;

  RefusedTokens(Config config, ClientTokens tokens) {
    super(config, Instant.EPOCH, refreshed -> CompletableFuture.completedFuture(null));
    this.tokens = tokens;
  }

  @Override
  public CompletableFuture<Boolean> afterFailure(
      BasicBuilder request, HttpResponse<?> response, RequestTags tags) {
    String sent = response.request().header(AUTHORIZATION);
    if (shouldFail(response) || sent == null || !sent.startsWith(BEARER)) {
      return CompletableFuture.completedFuture(false);
    }
    tokens.reject(AccessToken.of(sent.substring(BEARER.length())));
    return CompletableFuture.supplyAsync(tokens::getToken, RefusedTokens::startThread)
        .thenApply(token -> {
          request.setHeader(AUTHORIZATION, BEARER + token);
          return true;
        });
  }

  private static void startThread(Runnable fetch) {
    Thread thread = new Thread(fetch, "ray-auth-google-token");
    thread.setDaemon(true);
    thread.start();
  }
}
