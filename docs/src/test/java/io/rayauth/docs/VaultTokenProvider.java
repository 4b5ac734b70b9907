package io.rayauth.docs;

import io.rayauth.token.AccessToken;
import io.rayauth.token.TokenProvider;
import io.rayauth.token.TokenUnavailableException;
import java.io.IOException;

// @start region=provider
final class VaultTokenProvider implements TokenProvider {
  private final Vault vault;

  VaultTokenProvider(Vault vault) {
    this.vault = vault;
  }

  @Override
  public AccessToken token() {
    try {
      Vault.Secret secret =
          vault
              .read("ray/token")
              .orElseThrow(() -> TokenUnavailableException.absent("no ray/token in the vault"));
      return AccessToken.of(secret.text(), secret.validUntil());
    } catch (IOException e) {
      throw TokenUnavailableException.broken("the vault does not answer", e);
    }
  }
}

// @end
