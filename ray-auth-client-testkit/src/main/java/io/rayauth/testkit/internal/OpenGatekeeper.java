package io.rayauth.testkit.internal;

import java.util.Map;

/** Lets everybody in: Ray with authentication disabled. */
public final class OpenGatekeeper implements Gatekeeper {
  @Override
  public Verdict admit(Request head) {
    return new Admitted(head);
  }

  @Override
  public Response authenticate(Request request) {
    return Response.text(401, "Unauthorized: Token authentication is not enabled");
  }

  @Override
  public Response mode() {
    return Response.json(Map.of("authentication_mode", "disabled"))
        .withLast("Set-Cookie", "ray-authentication-token=\"\"; Max-Age=0; Path=/");
  }

  @Override
  public void accept(String token) {
    // every token is accepted already
  }

  @Override
  public void revoke(String token) {
    throw new IllegalStateException("an open gate refuses nobody");
  }
}
