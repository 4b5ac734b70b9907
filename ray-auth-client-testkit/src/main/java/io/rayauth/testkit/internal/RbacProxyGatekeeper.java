package io.rayauth.testkit.internal;

import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Stands in for kube-rbac-proxy v0.18.1 in front of Ray: a verb for each HTTP method, 401 for every
 * token it cannot use, 403 with a reason where RBAC says no, and no {@code Authorization} behind
 * it.
 */
public final class RbacProxyGatekeeper implements Gatekeeper {
  private static final String SCHEME = "Bearer ";
  private static final String SUBPROTOCOL = "base64url.bearer.authorization.k8s.io.";
  private static final Map<String, String> VERBS =
      Map.of("GET", "get", "POST", "create", "PUT", "update", "PATCH", "patch", "DELETE", "delete");

  private final Users users;
  private final Gatekeeper behind;

  /** Stands in front of another gate. */
  public RbacProxyGatekeeper(Users users, Gatekeeper behind) {
    this.users = users;
    this.behind = behind;
  }

  @Override
  public Verdict admit(Request head) {
    Optional<Users.User> user = token(head).flatMap(users::owner);
    if (user.isEmpty()) {
      return new Refused(Response.fromProxy(401, "Unauthorized\n"), true);
    }
    String verb = VERBS.getOrDefault(head.method(), "*");
    if (!user.get().may(verb)) {
      return new Refused(
          Response.fromProxy(
              403,
              "Forbidden (user=%s, verb=%s, resource=rayclusters, subresource=)\n"
                  .formatted(user.get().name(), verb)),
          true);
    }
    return behind.admit(head.withHeaders(forwarded(head.headers())));
  }

  private static Optional<String> token(Request head) {
    Optional<String> header = head.headers().first("Authorization");
    if (header.isPresent()) {
      return header
          .filter(value -> value.startsWith(SCHEME))
          .map(value -> value.substring(SCHEME.length()));
    }
    return head.isWebSocketUpgrade() ? subprotocolToken(head) : Optional.empty();
  }

  /** A browser can put its token only into a subprotocol, and must offer another one with it. */
  private static Optional<String> subprotocolToken(Request head) {
    List<String> offered = head.headers().list("Sec-WebSocket-Protocol");
    if (offered.size() < 2) {
      return Optional.empty();
    }
    return offered.stream()
        .filter(protocol -> protocol.startsWith(SUBPROTOCOL))
        .findFirst()
        .flatMap(protocol -> decoded(protocol.substring(SUBPROTOCOL.length())));
  }

  private static Optional<String> decoded(String base64) {
    try {
      return Optional.of(new String(Base64.getUrlDecoder().decode(base64), StandardCharsets.UTF_8));
    } catch (IllegalArgumentException notBase64) {
      return Optional.empty();
    }
  }

  private static Headers forwarded(Headers headers) {
    List<String> protocols =
        headers.list("Sec-WebSocket-Protocol").stream()
            .filter(protocol -> !protocol.startsWith(SUBPROTOCOL))
            .toList();
    Headers passed = headers.without("Authorization").without("Sec-WebSocket-Protocol");
    if (!protocols.isEmpty()) {
      passed = passed.with("Sec-WebSocket-Protocol", String.join(", ", protocols));
    }
    return passed.with("X-Forwarded-For", "127.0.0.1");
  }

  @Override
  public Response authenticate(Request request) {
    return behind.authenticate(request);
  }

  @Override
  public Response mode() {
    return behind.mode();
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
