package io.rayauth.gke.internal.kube;

import io.fabric8.kubernetes.client.OAuthTokenProvider;
import io.rayauth.gke.internal.identity.GoogleAccount;
import io.rayauth.token.AccessToken;
import io.rayauth.token.RefusableTokenProvider;

/**
 * Gives a Kubernetes client a Google account's tokens: to fabric8 as text, and to whoever reads the
 * client's configuration with their end.
 */
final class ClientTokens implements OAuthTokenProvider, RefusableTokenProvider {
  private final GoogleAccount account;

  ClientTokens(GoogleAccount account) {
    this.account = account;
  }

  @Override
  public String getToken() {
    return token().value();
  }

  @Override
  public AccessToken token() {
    return account.token();
  }

  @Override
  public void reject(AccessToken used) {
    account.reject(used);
  }

  @Override
  public String toString() {
    return account.toString();
  }
}
