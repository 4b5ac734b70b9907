package io.rayauth.contract;

import io.rayauth.testkit.FakeRay;
import io.rayauth.testkit.Gate;
import io.rayauth.token.TokenProvider;
import java.net.URI;
import org.junit.jupiter.api.AfterAll;

/** The contract on a fake cluster that compares the token itself. */
class RayTokenFakeRayTest extends SecuredJobContract {
  private static final String TOKEN = "canary-ray";
  private static final FakeRay RAY =
      FakeRay.builder().resource("node:__internal_head__", 1).gate(Gate.rayToken(TOKEN)).start();

  @AfterAll
  static void close() {
    RAY.close();
  }

  @Override
  protected URI url() {
    return RAY.url();
  }

  @Override
  protected TokenProvider token() {
    return TokenProvider.of(TOKEN);
  }
}
