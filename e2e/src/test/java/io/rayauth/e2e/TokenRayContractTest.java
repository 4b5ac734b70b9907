package io.rayauth.e2e;

import io.rayauth.contract.SecuredJobContract;
import io.rayauth.token.TokenProvider;
import java.net.URI;

/** Asks a Ray in token mode everything of the contract, with the token in its file. */
@WithRealRay(RayMode.TOKEN)
class TokenRayContractTest extends SecuredJobContract {

  private final RealRay ray;

  TokenRayContractTest(RealRay ray) {
    this.ray = ray;
  }

  @Override
  protected URI url() {
    return ray.url();
  }

  @Override
  protected TokenProvider token() {
    return TokenProvider.ofFile(ray.tokenFile().orElseThrow());
  }
}
