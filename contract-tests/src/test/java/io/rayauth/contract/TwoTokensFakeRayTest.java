package io.rayauth.contract;

import io.rayauth.JobClient;
import io.rayauth.testkit.FakeRay;
import io.rayauth.testkit.FakeUser;
import io.rayauth.testkit.Gate;
import io.rayauth.token.TokenProvider;
import java.net.URI;
import org.junit.jupiter.api.AfterAll;

/** The contract on a fake cluster with a token of its own, behind kube-rbac-proxy with another. */
class TwoTokensFakeRayTest extends SecuredJobContract {
  private static final String TOKEN = "canary-service-account";
  private static final String RAY_TOKEN = "canary-ray";
  private static final FakeRay RAY =
      FakeRay.builder()
          .resource("node:__internal_head__", 1)
          .gate(
              Gate.kubeRbacProxy(
                      FakeUser.named("system:serviceaccount:team-a:trainer")
                          .token(TOKEN)
                          .verbs("*"))
                  .inFrontOf(Gate.rayToken(RAY_TOKEN)))
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

  @Override
  protected JobClient.Builder newBuilder() {
    return super.newBuilder().rayTokenProvider(TokenProvider.of(RAY_TOKEN));
  }
}
