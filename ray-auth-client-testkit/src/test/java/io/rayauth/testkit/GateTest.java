package io.rayauth.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.util.Base64;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
class GateTest {
  private static final String USER = "system:serviceaccount:default:ray-user";
  private static final String BEARER = "Authorization: Bearer t0ken";

  @ParameterizedTest
  @ValueSource(
      strings = {
        "X-Nothing: x",
        "Authorization: Bearer wrong",
        "Authorization: bearer t0ken",
        "Authorization: Bearer  t0ken",
        "Authorization: Basic dTpw",
        "X-Ray-Authorization: Bearer t0ken"
      })
  void kubeRbacProxy_whenTheTokenIsNoGood_isA401WithTheSameBytes(String header) throws Exception {
    try (FakeRay ray = proxied("*")) {
      Wire.Answer answer = Wire.get(ray, "/api/version", header);

      assertThat(answer.statusLine()).isEqualTo("HTTP/1.1 401 Unauthorized");
      assertThat(answer.body()).isEqualTo("Unauthorized\n");
      assertThat(answer.header("Content-Type")).isEqualTo("text/plain; charset=utf-8");
      assertThat(answer.header("X-Content-Type-Options")).isEqualTo("nosniff");
      assertThat(answer.header("Content-Length")).isEqualTo("13");
      assertThat(answer.header("WWW-Authenticate") + answer.header("Server")).isEmpty();
    }
  }

  @ParameterizedTest
  @CsvSource({
    "GET,     get",
    "POST,    create",
    "PUT,     update",
    "DELETE,  delete",
    "PATCH,   patch",
    "OPTIONS, *",
    "HEAD,    *"
  })
  void kubeRbacProxy_whenTheVerbIsMissing_isA403ThatNamesIt(String method, String verb)
      throws Exception {
    try (FakeRay ray = proxied("none");
        Wire wire = new Wire(ray)) {
      wire.send(Wire.head(method, "/api/version", BEARER) + "\r\n");

      String status = wire.line();

      assertThat(status).isEqualTo("HTTP/1.1 403 Forbidden");
      String head = "";
      for (String line = wire.line(); !line.isEmpty(); line = wire.line()) {
        head += line + "\n";
      }
      String body =
          "Forbidden (user=" + USER + ", verb=" + verb + ", resource=rayclusters, subresource=)\n";
      assertThat(head).contains("Content-Length: " + body.length() + "\n");
      if (!method.equals("HEAD")) {
        assertThat(new String(wire.in().readNBytes(body.length()), StandardCharsets.UTF_8))
            .isEqualTo(body);
      }
    }
  }

  @Test
  void kubeRbacProxy_whenTheVerbIsGranted_letsThatMethodIn() throws Exception {
    try (FakeRay ray = proxied("get")) {
      assertThat(Wire.get(ray, "/api/version", BEARER).status()).isEqualTo(200);
      assertThat(Wire.post(ray, "/api/jobs/", "{}", BEARER).status()).isEqualTo(403);
      assertThat(Wire.get(ray, "/api/gcs_healthz").status()).isEqualTo(401);
    }
  }

  @Test
  void kubeRbacProxy_whenItStandsInFrontOfRay_keepsAuthorizationAndPassesTheOther()
      throws Exception {
    Gate gate =
        Gate.kubeRbacProxy(FakeUser.named(USER).token("t0ken").verbs("*"))
            .inFrontOf(Gate.rayToken("inner"));
    try (FakeRay ray = FakeRay.builder().gate(gate).start()) {
      assertThat(Wire.get(ray, "/api/version", BEARER).body())
          .isEqualTo("Unauthorized: Missing authentication token");
      assertThat(
              Wire.get(ray, "/api/version", BEARER, "X-Ray-Authorization: Bearer inner").status())
          .isEqualTo(200);
      assertThat(Wire.get(ray, "/api/version", "Authorization: Bearer inner").status())
          .isEqualTo(401);
    }
  }

  @Test
  void kubeRbacProxy_whenABodyWaitsForContinue_refusesWithoutAskingForIt() throws Exception {
    try (FakeRay ray = proxied("get");
        Wire wire = new Wire(ray)) {
      wire.send(
          Wire.head(
                  "PUT",
                  "/api/packages/gcs/a.zip",
                  BEARER,
                  "Expect: 100-continue",
                  "Content-Length: 1000000")
              + "\r\n");

      assertThat(wire.answer().status()).isEqualTo(403);
    }
  }

