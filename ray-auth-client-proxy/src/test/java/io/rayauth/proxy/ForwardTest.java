package io.rayauth.proxy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.rayauth.JobClient;
import io.rayauth.RayEndpoint;
import io.rayauth.error.RayAuthException;
import io.rayauth.error.RayException;
import io.rayauth.error.RayTransportException;
import io.rayauth.testkit.FakeRay;
import io.rayauth.testkit.Gate;
import io.rayauth.token.AccessToken;
import io.rayauth.token.TokenProvider;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What becomes of a request on its way to the cluster, and of the answer on its way back. */
@Timeout(120)
class ForwardTest {
  private static final String TOKEN = "canary-forward";
  private static final String OLD = "canary-old";
  private static final Duration LONG = Duration.ofSeconds(20);

  @Test
  void get_whenTheClusterAnswers_passesItsAnswer() throws Exception {
    try (FakeRay ray = FakeRay.builder().gate(Gate.rayToken(TOKEN)).start();
        DashboardProxy proxy = start(ray.url())) {
      Wire.Answer answer = Browser.at(proxy).get("/api/version");

      assertThat(answer.status()).isEqualTo(200);
      assertThat(answer.body()).contains("ray_version");
      assertThat(ray.calls()).last().returns("/api/version", call -> call.path());
    }
  }

  /** The dashboard of Ray 2.60 does so to know whether there are platform events. */
  @Test
  void head_whenThePageAsks_getsTheHeadOfTheAnswerToAGet() throws Exception {
    try (FakeRay ray = FakeRay.builder().gate(Gate.rayToken(TOKEN)).start();
        DashboardProxy proxy = start(ray.url())) {
      Browser browser = Browser.at(proxy);

      try (Wire wire = new Wire(browser.connect())) {
        wire.send(browser.request("HEAD", "/api/version", "Connection: close"));
        assertThat(wire.rest())
            .startsWith("HTTP/1.1 200 OK\r\n")
            .contains("Content-Length: ")
            .doesNotContain("Content-Length: 0\r\n")
            .endsWith("\r\n\r\n");
      }
      assertThat(ray.calls()).last().returns("GET", call -> call.method());
    }
  }

  /** Ray 2.60 ends a tail at once, and without a line, if compression was offered. */
  @Test
  void webSocket_whenTheBrowserOffersCompression_asksForNone() throws Exception {
    try (FakeRay ray = FakeRay.builder().gate(Gate.rayToken(TOKEN)).start();
        DashboardProxy proxy = start(ray.url())) {
      ray.putJob("job-1", "RUNNING");
      Browser browser = Browser.at(proxy);

      try (Wire wire = new Wire(browser.connect())) {
        String handshake = browser.handshake("/api/jobs/job-1/logs/tail");
        wire.send(
            handshake.substring(0, handshake.length() - 2)
                + "Sec-WebSocket-Extensions: permessage-deflate\r\n\r\n");
        assertThat(wire.firstLine()).startsWith("HTTP/1.1 101");
      }
      assertThat(ray.calls())
          .last()
          .satisfies(call -> assertThat(call.header("Sec-WebSocket-Extensions")).isEmpty());
    }
  }

