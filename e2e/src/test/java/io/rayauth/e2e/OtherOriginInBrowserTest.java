package io.rayauth.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.Page;
import io.rayauth.RayEndpoint;
import io.rayauth.proxy.DashboardProxy;
import io.rayauth.proxy.DashboardProxyListener;
import io.rayauth.proxy.ProxiedRequest;
import io.rayauth.testkit.FakeRay;
import io.rayauth.testkit.Gate;
import io.rayauth.testkit.RecordedCall;
import io.rayauth.token.TokenProvider;
import java.net.URI;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Lets pages of other origins try everything a page can, in a browser that is signed in to a proxy
 * that lets writes through. What reaches the cluster is what counts, so that is one that keeps a
 * record; what the browser does not let a page read is checked on top.
 */
@Tag("browser")
@Timeout(300)
class OtherOriginInBrowserTest {
  private static final String TOKEN = "canary-of-other-origins";

  /** Each goes to a path of its own; all say at the end what they could read. */
  private static final String EVERY_ATTACK =
      """
      async target => {
        const read = {};
        const path = name => `${target}/api/jobs/attack-${name}`;
        const within = (limit, attempt) =>
            Promise.race([attempt, new Promise((_, no) => setTimeout(() => no('late'), limit))]);
        const attempt = async (name, action) => {
          try {
            read[name] = await within(5000, action(path(name)));
          } catch (refused) {
            read[name] = '';
          }
        };
        const body = '{"submission_id": "attack", "entrypoint": "id"}';
        const fetched = options => async url => (await fetch(url, options)).text();
        const loaded = (tag, attributes, property) => url => new Promise((yes, no) => {
          const element = Object.assign(document.createElement(tag), attributes, {[property]: url});
          element.onload = () => yes('loaded');
          element.onerror = no;
          document.body.append(element);
        });
        const posted = enctype => url => new Promise(yes => {
          const frame = Object.assign(document.createElement('iframe'), {name: url});
          const form = Object.assign(
              document.createElement('form'),
              {method: 'POST', action: url, target: url, enctype});
          form.append(Object.assign(document.createElement('input'), {name: body, value: ''}));
          frame.onload = () => yes('');
          document.body.append(frame, form);
          form.submit();
        });
        const socket = url => new Promise((yes, no) => {
          const opened = new WebSocket(url.replace('http', 'ws') + '/logs/tail');
          opened.onopen = () => yes('opened');
          opened.onerror = no;
        });
        const framed = url => new Promise(yes => {
          const frame = Object.assign(document.createElement('iframe'), {src: url});
          frame.onload = () => yes(frame.contentDocument?.body.innerText ?? '');
          document.body.append(frame);
        });
        const streamed = url => new Promise((yes, no) => {
          const source = new EventSource(url, {withCredentials: true});
          source.onopen = () => yes('opened');
          source.onerror = event => { source.close(); no(event); };
        });
        await Promise.all([
          attempt('fetch', fetched({credentials: 'include'})),
          attempt('fetch-no-cors', fetched({credentials: 'include', mode: 'no-cors'})),
          attempt('post', fetched({credentials: 'include', method: 'POST', body})),
          attempt('post-no-cors',
              fetched({credentials: 'include', method: 'POST', mode: 'no-cors', body})),
          attempt('delete', fetched({credentials: 'include', method: 'DELETE'})),
          attempt('put', fetched({credentials: 'include', method: 'PUT', body})),
          attempt('image', loaded('img', {}, 'src')),
          attempt('image-cors', loaded('img', {crossOrigin: 'use-credentials'}, 'src')),
          attempt('script', loaded('script', {}, 'src')),
          attempt('style', loaded('link', {rel: 'stylesheet'}, 'href')),
          attempt('object', loaded('object', {}, 'data')),
          attempt('frame', framed),
          attempt('form', posted('application/x-www-form-urlencoded')),
          attempt('form-as-json', posted('text/plain')),
          attempt('beacon', async url => navigator.sendBeacon(url, body) ? '' : 'not sent'),
          attempt('socket', socket),
          attempt('events', streamed),
        ]);
        return read;
      }
      """;

  private final FakeRay ray = FakeRay.builder().gate(Gate.rayToken(TOKEN)).start();
  private final Requests requests = new Requests();
  private final DashboardProxy proxy =
      DashboardProxy.to(RayEndpoint.of(ray.url()), TokenProvider.of(TOKEN))
          .allowWrites()
          .listener(requests)
          .start();
  private final AttackersSite site = AttackersSite.start();
  private final Chromium browser = Chromium.start();

  @AfterEach
  void close() {
    browser.close();
    site.close();
    proxy.close();
    ray.close();
  }

  /** Shows that what is tried does reach the cluster where the proxy lets it. */
  @Test
  void page_ofTheProxyItself_reachesTheCluster() {
    Page own = signIn();

    attack(own);

    Set<String> arrived = attacksAtTheCluster();
    assertThat(arrived).contains("fetch", "post", "put", "delete", "image", "socket", "beacon");
  }

