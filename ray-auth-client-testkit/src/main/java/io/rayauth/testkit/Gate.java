package io.rayauth.testkit;

import io.rayauth.testkit.internal.Gatekeeper;
import io.rayauth.testkit.internal.OpenGatekeeper;
import io.rayauth.testkit.internal.RayGatekeeper;
import io.rayauth.testkit.internal.RbacProxyGatekeeper;
import io.rayauth.testkit.internal.Users;
import java.util.function.UnaryOperator;

/**
 * Says how a {@link FakeRay} is protected.
 *
 * <p>The three schemes refuse differently: Ray itself answers 401 for no token and 403 for a wrong
 * one; kube-rbac-proxy answers 401 for both and 403 if RBAC says no. Immutable; one gate can be
 * used for many fakes, which do not share what is {@linkplain FakeRay#revoke(String) revoked}.
 */
public final class Gate {
  private final String name;
  private final UnaryOperator<Gatekeeper> keeper;

  private Gate(String name, UnaryOperator<Gatekeeper> keeper) {
    this.name = name;
    this.keeper = keeper;
  }

  /**
   * Lets everybody in, as Ray does with authentication disabled.
   *
   * @return the gate
   */
  public static Gate open() {
    return new Gate("open", behind -> behind);
  }

  /**
   * Lets in who has one of Ray's own tokens ({@code RAY_AUTH_MODE=token}).
   *
   * @param tokens what is accepted
   * @return the gate
   */
  public static Gate rayToken(String... tokens) {
    String[] kept = tokens.clone();
    return new Gate("rayToken", behind -> new RayGatekeeper(Users.ofTokens(kept), "*"));
  }

  /**
   * Lets in who may {@code ray:write}, as Ray does when it asks Kubernetes ({@code
   * RAY_ENABLE_K8S_TOKEN_AUTH}). Grants and revocations count at once; Ray remembers a positive
   * answer for five minutes.
   *
   * @param users whom Kubernetes knows
   * @return the gate
   */
  public static Gate rayKubernetesToken(FakeUser... users) {
    FakeUser[] kept = users.clone();
    return new Gate(
        "rayKubernetesToken", behind -> new RayGatekeeper(FakeUser.table(kept), "ray:write"));
  }

  /**
   * Lets in by a verb for each HTTP method, as the sidecar kube-rbac-proxy does, and keeps the
   * {@code Authorization} header to itself.
   *
   * @param users whom Kubernetes knows
   * @return the gate
   */
  public static Gate kubeRbacProxy(FakeUser... users) {
    FakeUser[] kept = users.clone();
    return new Gate(
        "kubeRbacProxy", behind -> new RbacProxyGatekeeper(FakeUser.table(kept), behind));
  }

  /**
   * Puts this gate in front of another one: kube-rbac-proxy at the edge, Ray's token behind it.
   *
   * @param inner who is asked once this gate has let a request pass
   * @return both gates as one
   */
  public Gate inFrontOf(Gate inner) {
    return new Gate(
        name + " in front of " + inner.name, behind -> keeper.apply(inner.keeper.apply(behind)));
  }

  Gatekeeper newKeeper() {
    return keeper.apply(new OpenGatekeeper());
  }

  @Override
  public String toString() {
    return "Gate[" + name + "]";
  }
}