  @Test
  void get_whenTheBrowserSaysMoreThanItMay_passesWhatIsForTheClusterOnly() throws Exception {
    try (ScriptedCluster cluster = ScriptedCluster.of(call -> call.answer("200 OK", "x"));
        DashboardProxy proxy = start(cluster.url())) {
      Browser.at(proxy)
          .get(
              "/api/jobs/?a=b%20c&d",
              "Accept-Encoding: gzip, br",
              "If-None-Match: \"v1\"",
              "Range: bytes=0-9",
              "Referer: http://127.0.0.1/",
              "Authorization: Basic canary-of-the-browser",
              "X-Ray-Authorization: Bearer canary-of-the-browser",
              "X_Ray_Authorization: Bearer canary-of-the-browser",
              "X-Forwarded-For: 1.2.3.4",
              "Forwarded: for=1.2.3.4",
              "Proxy-Authorization: Basic canary-of-the-browser",
              "Via: 1.1 elsewhere",
              "TE: trailers",
              "Keep-Alive: timeout=5",
              "Trailer: X-Sum",
              "Upgrade: h2c",
              "HTTP2-Settings: AAMAAABk",
              "X-Of-This-Hop: 1",
              "Connection: X-Of-This-Hop");

      ScriptedCluster.Call call = last(cluster);
      assertThat(call.head()).startsWith("GET /api/jobs/?a=b%20c&d HTTP/1.1\r\n");
      assertThat(call.header("Host")).isEqualTo(cluster.url().getRawAuthority());
      assertThat(call.header("Authorization")).isEqualTo("Bearer " + TOKEN);
      assertThat(call.header("Accept-Encoding")).isEqualTo("gzip, br");
      assertThat(call.header("If-None-Match")).isEqualTo("\"v1\"");
      assertThat(call.header("Range")).isEqualTo("bytes=0-9");
      assertThat(call.header("User-Agent")).startsWith("Mozilla");
      assertThat(call.has("Sec-Fetch-Site")).isTrue();
      assertThat(call.has("Referer")).isTrue();
      assertThat(call.head()).doesNotContain("canary-of-the-browser");
      assertThat(
              List.of(
                  "Cookie",
                  "X-Ray-Authorization",
                  "X-Forwarded-For",
                  "Forwarded",
                  "Proxy-Authorization",
                  "Via",
                  "TE",
                  "Keep-Alive",
                  "Trailer",
                  "Upgrade",
                  "HTTP2-Settings",
                  "Connection",
                  "X-Of-This-Hop"))
          .noneMatch(call::has);
    }
  }

  @Test
  void get_whenTheClientHasNoToken_doesNotPassOneOfTheBrowserInstead() throws Exception {
    try (ScriptedCluster cluster = ScriptedCluster.of(call -> call.answer("200 OK", "x"));
        JobClient client = JobClient.builder(cluster.url()).build();
        DashboardProxy proxy = DashboardProxy.to(client).start()) {
      Browser.at(proxy).get("/api/version", "Authorization: Bearer canary-of-the-browser");

      assertThat(last(cluster).has("Authorization")).isFalse();
    }
  }

  @Test
  void get_whenTheClientHasAHeaderOfItsOwn_sendsItInsteadOfTheOneOfTheBrowser() throws Exception {
    try (ScriptedCluster cluster = ScriptedCluster.of(call -> call.answer("200 OK", "x"));
        JobClient client = JobClient.builder(cluster.url()).header("X-Team", "a").build();
        DashboardProxy proxy = DashboardProxy.to(client).start()) {
      Browser.at(proxy).get("/api/version", "X-Team: b");

      assertThat(last(cluster).header("X-Team")).isEqualTo("a");
    }
  }

  @Test
  void post_whenWritesAreAllowed_passesTheBodyWithoutWhatBetraysABrowser() throws Exception {
    try (ScriptedCluster cluster =
            ScriptedCluster.of(
                call -> call.answer("200 OK", new String(call.body(), "ISO-8859-1")));
        DashboardProxy proxy = start(cluster.url(), DashboardProxy.Builder::allowWrites)) {
      Wire.Answer answer =
          Browser.at(proxy)
              .ask(
                  "POST",
                  "/api/jobs/x/stop",
                  "Referer: " + proxy.address() + "/",
                  "Sec-Fetch-Mode: cors",
                  "Access-Control-Request-Method: POST",
                  "Content-Length: 0");

      assertThat(answer.status()).isEqualTo(200);
      ScriptedCluster.Call call = last(cluster);
      assertThat(call.method()).isEqualTo("POST");
      assertThat(call.header("Content-Length")).isEqualTo("0");
      assertThat(call.header("User-Agent")).isEqualTo("ray-auth-client");
      assertThat(
              List.of(
                  "Origin",
                  "Referer",
                  "Sec-Fetch-Site",
                  "Sec-Fetch-Mode",
                  "Access-Control-Request-Method"))
          .noneMatch(call::has);
    }
  }