  @ParameterizedTest
  @ValueSource(strings = {"127.0.0.1", "localhost", Chromium.ATTACKERS_NAME})
  void page_ofAnotherOrigin_canNeitherReadNorAct(String host) {
    signIn();
    Page attacker = browser.newTab();
    attacker.navigate(site.url(host).toString());

    Map<String, String> read = attack(attacker);

    assertThat(read).allSatisfy((attack, seen) -> assertThat(seen).as(attack).isEmpty());
    attacker.waitForCondition(() -> requests.attacks().containsAll(read.keySet()));
    assertThat(requests.ends()).containsExactly(ProxiedRequest.End.REFUSED);
    assertThat(attacksAtTheCluster()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"127.0.0.1", "localhost", Chromium.ATTACKERS_NAME})
  void window_openedByAnotherOrigin_cannotBeReadByIt(String host) {
    signIn();
    Page attacker = browser.newTab();
    attacker.navigate(site.url(host).toString());

    Object read =
        attacker.evaluate(
            """
            async target => {
              const seen = [];
              for (const path of ['/', '/api/jobs/attack-window']) {
                const opened = window.open(target + path);
                await new Promise(yes => setTimeout(yes, 2000));
                try {
                  seen.push(opened.document.body.innerText);
                } catch (refused) {}
              }
              return seen;
            }
            """,
            proxy.address().toString());

    assertThat((List<?>) read).allSatisfy(seen -> assertThat(seen).asString().isEmpty());
    attacker.waitForCondition(() -> requests.attacks().contains("window"));
    assertThat(attacksAtTheCluster()).isEmpty();
  }

  @Test
  void name_ofAnAttackerThatLeadsToThisMachine_isNotThatOfTheProxy() {
    signIn();
    Page attacker = browser.newTab();
    URI rebound = URI.create("http://" + Chromium.ATTACKERS_NAME + ":" + proxy.address().getPort());

    int status = attacker.navigate(rebound + "/api/jobs/attack-rebinding").status();

    assertThat(status).isBetween(400, 499);
    assertThat(attacksAtTheCluster()).isEmpty();
  }

  /** To a browser, a cookie belongs to a host with all its ports. */
  @Test
  void cookie_ofAProxyWithANameOfItsOwn_goesToNoOtherServerOfThisMachine() {
    try (DashboardProxy named =
        DashboardProxy.to(RayEndpoint.of(ray.url()), TokenProvider.of(TOKEN))
            .underLocalhostName("ray-trainer")
            .start()) {
      signIn(named);
      browser.newTab().navigate(site.url("127.0.0.1").toString());
      browser.newTab().navigate(site.url("localhost").toString());
      assertThat(site.cookies()).isEmpty();

      signIn(); // here the name is shared, and so is the cookie, which is why there is the other
      // way
      browser.newTab().navigate(site.url("127.0.0.1").toString());
      assertThat(site.cookies()).hasSize(1);
    }
  }

  private Page signIn() {
    return signIn(proxy);
  }

  /** Opens a proxy's link, and then a page of the cluster: a tab with the proxy's origin. */
  private Page signIn(DashboardProxy proxy) {
    Page tab = browser.newTab();
    tab.navigate(proxy.url().toString());
    tab.waitForURL(proxy.address() + "/");
    assertThat(tab.navigate(proxy.address() + "/api/version").status()).isEqualTo(200);
    return tab;
  }

  @SuppressWarnings("unchecked") // the script returns an object whose values are text
  private Map<String, String> attack(Page attacker) {
    Map<String, String> read =
        (Map<String, String>) attacker.evaluate(EVERY_ATTACK, proxy.address().toString());
    assertThat(read).hasSizeGreaterThan(15);
    return read;
  }

  private Set<String> attacksAtTheCluster() {
    return ray.calls().stream()
        .map(RecordedCall::path)
        .flatMap(path -> nameOfAttack(path).stream())
        .collect(Collectors.toCollection(TreeSet::new));
  }

  private static List<String> nameOfAttack(String path) {
    String start = "/api/jobs/attack-";
    return path.startsWith(start)
        ? List.of(path.substring(start.length()).replace("/logs/tail", ""))
        : List.of();
  }

  /** Keeps what became of the requests of attacks. */
  private static final class Requests implements DashboardProxyListener {
    private final List<ProxiedRequest> all = new CopyOnWriteArrayList<>();

    @Override
    public void onRequest(ProxiedRequest request) {
      if (!nameOfAttack(request.path()).isEmpty()) {
        all.add(request);
      }
    }

    Set<String> attacks() {
      return all.stream()
          .flatMap(request -> nameOfAttack(request.path()).stream())
          .collect(Collectors.toSet());
    }

    Set<ProxiedRequest.End> ends() {
      return all.stream().map(ProxiedRequest::end).collect(Collectors.toSet());
    }
  }
}
