package io.rayauth.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What a page of somebody else makes a signed-in browser ask. */
@Timeout(120)
class BrowserAttackTest {
  private static final String[] HANDSHAKE = {
    "Connection: Upgrade",
    "Upgrade: websocket",
    "Sec-WebSocket-Version: 13",
    "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA=="
  };

  @ParameterizedTest
  @ValueSource(
      strings = {
        "rebind.evil.example:%d",
        "evil.example",
        "127.0.0.1",
        "127.0.0.1:1",
        "127.0.0.1:%d.evil.example",
        "127.0.0.1.:%d",
        "127.0.0.2:%d",
        "0.0.0.0:%d",
        "user@127.0.0.1:%d",
        "[::ffff:127.0.0.1]:%d",
        "evil.localhost:%d",
        "127.0.0.1:0%d",
        "2130706433:%d"
      })
  void foreignHost_whenItResolvesToThisMachine_isRefused(String host) throws Exception {
    try (Stage stage = Stage.open()) {
      String named = "Host: " + host.formatted(stage.port);

      for (String path : new String[] {"/", "/api/version", "/-/health", "/-/open?key=x"}) {
        Wire.Answer answer = stage.ask("GET", path, named, stage.signIn());

        assertThat(answer.status()).isIn(400, 403);
      }
      assertThat(stage.calls()).isEmpty();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"127.0.0.1:%d", "localhost:%d", "LOCALHOST:%d", "[::1]:%d"})
  void ownHost_whenNamed_isAnswered(String host) throws Exception {
    try (Stage stage = Stage.open()) {
      Wire.Answer answer = stage.ask("GET", "/-/health", "Host: " + host.formatted(stage.port));

      assertThat(answer.status()).isEqualTo(200);
    }
  }

  @ParameterizedTest
  @CsvSource({
    "same-site, no-cors, image",
    "same-site, no-cors, script",
    "same-site, no-cors, style",
    "same-site, cors, empty",
    "same-site, no-cors, empty",
    "same-site, navigate, iframe",
    "same-site, navigate, object",
    "same-site, navigate, embed",
    "same-site, navigate, document",
    "cross-site, no-cors, image",
    "cross-site, cors, empty",
    "cross-site, navigate, document",
    "cross-site, navigate, iframe",
    "unheard-of, navigate, document",
    "'', navigate, document",
  })
  void pageOfAnotherPort_whenItLoadsSomething_isRefusedThoughTheCookieComesAlong(
      String site, String mode, String dest) throws Exception {
    try (Stage stage = Stage.open()) {
      Wire.Answer answer = stage.fetch("/api/jobs/", site, mode, dest);

      assertThat(answer.status()).isEqualTo(403);
      assertThat(stage.calls()).isEmpty();
    }
  }

  @Test
  void pageOfAnotherPort_whenItFramesTheStart_isRefused() throws Exception {
    try (Stage stage = Stage.open()) {
      Wire.Answer answer = stage.fetch("/", "same-site", "navigate", "iframe");

      assertThat(answer.status()).isEqualTo(403);
      assertThat(stage.calls()).isEmpty();
    }
  }

  @Test
  void pageOfAnotherPort_whenItLinksToTheStart_opensIt() throws Exception {
    try (Stage stage = Stage.open()) {
      Wire.Answer answer = stage.fetch("/", "same-site", "navigate", "document");

      assertThat(answer.status()).isEqualTo(200);
    }
  }

  @Test
  void twoSites_whenClaimed_areRefused() throws Exception {
    try (Stage stage = Stage.open()) {
      Wire.Answer answer =
          stage.ask(
              "GET",
              "/api/jobs/",
              stage.signIn(),
              "Sec-Fetch-Site: same-origin",
              "Sec-Fetch-Site: cross-site");

      assertThat(answer.status()).isEqualTo(403);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "https://evil.example/page",
        "http://127.0.0.1:1/",
        "http://127.0.0.1",
        "http://127.0.0.1:%1$d.evil.example/",
        "http://127.0.0.1:%1$d1/",
        "https://127.0.0.1:%1$d/"
      })
  void oldBrowser_whenTheRefererIsForeign_isRefused(String referer) throws Exception {
    try (Stage stage = Stage.open()) {
      Wire.Answer answer =
          stage.ask(
              "GET", "/api/jobs/", stage.signIn(), "Referer: " + referer.formatted(stage.port));

      assertThat(answer.status()).isEqualTo(403);
      assertThat(stage.calls()).isEmpty();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"POST", "PUT", "PATCH", "DELETE"})
  void foreignPage_whenItActs_isRefusedEvenWhereWritingIsAllowed(String method) throws Exception {
    try (Stage stage = Stage.with(DashboardProxy.Builder::allowWrites)) {
      String cookie = stage.signIn();
      String[] origins = {
        "Origin: https://evil.example",
        "Origin: null",
        "Origin: http://127.0.0.1:1",
        "Origin: http://localhost:" + stage.port,
        "Origin: https://127.0.0.1:" + stage.port,
        "Origin: " + stage.origin + ".evil.example",
        "Origin: " + stage.origin + "/",
        "Origin: " + stage.origin + "\r\nOrigin: https://evil.example",
        "Origin:",
        "X: no origin at all"
      };

      for (String origin : origins) {
        Wire.Answer answer = stage.ask(method, "/api/jobs/", cookie, origin, "Content-Length: 0");

        assertThat(answer.status()).as(origin).isEqualTo(403);
      }
      assertThat(stage.calls()).isEmpty();
    }
  }