  @Test
  void get_whenTheClusterSaysMoreThanItMay_passesWhatIsForTheBrowserOnly() throws Exception {
    try (ScriptedCluster cluster =
            ScriptedCluster.of(call ->
                call.answer(
                    "206 Some of it",
                    "0123456789",
                    "Content-Type: text/plain",
                    "Content-Encoding: identity",
                    "Content-Range: bytes 0-9/20",
                    "ETag: \"v1\"",
                    "Cache-Control: max-age=5",
                    "Last-Modified: Tue, 24 Nov 2026 00:00:00 GMT",
                    "Set-Cookie: ray-authentication-token=canary-cookie",
                    "Set-Cookie: other=canary-cookie",
                    "Authorization: Bearer canary-cookie",
                    "WWW-Authenticate: Basic",
                    "Proxy-Authenticate: Basic",
                    "Server: aiohttp",
                    "Strict-Transport-Security: max-age=1",
                    "Access-Control-Allow-Origin: *",
                    "Refresh: 0; url=http://elsewhere/",
                    "Clear-Site-Data: \"*\"",
                    "Location: https://elsewhere/",
                    "Report-To: {}",
                    "Reporting-Endpoints: a=\"https://elsewhere/\"",
                    "NEL: {}",
                    "Keep-Alive: timeout=5",
                    "Upgrade: h2c",
                    "Trailer: X-Sum",
                    "X-Of-This-Hop: 1",
                    "Connection: X-Of-This-Hop"));
        DashboardProxy proxy = start(cluster.url())) {
      Wire.Answer answer = Browser.at(proxy).get("/logs");

      assertThat(answer.status()).isEqualTo(206);
      assertThat(answer.body()).isEqualTo("0123456789");
      assertThat(answer.header("Content-Range")).isEqualTo("bytes 0-9/20");
      assertThat(answer.header("Content-Encoding")).isEqualTo("identity");
      assertThat(answer.header("ETag")).isEqualTo("\"v1\"");
      assertThat(answer.header("Cache-Control")).isEqualTo("max-age=5");
      assertThat(answer.header("Last-Modified")).isNotEmpty();
      assertThat(answer.text()).doesNotContain("canary-cookie", "aiohttp", "elsewhere");
      assertThat(
              List.of(
                  "Set-Cookie",
                  "Authorization",
                  "WWW-Authenticate",
                  "Proxy-Authenticate",
                  "Server",
                  "Strict-Transport-Security",
                  "Access-Control-Allow-Origin",
                  "Refresh",
                  "Clear-Site-Data",
                  "Location",
                  "Report-To",
                  "Reporting-Endpoints",
                  "NEL",
                  "Keep-Alive",
                  "Upgrade",
                  "Trailer",
                  "X-Of-This-Hop"))
          .noneMatch(name -> !answer.all(name).isEmpty());
    }
  }

  @ParameterizedTest
  @CsvSource({
    "304 Not Modified, ETag: \"v1\"",
    "204 No Content, X-Some: thing",
    "304 Not Modified, Content-Length: 5",
  })
  void get_whenTheAnswerHasNoBody_passesItAndGoesOn(String status, String header) throws Exception {
    try (ScriptedCluster cluster =
            ScriptedCluster.of(call -> {
              if (call.target().startsWith("/static/")) {
                call.say("HTTP/1.1 " + status + "\r\n" + header + "\r\n\r\n");
              } else {
                call.answer("200 OK", "x");
              }
            });
        DashboardProxy proxy = start(cluster.url());
        Wire wire = new Wire(Browser.at(proxy).connect())) {
      Browser browser = Browser.at(proxy);

      wire.send(browser.request("GET", "/static/a.js"));
      String first = wire.firstLine();
      while (!wire.firstLine().isEmpty()) {}
      wire.send(browser.request("GET", "/static/b.js"));

      assertThat(first).startsWith("HTTP/1.1 " + status.substring(0, 3));
      assertThat(wire.firstLine()).startsWith("HTTP/1.1 " + status.substring(0, 3));
    }
  }

