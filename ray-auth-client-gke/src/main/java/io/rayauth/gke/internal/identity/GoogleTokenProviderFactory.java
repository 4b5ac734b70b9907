package io.rayauth.gke.internal.identity;

import io.rayauth.gke.GoogleTokenProvider;
import io.rayauth.token.TokenProvider;
import io.rayauth.token.TokenProviderFactory;

/** Offers application default credentials under the name {@code google}. */
public final class GoogleTokenProviderFactory implements TokenProviderFactory {
  /** Creates a factory, for the service loader. */
  public GoogleTokenProviderFactory() {}

  @Override
  public String name() {
    return "google";
  }

  @Override
  public TokenProvider create() {
    return GoogleTokenProvider.applicationDefault();
  }
}