  @Test
  void form_whenAnotherSitePostsIt_isRefused() throws Exception {
    try (Stage stage = Stage.with(DashboardProxy.Builder::allowWrites)) {
      Wire.Answer answer =
          stage.send(
              stage.request(
                      "POST",
                      "/api/jobs/",
                      stage.signIn(),
                      "Origin: " + stage.origin,
                      "Sec-Fetch-Site: cross-site",
                      "Sec-Fetch-Mode: navigate",
                      "Sec-Fetch-Dest: document",
                      "Content-Type: text/plain",
                      "Content-Length: 21")
                  + "{\"entrypoint\":\"evil\"}");

      assertThat(answer.status()).isEqualTo(403);
      assertThat(stage.calls()).isEmpty();
    }
  }

  @Test
  void ownPage_whenItActs_reachesTheClusterWithoutTheHeadersOfABrowser() throws Exception {
    try (Stage stage = Stage.with(DashboardProxy.Builder::allowWrites)) {
      Wire.Answer answer =
          stage.send(
              stage.request(
                      "POST",
                      "/api/jobs/",
                      stage.signIn(),
                      "User-Agent: Mozilla/5.0",
                      "Origin: " + stage.origin,
                      "Sec-Fetch-Site: same-origin",
                      "Sec-Fetch-Mode: cors",
                      "Content-Length: 21")
                  + "{\"entrypoint\":\"true\"}");

      assertThat(answer.status()).as(answer.text()).isEqualTo(200);
      assertThat(stage.calls().get(0).header("Origin")).isEmpty();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
  void action_whenOnlyReadingIsAllowed_isRefused(String method) throws Exception {
    try (Stage stage = Stage.open();
        Wire wire = stage.connect()) {
      wire.send(stage.request(method, "/api/jobs/x", stage.signIn(), "Origin: " + stage.origin));

      String status = wire.firstLine();
      assertThat(status).startsWith("HTTP/1.1 405");
      assertThat(stage.calls()).isEmpty();
    }
  }

  @Test
  void preflight_whenWritingIsAllowed_isRefusedWithoutPermission() throws Exception {
    try (Stage stage = Stage.with(DashboardProxy.Builder::allowWrites);
        Wire wire = stage.connect()) {
      wire.send(
          stage.request(
              "OPTIONS",
              "/api/jobs/",
              stage.signIn(),
              "Origin: " + stage.origin,
              "Access-Control-Request-Method: POST",
              "Connection: close"));

      String answer = wire.rest();
      assertThat(answer)
          .startsWith("HTTP/1.1 405")
          .contains("Allow: DELETE, GET, HEAD, PATCH, POST, PUT");
      assertThat(answer.toLowerCase()).doesNotContain("access-control-");
      assertThat(stage.calls()).isEmpty();
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "Origin: https://evil.example",
        "Origin: http://127.0.0.1:1",
        "Origin: null",
        "X: no origin at all"
      })
  void webSocket_whenAForeignPageOpensIt_isRefused(String origin) throws Exception {
    try (Stage stage = Stage.open()) {
      stage.ray.putJob("job-1", "RUNNING");

      Wire.Answer answer =
          stage.ask(
              "GET",
              "/api/jobs/job-1/logs/tail",
              with(HANDSHAKE, stage.signIn(), origin, "Sec-Fetch-Site: none"));

      assertThat(answer.status()).isEqualTo(403);
      assertThat(stage.calls()).isEmpty();
    }
  }

  @Test
  void webSocket_whenTheOwnPageOpensIt_isOpen() throws Exception {
    try (Stage stage = Stage.open()) {
      stage.ray.putJob("job-1", "RUNNING");

      Wire.Answer answer =
          stage.ask(
              "GET",
              "/api/jobs/job-1/logs/tail",
              with(HANDSHAKE, stage.signIn(), "Origin: " + stage.origin));

      assertThat(answer.status()).isEqualTo(101);
    }
  }

  @Test
  void webSocket_whenABrowserIsNotSignedIn_isRefused() throws Exception {
    try (Stage stage = Stage.open()) {
      Wire.Answer answer =
          stage.ask("GET", "/api/jobs/job-1/logs/tail", with(HANDSHAKE, "Origin: " + stage.origin));

      assertThat(answer.status()).isEqualTo(401);
      assertThat(stage.calls()).isEmpty();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"Service-Worker: script", "Sec-Fetch-Dest: serviceworker"})
  void serviceWorker_whenRegistered_isRefused(String header) throws Exception {
    try (Stage stage = Stage.open()) {
      Wire.Answer answer =
          stage.ask(
              "GET", "/static/js/main.js", stage.signIn(), "Sec-Fetch-Site: same-origin", header);

      assertThat(answer.status()).isEqualTo(403);
      assertThat(stage.calls()).isEmpty();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"/", "/api/version", "/-/health", "/-/open?key=x", "/-/none", "/a//b"})
  void everyAnswer_whoeverGetsIt_forbidsFramesSniffingReferrersAndOtherReaders(String target)
      throws Exception {
    try (Stage stage = Stage.open()) {
      Wire.Answer answer = stage.ask("GET", target, stage.signIn());

      assertThatItIsKeptToTheDashboard(answer);
    }
  }

  @Test
  void everyAnswer_whateverKindItIs_forbidsFramesSniffingReferrersAndOtherReaders()
      throws Exception {
    ProxyLimits limits = ProxyLimits.builder().bodyBytes(10).build();
    try (Stage stage = Stage.with(proxy -> proxy.allowWrites().limits(limits))) {
      String cookie = stage.signIn();
      String origin = "Origin: " + stage.origin;
      stage.ray.putJob("job-1", "RUNNING");

      Wire.Answer webSocket =
          stage.ask("GET", "/api/jobs/job-1/logs/tail", with(HANDSHAKE, cookie, origin));
      stage.ray.onNext("GET", "/api/version").respond(304, "", "ETag", "\"v1\"");
      Wire.Answer unchanged = stage.ask("GET", "/api/version", cookie, "Connection: close");
      stage.ray.onNext("GET", "/api/version").respond(404, "no such page");
      Wire.Answer missing = stage.ask("GET", "/api/version", cookie);
      Wire.Answer preflight = stage.ask("OPTIONS", "/api/version", cookie, origin);
      Wire.Answer tooLong =
          stage.ask("POST", "/api/jobs/", cookie, origin, "Content-Length: 1000000");
      stage.ray.close();
      Wire.Answer unreachable = stage.ask("GET", "/api/version", cookie);

      List<Wire.Answer> all =
          List.of(webSocket, unchanged, missing, preflight, tooLong, unreachable);
      assertThat(all).extracting(Wire.Answer::status).containsExactly(101, 304, 404, 405, 413, 502);
      assertThat(all).allSatisfy(BrowserAttackTest::assertThatItIsKeptToTheDashboard);
    }
  }

  private static void assertThatItIsKeptToTheDashboard(Wire.Answer answer) {
    assertThat(answer.all("X-Content-Type-Options")).containsExactly("nosniff");
    assertThat(answer.all("X-Frame-Options")).containsExactly("DENY");
    assertThat(answer.header("Content-Security-Policy")).contains("frame-ancestors 'none'");
    assertThat(answer.all("Referrer-Policy")).containsExactly("no-referrer");
    assertThat(answer.all("Cross-Origin-Resource-Policy")).containsExactly("same-origin");
    assertThat(answer.all("Cross-Origin-Opener-Policy")).containsExactly("same-origin");
    assertThat(answer.all("Cache-Control")).containsExactly("no-store");
  }

  @Test
  void permissionsOfTheCluster_whenItGivesSome_areNotPassedOn() throws Exception {
    try (Stage stage = Stage.open()) {
      stage
          .ray
          .onNext("GET", "/api/version")
          .respond(
              200,
              "{}",
              "Access-Control-Allow-Origin",
              "*",
              "Access-Control-Allow-Credentials",
              "true",
              "Timing-Allow-Origin",
              "*",
              "Service-Worker-Allowed",
              "/",
              "X-Frame-Options",
              "ALLOWALL",
              "Cross-Origin-Resource-Policy",
              "cross-origin",
              "Referrer-Policy",
              "unsafe-url",
              "Content-Security-Policy",
              "frame-ancestors *",
              "Alt-Svc",
              "h2=\"evil.example:443\"",
              "Strict-Transport-Security",
              "max-age=31536000",
              "Clear-Site-Data",
              "\"*\"",
              "Refresh",
              "0; url=https://evil.example/",
              "WWW-Authenticate",
              "Basic realm=\"type it here\"");

      Wire.Answer answer = stage.ask("GET", "/api/version", stage.signIn());

      assertThat(answer.text().toLowerCase())
          .doesNotContain(
              "access-control-",
              "timing-allow",
              "service-worker",
              "allowall",
              "cross-origin-resource-policy: cross-origin",
              "unsafe-url",
              "alt-svc",
              "strict-transport",
              "clear-site-data",
              "refresh",
              "authenticate");
      assertThat(answer.all("Content-Security-Policy"))
          .containsExactly("frame-ancestors *", "frame-ancestors 'none'");
    }
  }

  private static String[] with(String[] headers, String... more) {
    String[] all = new String[headers.length + more.length];
    System.arraycopy(headers, 0, all, 0, headers.length);
    System.arraycopy(more, 0, all, headers.length, more.length);
    return all;
  }
}