  @Test
  void get_whenTheAnswerIsChunkedWithTrailers_passesThem() throws Exception {
    try (ScriptedCluster cluster =
            ScriptedCluster.of(call ->
                call.say(
                    "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nContent-Length: 3\r\nTrailer: X-Sum\r\n\r\n"
                        + "5\r\nhello\r\n0\r\nX-Sum: 17\r\nSet-Cookie: a=canary-b\r\n\r\n"));
        DashboardProxy proxy = start(cluster.url());
        Wire wire = new Wire(Browser.at(proxy).connect())) {
      wire.send(Browser.at(proxy).request("GET", "/x", "Connection: close"));

      String all = wire.rest();

      assertThat(all).contains("5\r\nhello\r\n0\r\n").contains("X-Sum: 17");
      assertThat(all.toLowerCase(java.util.Locale.ROOT))
          .contains("transfer-encoding: chunked")
          .doesNotContain("content-length", "canary-b");
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "Content-Length: 5\r\n",
        "Connection: Content-Length\r\n",
        "Content-Length: 2\r\n"
      })
  void get_whenItsLengthIsToldInAnOddWay_passesTheOneThatItIsReadBy(String more) throws Exception {
    try (ScriptedCluster cluster =
            ScriptedCluster.of(
                call -> call.say("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n" + more + "\r\nhello"));
        DashboardProxy proxy = start(cluster.url())) {
      Wire.Answer answer = Browser.at(proxy).get("/x");

      assertThat(answer.all("Content-Length")).containsExactly("2");
      assertThat(answer.body()).isEqualTo("he");
    }
  }

  @Test
  void get_whenThereIsABasePath_putsItInFront() throws Exception {
    try (ScriptedCluster cluster = ScriptedCluster.of(call -> call.answer("200 OK", "x"));
        DashboardProxy proxy = start(cluster.url().resolve("/ray/team-a/trainer/"))) {
      Browser.at(proxy).get("/api/jobs/?x=1");

      assertThat(last(cluster).target()).isEqualTo("/ray/team-a/trainer/api/jobs/?x=1");
    }
  }

  @ParameterizedTest
  @CsvSource({
    "/ray/x/login?a=b#c, /login?a=b#c",
    "/ray/x, /",
    "/ray/x/, /",
    "other, /api/other",
    "../other, /other",
    "%s/ray/x/y, /y",
    "?page=2, /api/a?page=2",
  })
  void get_whenTheClusterRedirectsWithinItself_passesItAsSeenThroughTheProxy(
      String location, String expected) throws Exception {
    AtomicInteger port = new AtomicInteger();
    try (ScriptedCluster cluster =
            ScriptedCluster.of(call ->
                call.answer(
                    "302 Found",
                    "",
                    "Location: " + location.formatted("http://127.0.0.1:" + port.get())));
        DashboardProxy proxy = start(cluster.url().resolve("/ray/x"))) {
      port.set(cluster.url().getPort());

      Wire.Answer answer = Browser.at(proxy).get("/api/a");

      assertThat(answer.status()).isEqualTo(302);
      assertThat(answer.header("Location")).isEqualTo(expected);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "https://login.example/start?state=canary-state",
        "/elsewhere",
        "/ray/xy",
        "/ray/x/../../etc",
        "/ray/x//evil.example/",
        "/ray/x/%2e/../y",
        "//evil.example/ray/x/",
        "https://127.0.0.1/ray/x/",
        "http://a b/",
      })
  void get_whenTheClusterRedirectsElsewhere_explainsInsteadOfFollowing(String location)
      throws Exception {
    try (ScriptedCluster cluster =
            ScriptedCluster.of(call -> call.answer("302 Found", "", "Location: " + location));
        DashboardProxy proxy = start(cluster.url().resolve("/ray/x"))) {
      Wire.Answer answer = Browser.at(proxy).get("/api/a");

      assertThat(answer.status()).isEqualTo(502);
      assertThat(answer.header("Location")).isEmpty();
      assertThat(answer.body())
          .contains("points to " + location.replaceAll("[?#].*", ""))
          .doesNotContain("canary-state");
    }
  }

  @Test
  void get_whenTheTokenIsRefused_triesOnceMoreWithAnother() throws Exception {
    Told told = new Told();
    try (FakeRay ray = FakeRay.builder().gate(Gate.rayToken(OLD, TOKEN)).start();
        DashboardProxy proxy =
            DashboardProxy.to(RayEndpoint.of(ray.url()), new Renewing()).listener(told).start()) {
      Browser browser = Browser.at(proxy);
      browser.get("/api/version");
      ray.revoke(OLD);

      Wire.Answer answer = browser.get("/api/version");

      assertThat(answer.status()).isEqualTo(200);
      assertThat(told.replaced).containsExactly("GET /api/version");
      assertThat(told.failures).isEmpty();
    }
  }

