package io.rayauth.e2e;

import io.rayauth.contract.JobContract;
import io.rayauth.token.TokenProvider;
import java.net.URI;

/** Asks an open Ray, which looks at no token, everything of the contract. */
@WithRealRay(RayMode.OPEN)
class OpenRayContractTest extends JobContract {

  private final RealRay ray;

  OpenRayContractTest(RealRay ray) {
    this.ray = ray;
  }

  @Override
  protected URI url() {
    return ray.url();
  }

  @Override
  protected TokenProvider token() {
    return TokenProvider.of("canary-nobody-looks-at-this-one");
  }
}