  @Test
  void kubeRbacProxy_whenAWebSocketBringsItsTokenAsSubprotocol_takesIt() throws Exception {
    String encoded =
        Base64.getUrlEncoder().withoutPadding().encodeToString("t0ken".getBytes("UTF-8"));
    String token = "base64url.bearer.authorization.k8s.io." + encoded;
    try (FakeRay ray = proxied("get")) {
      assertThat(
              Wire.exchange(
                      ray, Frames.handshake("x", "Sec-WebSocket-Protocol: " + token + ", ray"))
                  .status())
          .isEqualTo(404);
      assertThat(
              Wire.exchange(ray, Frames.handshake("x", "Sec-WebSocket-Protocol: " + token))
                  .status())
          .isEqualTo(401);
    }
  }

  @Test
  void rayKubernetesToken_whenTheUserMayNotWrite_isTheSame403AsForAWrongToken() throws Exception {
    Gate gate =
        Gate.rayKubernetesToken(
            FakeUser.named("reader").token("reads").verbs("get"),
            FakeUser.named("writer").token("writes").verbs("ray:write"));
    try (FakeRay ray = FakeRay.builder().gate(gate).start()) {
      assertThat(Wire.get(ray, "/api/version", "Authorization: Bearer writes").status())
          .isEqualTo(200);
      Wire.Answer reader = Wire.get(ray, "/api/version", "Authorization: Bearer reads");
      Wire.Answer stranger = Wire.get(ray, "/api/version", "Authorization: Bearer other");
      assertThat(reader.status()).isEqualTo(403);
      assertThat(reader.body())
          .isEqualTo("Forbidden: Invalid authentication token")
          .isEqualTo(stranger.body());
      assertThat(Wire.get(ray, "/api/authentication_mode").body())
          .isEqualTo("{\"authentication_mode\": \"token\"}");
    }
  }

  @Test
  void revoke_whenATokenWorked_refusesItUntilItIsAcceptedAgain() throws Exception {
    try (FakeRay ray = FakeRay.builder().gate(Gate.rayToken("t0ken")).start()) {
      assertThat(Wire.get(ray, "/api/version", BEARER).status()).isEqualTo(200);

      ray.revoke("t0ken");
      ray.accept("fresh");

      assertThat(Wire.get(ray, "/api/version", BEARER).status()).isEqualTo(403);
      assertThat(Wire.get(ray, "/api/version", "Authorization: Bearer fresh").status())
          .isEqualTo(200);
    }
  }

  @Test
  void revoke_whenOneGateServesTwoFakes_touchesOnlyOne() throws Exception {
    Gate gate = Gate.rayToken("t0ken");
    try (FakeRay one = FakeRay.builder().gate(gate).start();
        FakeRay other = FakeRay.builder().gate(gate).start()) {
      one.revoke("t0ken");

      assertThat(Wire.get(one, "/api/version", BEARER).status()).isEqualTo(403);
      assertThat(Wire.get(other, "/api/version", BEARER).status()).isEqualTo(200);
    }
  }

  @Test
  void revoke_whenTheGateIsOpen_isAnError() {
    try (FakeRay ray = FakeRay.start()) {
      assertThatThrownBy(() -> ray.revoke("x")).isInstanceOf(IllegalStateException.class);
    }
  }

  @Test
  void toString_whenThereAreTokens_showsNone() throws Exception {
    FakeUser user = FakeUser.named("somebody").token("t0ken").verbs("get");
    try (FakeRay ray = FakeRay.builder().gate(Gate.kubeRbacProxy(user)).start()) {
      Wire.get(ray, "/api/version", BEARER, "Cookie: ray-authentication-token=t0ken");

      assertThat(ray.calls()).singleElement().returns(200, RecordedCall::status);
      assertThat(ray.calls().get(0).header("authorization")).contains("Bearer t0ken");
      assertThat(user + ray.toString() + ray.story() + Fault.revoke("t0ken"))
          .contains("GET /api/version -> 200")
          .doesNotContain("t0ken");
    }
  }

  private static FakeRay proxied(String... verbs) {
    return FakeRay.builder()
        .gate(Gate.kubeRbacProxy(FakeUser.named(USER).token("t0ken").verbs(verbs)))
        .start();
  }
}