  @Test
  void webSocket_whenTheTokenIsRefused_triesOnceMoreWithAnother() throws Exception {
    try (FakeRay ray = FakeRay.builder().gate(Gate.rayToken(OLD, TOKEN)).start();
        DashboardProxy proxy =
            DashboardProxy.to(RayEndpoint.of(ray.url()), new Renewing()).start()) {
      ray.addFinishedJob("job-1", "true", java.util.Map.of());
      Browser browser = Browser.at(proxy);
      browser.get("/api/version");
      ray.revoke(OLD);

      try (Wire wire = new Wire(browser.connect())) {
        Wire.Answer handshake = wire.send(browser.handshake("/api/jobs/job-1/logs/tail")).answer();

        assertThat(handshake.status()).isEqualTo(101);
      }
    }
  }

  @Test
  void post_whenTheTokenIsRefused_sendsASmallBodyOnceMore() throws Exception {
    try (ScriptedCluster cluster =
            ScriptedCluster.of(call -> {
              String body = new String(call.body(), "ISO-8859-1");
              if (!body.isEmpty() && call.header("Authorization").endsWith(OLD)) {
                call.answer("403 Forbidden", "Forbidden: Invalid authentication token");
              } else {
                call.answer("200 OK", body);
              }
            });
        DashboardProxy proxy =
            DashboardProxy.to(RayEndpoint.of(cluster.url()), new Renewing())
                .allowWrites()
                .start()) {
      Browser browser = Browser.at(proxy);
      browser.get("/api/version");
      try (Wire wire = new Wire(browser.connect())) {
        Wire.Answer answer =
            wire.send(browser.request("PUT", "/api/serve/", "Content-Length: 7"))
                .send("{\"a\":1}")
                .answer();

        assertThat(answer.body()).isEqualTo("{\"a\":1}");
        assertThat(cluster.calls()).filteredOn(call -> call.method().equals("PUT")).hasSize(2);
      }
    }
  }

  @ParameterizedTest
  @CsvSource({"Content-Length: 20000, 20000, ''", "Transfer-Encoding: chunked, 3, 0"})
  void put_whenTheTokenIsRefusedAfterABodyThatIsNotKept_isNotSentOnceMoreWithoutIt(
      String length, int bytes, String lastChunk) throws Exception {
    try (ScriptedCluster cluster =
            ScriptedCluster.of(call -> {
              int heard = call.method().equals("PUT") ? call.body().length : 0;
              if (heard > 0 && call.header("Authorization").endsWith(OLD)) {
                call.answer("403 Forbidden", "Forbidden: Invalid authentication token");
              } else {
                call.answer("200 OK", "heard " + heard);
              }
            });
        DashboardProxy proxy =
            DashboardProxy.to(RayEndpoint.of(cluster.url()), new Renewing())
                .allowWrites()
                .start()) {
      Browser browser = Browser.at(proxy);
      browser.get("/api/version");
      try (Wire wire = new Wire(browser.connect())) {
        String body = "x".repeat(bytes);
        Wire.Answer answer =
            wire.send(browser.request("PUT", "/api/packages/x", length))
                .send(lastChunk.isEmpty() ? body : bytes + "\r\n" + body + "\r\n0\r\n\r\n")
                .answer();

        assertThat(answer.status()).isEqualTo(502);
        assertThat(cluster.calls()).filteredOn(call -> call.method().equals("PUT")).hasSize(1);
      }
    }
  }

  @Test
  void get_whenTheTokenIsRefusedAndThereIsNoOther_explains() throws Exception {
    Told told = new Told();
    try (FakeRay ray = FakeRay.builder().gate(Gate.rayToken("canary-another")).start();
        DashboardProxy proxy = start(ray.url(), builder -> builder.listener(told))) {
      Browser browser = Browser.at(proxy);
      ray.clearCalls();

      Wire.Answer answer = browser.get("/api/jobs/", "Accept: text/html");

      assertThat(answer.status()).isEqualTo(502);
      assertThat(answer.body()).contains("Ray does not accept the token").doesNotContain(TOKEN);
      assertThat(ray.calls()).hasSize(1);
      assertThat(told.failures).last().isInstanceOf(RayAuthException.class);
      await()
          .atMost(LONG)
          .untilAsserted(() ->
              assertThat(told.requests)
                  .last()
                  .returns(ProxiedRequest.End.FAILED, ProxiedRequest::end)
                  .returns("/api/jobs/", ProxiedRequest::path)
                  .returns(502, ProxiedRequest::status));
    }
  }

