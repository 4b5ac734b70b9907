package io.rayauth.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import io.rayauth.testkit.ManualClock;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Ways to get in, or to make somebody else get in, without a link of one's own. */
@Timeout(120)
class LinkAttackTest {
  @Test
  void link_whenOpenedTwice_worksOnce() throws Exception {
    try (Stage stage = Stage.open()) {
      URI link = stage.proxy.url();
      Wire.Answer first = stage.open(link);

      Wire.Answer second = stage.open(link);

      assertThat(first.status()).isEqualTo(200);
      assertThat(second.status()).isEqualTo(403);
      assertThat(second.all("Set-Cookie")).isEmpty();
      assertThat(stage.ask("GET", "/", Stage.cookie(first)).status()).isEqualTo(200);
    }
  }

  @Test
  void usedLink_whenTheSameBrowserOpensItAgain_leadsOnWithoutANewCookie() throws Exception {
    try (Stage stage = Stage.open()) {
      URI link = stage.proxy.url();
      String cookie = Stage.cookie(stage.open(link));

      Wire.Answer again = stage.open(link, cookie);

      assertThat(again.status()).isEqualTo(200);
      assertThat(again.all("Set-Cookie")).isEmpty();
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "?",
        "?key=",
        "?key",
        "?key=%00",
        "?k=1",
        "?key=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
      })
  void key_whenGuessed_letsNobodyIn(String query) throws Exception {
    try (Stage stage = Stage.open()) {
      stage.proxy.url();

      Wire.Answer answer = stage.ask("GET", "/-/open" + query);

      assertThat(answer.status()).isEqualTo(403);
      assertThat(answer.all("Set-Cookie")).isEmpty();
    }
  }

  @Test
  void keysAndCookies_whenMade_hold256BitsEachOfTheirOwn() throws Exception {
    try (Stage stage = Stage.open()) {
      Set<String> seen = new HashSet<>();

      for (int i = 0; i < 8; i++) {
        String key = stage.proxy.url().getQuery().substring("key=".length());
        String value = stage.signIn().replaceFirst(".*=", "");
        assertThat(key).matches("[A-Za-z0-9_-]{43}");
        assertThat(value).matches("[A-Za-z0-9_-]{43}");
        seen.addAll(List.of(key, value));
      }

      assertThat(seen).hasSize(16);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"Sec-Purpose: prefetch", "Sec-Purpose: prefetch;prerender", "Purpose: prefetch"})
  void link_whenFetchedAhead_isNotUsedUp(String header) throws Exception {
    try (Stage stage = Stage.open()) {
      URI link = stage.proxy.url();

      Wire.Answer ahead = stage.open(link, header);

      assertThat(ahead.status()).isEqualTo(503);
      assertThat(stage.open(link).status()).isEqualTo(200);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "Sec-Fetch-Mode: no-cors\r\nSec-Fetch-Dest: image",
        "Sec-Fetch-Mode: cors\r\nSec-Fetch-Dest: empty",
        "Sec-Fetch-Mode: navigate\r\nSec-Fetch-Dest: iframe",
        "Sec-Fetch-Mode: navigate"
      })
  void link_whenAPageLoadsItAsAPart_isNotUsedUp(String headers) throws Exception {
    try (Stage stage = Stage.open()) {
      URI link = stage.proxy.url();

      Wire.Answer part = stage.open(link, headers);

      assertThat(part.status()).isEqualTo(403);
      assertThat(stage.open(link).status()).isEqualTo(200);
    }
  }

  @Test
  void link_whenFollowedFromAnotherSite_signsInWithAPageAndNoRedirect() throws Exception {
    try (Stage stage = Stage.open()) {
      Wire.Answer answer =
          stage.open(
              stage.proxy.url(),
              "Accept: text/html",
              "Sec-Fetch-Site: cross-site",
              "Sec-Fetch-Mode: navigate",
              "Sec-Fetch-Dest: document");

      assertThat(answer.status()).isEqualTo(200);
      assertThat(answer.body()).contains("url=/");
      assertThat(answer.header("Set-Cookie"))
          .startsWith("ray-dashboard-" + stage.port + "=")
          .contains("; Path=/", "; HttpOnly", "; SameSite=Strict")
          .doesNotContain("omain", "xpires", "ax-Age");
      assertThat(answer.header("Clear-Site-Data")).isEqualTo("\"storage\"");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"&next=https://evil.example/", "&url=//evil.example", "#//evil.example"})
  void link_whenSomebodyAddsATarget_leadsNowhereElse(String more) throws Exception {
    try (Stage stage = Stage.open()) {
      Wire.Answer answer =
          stage.ask(
              "GET",
              stage.proxy.url().toString().substring(stage.origin.length()) + more,
              "Accept: text/html");

      assertThat(answer.text()).doesNotContain("evil");
      assertThat(answer.all("Location")).isEmpty();
      assertThat(answer.all("Set-Cookie")).isEmpty();
    }
  }

  @Test
  void foreignLink_whenASignedInBrowserIsSentToIt_leavesItAsItWas() throws Exception {
    try (Stage stage = Stage.open()) {
      String cookie = stage.signIn();

      Wire.Answer answer =
          stage.ask("GET", "/-/open?key=of-the-attacker", cookie, "Sec-Fetch-Site: cross-site");

      assertThat(answer.all("Set-Cookie")).isEmpty();
      assertThat(stage.ask("GET", "/", cookie).status()).isEqualTo(200);
    }
  }

