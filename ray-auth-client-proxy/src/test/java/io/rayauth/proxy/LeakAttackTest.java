package io.rayauth.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import io.rayauth.RayEndpoint;
import io.rayauth.error.RayException;
import io.rayauth.testkit.RecordedCall;
import io.rayauth.token.TokenProvider;
import java.net.Socket;
import java.net.URI;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import java.util.logging.SimpleFormatter;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Where a secret could come out, and where something false could come in. */
@Timeout(120)
class LeakAttackTest {
  @Test
  void secrets_whateverHappens_areInNoAnswerLogEventOrText() throws Exception {
    List<String> said = Collections.synchronizedList(new ArrayList<>());
    List<String> secrets = new ArrayList<>(List.of(Stage.TOKEN));
    try (LogWatch log = new LogWatch(said);
        Stage stage = Stage.with(proxy -> proxy.allowWrites().listener(recording(said)))) {
      assertThat(log.isOn()).isTrue();
      URI link = stage.proxy.url();
      String key = link.getQuery().substring("key=".length());
      String cookie = Stage.cookie(stage.open(link));
      String unused = stage.proxy.url().getQuery().substring("key=".length());
      secrets.addAll(List.of(key, unused, cookie.replaceFirst(".*=", "")));
      said.add(stage.proxy.toString());
      said.add(stage.proxy.address().toString());

      for (String path : List.of("/", "/api/version", "/none", "/a//b", "/-/open?key=" + key)) {
        said.add(stage.ask("GET", path, cookie, "Accept: text/html").text());
        said.add(stage.ask("GET", path, "Accept: text/html").text());
      }
      stage.ray.revoke(Stage.TOKEN);
      said.add(stage.ask("GET", "/api/jobs/", cookie, "Accept: text/html").text());
      stage.ray.close();
      said.add(stage.ask("GET", "/api/jobs/", cookie, "Accept: text/html").text());
    }

    assertThat(said).hasSizeGreaterThan(15);
    assertThat(said)
        .allSatisfy(text -> assertThat(secrets).noneMatch(secret -> text.contains(secret)));
  }

  @Test
  void secretsInAnswersOfTheCluster_whenItSendsSome_areNotPassedOn() throws Exception {
    try (Stage stage = Stage.open()) {
      stage
          .ray
          .onNext("GET", "/api/version")
          .respond(
              200,
              "{}",
              "Set-Cookie",
              "ray-authentication-token=" + Stage.TOKEN,
              "Set-Cookie2",
              "a=" + Stage.TOKEN,
              "Authorization",
              "Bearer " + Stage.TOKEN,
              "X-Ray-Authorization",
              "Bearer " + Stage.TOKEN,
              "Authentication-Info",
              Stage.TOKEN,
              "Server",
              "TornadoServer/6.1");

      Wire.Answer answer = stage.ask("GET", "/api/version", stage.signIn());

      assertThat(answer.status()).isEqualTo(200);
      assertThat(answer.text()).doesNotContain(Stage.TOKEN, "Tornado");
      assertThat(answer.all("Set-Cookie")).isEmpty();
    }
  }

  @Test
  void credentialsOfTheBrowser_whenItSendsSome_doNotReachTheCluster() throws Exception {
    try (Stage stage = Stage.open()) {
      stage.ask(
          "GET",
          "/api/version",
          stage.signIn() + "; ray-authentication-token=canary-evil",
          "Authorization: Bearer canary-evil",
          "authorization: Basic canary-evil",
          "X-Ray-Authorization: Bearer canary-evil",
          "X_Ray_Authorization: Bearer canary-evil",
          "Proxy-Authorization: Basic canary-evil");

      RecordedCall call = stage.calls().get(0);
      assertThat(call.header("Authorization")).contains("Bearer " + Stage.TOKEN);
      assertThat(call.header("X-Ray-Authorization")).isEmpty();
      assertThat(call.header("X_Ray_Authorization")).isEmpty();
      assertThat(call.header("Proxy-Authorization")).isEmpty();
      assertThat(call.header("Cookie")).isEmpty();
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "X-Forwarded-For",
        "X-Forwarded-Host",
        "X-Forwarded-Proto",
        "X-Forwarded-User",
        "X_Forwarded_For",
        "Forwarded",
        "X-Real-IP",
        "Via",
        "Impersonate-User",
        "Impersonate-Extra-Scopes",
        "X-Remote-User",
        "X-HTTP-Method-Override",
        "X-Method-Override",
        "X-HTTP-Method",
        "Cookie2"
      })
  void identityOfAForwarder_whenABrowserClaimsIt_doesNotReachTheCluster(String header)
      throws Exception {
    try (Stage stage = Stage.open()) {
      stage.ask("GET", "/api/version", stage.signIn(), header + ": 10.0.0.1");

      assertThat(stage.calls().get(0).header(header)).isEmpty();
    }
  }