  @Test
  void get_whenBothTokensAreRefused_asksTwiceAndExplains() throws Exception {
    try (FakeRay ray = FakeRay.builder().gate(Gate.rayToken(OLD)).start();
        DashboardProxy proxy =
            DashboardProxy.to(RayEndpoint.of(ray.url()), new Renewing()).start()) {
      Browser browser = Browser.at(proxy);
      browser.get("/api/version");
      ray.revoke(OLD);
      ray.clearCalls();

      Wire.Answer answer = browser.get("/api/jobs/");

      assertThat(answer.status()).isEqualTo(502);
      assertThat(ray.calls()).hasSize(2);
    }
  }

  @Test
  void get_whenTheProviderFails_explainsWithoutWhatItSaid() throws Exception {
    try (FakeRay ray = FakeRay.start();
        DashboardProxy proxy =
            DashboardProxy.to(
                    RayEndpoint.of(ray.url()),
                    () -> {
                      throw new IllegalStateException("canary-in-a-message");
                    })
                .start()) {
      Wire.Answer answer = Browser.at(proxy).get("/api/jobs/");

      assertThat(answer.status()).isEqualTo(502);
      assertThat(answer.body()).doesNotContain("canary-in-a-message");
    }
  }

  @Test
  void get_whenAKeptConnectionHasDied_usesANewOne() throws Exception {
    try (ScriptedCluster cluster =
            ScriptedCluster.of(call -> {
              if (call.onConnection() > 1) {
                call.socket().close(); // as a server does whose patience ends at this moment
              } else {
                call.answer("200 OK", "x");
              }
            });
        DashboardProxy proxy = start(cluster.url())) {
      Browser browser = Browser.at(proxy);

      for (int i = 0; i < 10; i++) {
        assertThat(browser.get("/api/" + i).status()).isEqualTo(200);
      }

      assertThat(cluster.calls()).anyMatch(call -> call.onConnection() == 2);
    }
  }

  @Test
  void post_whenAKeptConnectionHasDied_isNotSentTwice() throws Exception {
    try (ScriptedCluster cluster =
            ScriptedCluster.of(call -> {
              if (call.method().equals("POST")) {
                call.socket().close();
              } else {
                call.answer("200 OK", "x");
              }
            });
        DashboardProxy proxy = start(cluster.url(), DashboardProxy.Builder::allowWrites)) {
      Browser browser = Browser.at(proxy);
      browser.get("/api/version");

      Wire.Answer answer = browser.ask("POST", "/api/jobs/x/stop", "Content-Length: 0");

      assertThat(answer.status()).isEqualTo(502);
      assertThat(answer.body()).contains("POST /api/jobs/x/stop: the connection to", "was closed");
      assertThat(cluster.calls()).filteredOn(call -> call.method().equals("POST")).hasSize(1);
    }
  }

