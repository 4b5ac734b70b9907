package io.rayauth.testkit.internal;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Checks tokens the way Ray itself does, against its own token or by asking Kubernetes for one verb
 * (ray/_private/authentication/http_token_authentication.py).
 */
public final class RayGatekeeper implements Gatekeeper {
  private static final String COOKIE = "ray-authentication-token";
  private static final String SCHEME = "Bearer ";
  private static final String MISSING = "Unauthorized: Missing authentication token";
  private static final String INVALID = "Forbidden: Invalid authentication token";
  private static final Set<String> OPEN_PATHS =
      Set.of(
          "/",
          "/favicon.ico",
          "/api/authentication_mode",
          "/api/authenticate",
          "/api/healthz",
          "/api/gcs_healthz",
          "/api/local_raylet_healthz",
          "/-/healthz");

  private final Users users;
  private final String verb;

  /** Admits the users who may use the verb. */
  public RayGatekeeper(Users users, String verb) {
    this.users = users;
    this.verb = verb;
  }

  @Override
  public Verdict admit(Request head) {
    if (OPEN_PATHS.contains(head.path()) || head.path().startsWith("/static/")) {
      return new Admitted(head);
    }
    String credential = header(head, "Authorization");
    if (credential.isEmpty()) {
      credential = header(head, "X-Ray-Authorization");
    }
    if (credential.isEmpty()) {
      credential = cookie(head).map(token -> SCHEME + token).orElse("");
    }
    if (credential.isEmpty()) {
      return new Refused(Response.text(401, MISSING), false);
    }
    return isGood(credential)
        ? new Admitted(head)
        : new Refused(Response.text(403, INVALID), false);
  }

  private static String header(Request head, String name) {
    return head.headers().first(name).orElse("");
  }

  private static Optional<String> cookie(Request head) {
    for (String cookie : header(head, "Cookie").split(";", -1)) {
      String pair = cookie.strip();
      if (pair.startsWith(COOKIE + "=") && pair.length() > COOKIE.length() + 1) {
        return Optional.of(pair.substring(COOKIE.length() + 1));
      }
    }
    return Optional.empty();
  }

  private boolean isGood(String credential) {
    return credential.startsWith(SCHEME)
        && users
            .owner(credential.substring(SCHEME.length()))
            .filter(user -> user.may(verb))
            .isPresent();
  }

  @Override
  public Response authenticate(Request request) {
    String credential = header(request, "Authorization");
    if (credential.isEmpty()) {
      return Response.text(401, MISSING);
    }
    if (!isGood(credential)) {
      return Response.text(403, INVALID);
    }
    Map<String, String> answer = new LinkedHashMap<>();
    answer.put("status", "authenticated");
    answer.put("message", "Token is valid");
    return Response.json(answer)
        .withLast(
            "Set-Cookie",
            COOKIE
                + "="
                + credential.substring(SCHEME.length())
                + "; HttpOnly; Max-Age=2592000; Path=/; SameSite=Strict");
  }

  @Override
  public Response mode() {
    return Response.json(Map.of("authentication_mode", "token"));
  }

  @Override
  public void accept(String token) {
    users.accept(token);
  }

  @Override
  public void revoke(String token) {
    users.revoke(token);
  }
}
