package io.rayauth.contract;

import io.rayauth.testkit.FakeRay;
import io.rayauth.testkit.FakeUser;
import io.rayauth.testkit.Gate;
import io.rayauth.token.TokenProvider;
import java.net.URI;
import org.junit.jupiter.api.AfterAll;

/** The contract on a fake cluster that asks Kubernetes about the token. */
class KubernetesTokenFakeRayTest extends SecuredJobContract {
  private static final String TOKEN = "canary-service-account";
  private static final FakeRay RAY =
      FakeRay.builder()
          .resource("node:__internal_head__", 1)
          .gate(
              Gate.rayKubernetesToken(
                  FakeUser.named("system:serviceaccount:team-a:trainer")
                      .token(TOKEN)
                      .verbs("ray:write")))
          .start();

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