  @Test
  void get_whenNothingListens_explains() throws Exception {
    int port;
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      port = taken.getLocalPort();
    }
    Told told = new Told();
    try (DashboardProxy proxy =
        start(URI.create("http://127.0.0.1:" + port), builder -> builder.listener(told))) {
      Wire.Answer answer = Browser.at(proxy).get("/api/jobs/");

      assertThat(answer.status()).isEqualTo(502);
      assertThat(answer.body()).contains("nothing listens at 127.0.0.1:" + port);
      assertThat(told.failures).last().isInstanceOf(RayTransportException.class);
    }
  }

  @Test
  void get_whenNoConnectionComesAbout_explainsAfterTenSeconds() throws Exception {
    List<Socket> waiting = new ArrayList<>();
    try (ServerSocket full = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"));
        DashboardProxy proxy = start(URI.create("http://127.0.0.1:" + full.getLocalPort()))) {
      for (int i = 0; i < 4; i++) { // more than the backlog takes; the rest is not answered
        Socket socket = new Socket();
        waiting.add(socket);
        try {
          socket.connect(full.getLocalSocketAddress(), 500);
        } catch (SocketTimeoutException e) {
          break;
        }
      }

      Wire.Answer answer = Browser.at(proxy).get("/api/jobs/");

      assertThat(answer.status()).isEqualTo(502);
      assertThat(answer.body()).contains("did not accept a connection within 10 s");
    } finally {
      for (Socket socket : waiting) {
        socket.close();
      }
    }
  }

  @Test
  void get_whenTheHostIsUnknown_explains() throws Exception {
    try (DashboardProxy proxy = start(URI.create("https://nowhere.invalid"))) {
      Wire.Answer answer = Browser.at(proxy).get("/api/jobs/");

      assertThat(answer.status()).isEqualTo(502);
      assertThat(answer.body()).contains("nowhere.invalid is unknown");
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {502, 503, 504})
  void get_whenAGatewayHasNoAnswer_explainsToAPersonAndPassesItToAScript(int status)
      throws Exception {
    try (ScriptedCluster cluster =
            ScriptedCluster.of(call -> call.answer(status + " Bad", "", "X-From: edge"));
        DashboardProxy proxy = start(cluster.url())) {
      Browser browser = Browser.at(proxy);

      Wire.Answer person = browser.get("/", "Accept: text/html", "Sec-Fetch-Dest: document");
      Wire.Answer script = browser.get("/api/jobs/", "Accept: */*", "Sec-Fetch-Dest: empty");

      assertThat(person.status()).isEqualTo(502);
      assertThat(person.body()).contains("<html", "The cluster does not answer", "→ " + status);
      assertThat(script.status()).isEqualTo(status);
      assertThat(script.body()).isEmpty();
    }
  }

  @Test
  void get_whenTheAnswerIsNoHttp_explains() throws Exception {
    try (ScriptedCluster cluster = ScriptedCluster.of(call -> call.say("SSH-2.0-x\r\n\r\n"));
        DashboardProxy proxy = start(cluster.url())) {
      Wire.Answer answer = Browser.at(proxy).get("/api/jobs/");

      assertThat(answer.status()).isEqualTo(502);
    }
  }

  @Test
  void get_whenAnInterimAnswerComes_explains() throws Exception {
    try (ScriptedCluster cluster =
            ScriptedCluster.of(call -> {
              call.say("HTTP/1.1 103 Early Hints\r\nLink: </a.css>\r\n\r\n");
              call.answer("200 OK", "x");
            });
        DashboardProxy proxy = start(cluster.url())) {
      Wire.Answer answer = Browser.at(proxy).get("/");

      assertThat(answer.status()).isEqualTo(502);
      assertThat(answer.body()).contains("→ 103");
    }
  }

  @Test
  void start_whenTheClientGoesThroughAForwardProxy_refuses() {
    try (JobClient client =
        JobClient.builder("http://localhost:8265")
            .tokenProvider(TokenProvider.of(TOKEN))
            .proxy(new java.net.InetSocketAddress("127.0.0.1", 1))
            .build()) {
      org.assertj.core.api.Assertions.assertThatThrownBy(() -> DashboardProxy.to(client).start())
          .isInstanceOf(DashboardProxyException.class)
          .hasMessageContaining("HTTP proxy");
    }
  }

  private static ScriptedCluster.Call last(ScriptedCluster cluster) {
    return cluster.calls().get(cluster.calls().size() - 1);
  }

  private static DashboardProxy start(URI url) {
    return start(url, UnaryOperator.identity());
  }

  private static DashboardProxy start(URI url, UnaryOperator<DashboardProxy.Builder> settings) {
    return settings.apply(DashboardProxy.to(RayEndpoint.of(url), TokenProvider.of(TOKEN))).start();
  }

  /** Gives one token first, and another one when that is refused. */
  private static final class Renewing implements TokenProvider {
    private final AtomicInteger given = new AtomicInteger();

    @Override
    public AccessToken token() {
      return AccessToken.of(given.getAndIncrement() == 0 ? OLD : TOKEN);
    }
  }

  private static final class Told implements DashboardProxyListener {
    final List<ProxiedRequest> requests = new CopyOnWriteArrayList<>();
    final List<String> replaced = new CopyOnWriteArrayList<>();
    final List<RayException> failures = new CopyOnWriteArrayList<>();

    @Override
    public void onRequest(ProxiedRequest request) {
      requests.add(request);
    }

    @Override
    public void onTokenReplaced(String method, String path) {
      replaced.add(method + " " + path);
    }

    @Override
    public void onUpstreamFailed(RayException cause) {
      failures.add(cause);
    }
  }
}