  @Test
  void pagesOfTheProxy_whenARequestHoldsMarkup_doNotRepeatIt() throws Exception {
    try (Stage stage = Stage.open()) {
      String evil = "<script>alert(1)</script>";

      for (Wire.Answer answer :
          List.of(
              stage.ask("GET", "/-/%3Cscript%3E?" + "%3Cscript%3E", "Accept: text/html"),
              stage.ask("GET", "/", "Host: evil.example", "Accept: text/html," + evil),
              stage.ask("GET", "/", "Referer: " + evil, "Accept: text/html"),
              stage.ask("GET", "/-/open?key=%3Cscript%3E", "Accept: text/html"))) {
        assertThat(answer.body()).contains("<html").doesNotContain("script", "evil");
      }
    }
  }

  @Test
  void pagesOfTheProxy_whoeverSeesThem_loadNothingFromElsewhere() throws Exception {
    try (Stage stage = Stage.open()) {
      for (Wire.Answer answer :
          List.of(
              stage.open(stage.proxy.url(), "Accept: text/html"),
              stage.ask("GET", "/", "Accept: text/html"))) {
        assertThat(answer.header("Content-Security-Policy")).contains("default-src 'none'");
        assertThat(answer.body())
            .doesNotContain("src=", "<link", "<script", "@import")
            .doesNotContainPattern("(href|action|url)\\W+(https?:)?//");
      }
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "X: a\rSet-Cookie: evil=1\r\n",
        "X: a\n\rSet-Cookie: evil=1\r\n",
        "X: a\r\n Set-Cookie: evil=1\r\n",
        "X: a\u0000\r\nSet-Cookie: evil=1\r\n",
        "X: a\u010d\u010aSet-Cookie: evil=1\r\n"
      })
  void answerOfTheCluster_whenAHeaderBreaksOut_bringsNoHeaderOfItsOwn(String header)
      throws Exception {
    String answer = "HTTP/1.1 200 OK\r\n" + header + "Content-Length: 2\r\n\r\nhi";
    try (ScriptedCluster cluster = ScriptedCluster.of(call -> call.say(answer));
        DashboardProxy proxy =
            DashboardProxy.to(RayEndpoint.of(cluster.url()), TokenProvider.of(Stage.TOKEN))
                .start();
        Wire wire = new Wire(new Socket("127.0.0.1", proxy.address().getPort()))) {
      String host = "Host: " + proxy.address().getRawAuthority() + "\r\n";
      wire.send("GET /-/open?" + proxy.url().getRawQuery() + " HTTP/1.1\r\n" + host + "\r\n");
      String cookie = Stage.cookie(wire.answer());

      wire.send("GET / HTTP/1.1\r\n" + host + cookie + "\r\n\r\n");

      assertThat(wire.answer().all("Set-Cookie")).isEmpty();
    }
  }

  @Test
  void redirectOfTheCluster_whenItPointsElsewhere_isNotPassedOn() throws Exception {
    try (Stage stage = Stage.open()) {
      stage
          .ray
          .onNext("GET", "/api/version")
          .respond(302, "", "Location", "https://evil.example/login?token=" + Stage.TOKEN);

      Wire.Answer answer = stage.ask("GET", "/api/version", stage.signIn());

      assertThat(answer.all("Location")).isEmpty();
      assertThat(answer.text()).doesNotContain(Stage.TOKEN);
    }
  }

  @Test
  void filesOfTheDashboard_whoeverMadeThem_mayBeKeptByTheBrowser() throws Exception {
    try (Stage stage = Stage.open()) {
      stage.ray.onNext("GET", "/static/js/main.1a2b.js").respond(200, "1");
      stage
          .ray
          .onNext("GET", "/api/version")
          .respond(200, "{}", "Cache-Control", "private, max-age=5");
      String cookie = stage.signIn();

      assertThat(stage.ask("GET", "/static/js/main.1a2b.js", cookie).all("Cache-Control"))
          .isEmpty();
      assertThat(stage.ask("GET", "/api/version", cookie).all("Cache-Control"))
          .containsExactly("private, max-age=5");
    }
  }

  private static DashboardProxyListener recording(List<String> said) {
    return new DashboardProxyListener() {
      @Override
      public void onRequest(ProxiedRequest request) {
        said.add(request.toString());
      }

      @Override
      public void onUpstreamFailed(RayException cause) {
        said.add(cause.toString());
      }
    };
  }

  /** Collects what the proxy and the server inside it log, on every level. */
  private static final class LogWatch extends Handler implements AutoCloseable {
    private final List<Logger> loggers =
        List.of(Logger.getLogger("io.rayauth"), Logger.getLogger("io.undertow"));
    private final Logger loggerOfHeaders = Logger.getLogger("io.undertow.client.request");
    private final List<String> said;

    LogWatch(List<String> said) {
      this.said = said;
      setLevel(Level.ALL);
      setFormatter(new SimpleFormatter());
      loggerOfHeaders.setLevel(Level.FINE); // see TokenLogAttackTest
      for (Logger logger : loggers) {
        logger.setLevel(Level.ALL);
        logger.addHandler(this);
      }
    }

    boolean isOn() {
      return loggers.stream().allMatch(logger -> logger.isLoggable(Level.FINEST));
    }

    @Override
    public void publish(LogRecord line) {
      said.add(getFormatter().format(line));
    }

    @Override
    public void flush() {}

    @Override
    public void close() {
      for (Logger logger : loggers) {
        logger.removeHandler(this);
        logger.setLevel(null);
      }
      loggerOfHeaders.setLevel(null);
    }
  }
}