  @Test
  void cookie_whenAnotherPortSetsItFirst_doesNotGetAChosenValueInOrShutOut() throws Exception {
    try (Stage stage = Stage.open()) {
      String name = "ray-dashboard-" + stage.port + "=";
      String chosen = name + "chosen-by-the-attacker";

      Wire.Answer fixed = stage.open(stage.proxy.url(), "Cookie: " + chosen);
      String own = Stage.cookie(fixed).replace("Cookie: ", "");

      assertThat(own).startsWith(name).isNotEqualTo(chosen);
      assertThat(stage.ask("GET", "/", "Cookie: " + chosen).status()).isEqualTo(401);
      assertThat(stage.ask("GET", "/", "Cookie: " + chosen + "; " + own).status()).isEqualTo(200);
      assertThat(stage.ask("GET", "/", "Cookie: " + own + "; " + chosen).status()).isEqualTo(200);
      assertThat(stage.ask("GET", "/", "Cookie: " + chosen, "Cookie: " + own).status())
          .isEqualTo(200);
    }
  }

  @Test
  void cookie_whenItIsOfAnotherProxy_letsNobodyIn() throws Exception {
    try (Stage stage = Stage.open();
        Stage other = Stage.open()) {
      String value = other.signIn().replaceFirst(".*=", "");

      Wire.Answer answer =
          stage.ask("GET", "/", "Cookie: ray-dashboard-" + stage.port + "=" + value);

      assertThat(answer.status()).isEqualTo(401);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"/", "/api/jobs/", "/static/js/main.js", "/api/version", "/favicon.ico"})
  void stranger_whenItScansThePort_learnsNothingOfTheCluster(String path) throws Exception {
    try (Stage stage = Stage.with(proxy -> proxy.title("the-secret-cluster"))) {
      Wire.Answer answer = stage.ask("GET", path, "Accept: text/html");
      Wire.Answer health = stage.ask("GET", "/-/health");
      Wire.Answer link = stage.ask("GET", "/-/open?key=x", "Accept: text/html");

      assertThat(answer.status()).isEqualTo(401);
      assertThat(health.body()).isEqualTo("ok\n");
      assertThat(answer.text() + health.text() + link.text())
          .doesNotContain("the-secret-cluster", stage.ray.url().getAuthority(), "Undertow");
      assertThat(stage.calls()).isEmpty();
    }
  }

  @Test
  void script_whenItsBrowserIsSignedOut_isNotToldToAskForATokenOfTheCluster() throws Exception {
    try (Stage stage = Stage.open()) {
      Wire.Answer answer =
          stage.ask("GET", "/api/jobs/", "Sec-Fetch-Site: same-origin", "Sec-Fetch-Dest: empty");

      assertThat(answer.status()).isEqualTo(410);
    }
  }

  @Test
  void session_whenIdleForTooLong_isOver() throws Exception {
    ManualClock clock = ManualClock.holdingSleepers();
    ProxyLimits limits = ProxyLimits.builder().sessionIdle(Duration.ofHours(1)).build();
    try (Stage stage = Stage.with(proxy -> proxy.time(clock).limits(limits))) {
      String cookie = stage.signIn();

      clock.advance(Duration.ofMinutes(59));
      assertThat(stage.ask("GET", "/", cookie).status()).isEqualTo(200);
      clock.advance(Duration.ofMinutes(59));
      assertThat(stage.ask("GET", "/", cookie).status()).isEqualTo(200);
      clock.advance(Duration.ofMinutes(60));
      assertThat(stage.ask("GET", "/", cookie).status()).isEqualTo(401);
    }
  }

  @Test
  void sessions_whenThereAreTooMany_giveWayFromTheOneThatIsQuietForLongest() throws Exception {
    ManualClock clock = ManualClock.holdingSleepers();
    ProxyLimits limits = ProxyLimits.builder().sessions(2).build();
    try (Stage stage = Stage.with(proxy -> proxy.time(clock).limits(limits))) {
      String first = stage.signIn();
      clock.advance(Duration.ofSeconds(1));
      String second = stage.signIn();
      clock.advance(Duration.ofSeconds(1));
      assertThat(stage.ask("GET", "/", first).status()).isEqualTo(200);

      String third = stage.signIn();

      assertThat(stage.ask("GET", "/", first).status()).isEqualTo(200);
      assertThat(stage.ask("GET", "/", second).status()).isEqualTo(401);
      assertThat(stage.ask("GET", "/", third).status()).isEqualTo(200);
    }
  }

  @Test
  void links_whenManyAreUnused_giveWayFromTheOldest() throws Exception {
    try (Stage stage = Stage.open()) {
      List<URI> links = new ArrayList<>();
      for (int i = 0; i < 17; i++) {
        links.add(stage.proxy.url());
      }

      assertThat(stage.open(links.get(0)).status()).isEqualTo(403);
      assertThat(stage.open(links.get(1)).status()).isEqualTo(200);
      assertThat(stage.open(links.get(16)).status()).isEqualTo(200);
    }
  }

  @Test
  void listener_whenBrowsersSignIn_isToldHowManyThereAre() throws Exception {
    List<Integer> told = new ArrayList<>();
    DashboardProxyListener listener =
        new DashboardProxyListener() {
          @Override
          public void onSessionStarted(int sessions) {
            synchronized (told) {
              told.add(sessions);
            }
          }
        };
    try (Stage stage = Stage.with(proxy -> proxy.listener(listener))) {
      stage.signIn();
      stage.signIn();
    }

    synchronized (told) {
      assertThat(told).containsExactly(1, 2);
    }
  }
}
