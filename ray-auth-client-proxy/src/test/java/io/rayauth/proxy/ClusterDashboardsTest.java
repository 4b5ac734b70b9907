package io.rayauth.proxy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.rayauth.JobClient;
import io.rayauth.error.RayTransportException;
import io.rayauth.proxy.DashboardSource.Listed;
import io.rayauth.testkit.FakeRay;
import io.rayauth.testkit.Gate;
import io.rayauth.testkit.ManualClock;
import io.rayauth.token.TokenProvider;
import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(120)
class ClusterDashboardsTest {
  private static final Duration GENEROUS = Duration.ofSeconds(30);

  private final FakeRay ray = FakeRay.builder().gate(Gate.rayToken("canary-ray")).start();
  private final Inventory inventory = new Inventory();
  private final Person person = new Person();
  private @Nullable ClusterDashboards dashboards;

  /** A source whose places a test makes up; it connects to the one fake dashboard. */
  private final class Inventory implements DashboardSource {
    final Map<String, Supplier<List<Listed>>> places = new LinkedHashMap<>();
    final AtomicInteger lookups = new AtomicInteger();
    final AtomicInteger opened = new AtomicInteger();
    final AtomicInteger closed = new AtomicInteger();
    final AtomicInteger failed = new AtomicInteger();
    final AtomicBoolean interrupted = new AtomicBoolean();
    volatile @Nullable RuntimeException failure;
    volatile @Nullable CountDownLatch connecting;

    @Override
    public List<String> places() {
      if (failure != null) {
        throw failure;
      }
      return List.copyOf(places.keySet());
    }

    @Override
    public List<Listed> list(String place) {
      lookups.incrementAndGet();
      return places.get(place).get();
    }

    @Override
    public Connection open(String place, String name) {
      if (!name.equals("default/trainer")) {
        failed.incrementAndGet();
        throw RayTransportException.notSent("nobody <i>listens</i> at " + name, null, 1);
      }
      opened.incrementAndGet();
      if (connecting != null) {
        connecting.countDown();
      }
      JobClient jobs =
          JobClient.builder(ray.url()).tokenProvider(TokenProvider.of("canary-ray")).build();
      return new Connection() {
        @Override
        public JobClient jobs() {
          return jobs;
        }

        @Override
        public void close() {
          closed.incrementAndGet();
          jobs.close();
        }
      };
    }
  }

  @BeforeEach
  void listOneCluster() {
    inventory.places.put(
        "prod",
        () -> List.of(new Listed("default/trainer", Optional.empty(), Map.of("Ray", "2.60.0"))));
  }

  @AfterEach
  void close() {
    if (dashboards != null) {
      dashboards.close();
    }
    ray.close();
  }

  private ClusterDashboards started(ClusterDashboards.Builder builder) throws Exception {
    dashboards = builder.start();
    person.signIn(dashboards.url());
    return dashboards;
  }

  private String page() throws Exception {
    HttpResponse<String> page = person.look(dashboards.address().resolve("/"));
    assertThat(page.statusCode()).isEqualTo(200);
    return page.body();
  }

  private URI opened() throws Exception {
    HttpResponse<String> answer = person.press(dashboards.address(), "prod", "default/trainer");
    assertThat(answer.statusCode()).isEqualTo(303);
    return URI.create(answer.headers().firstValue("Location").orElseThrow());
  }

  private static String here(URI link) {
    return link.getScheme() + "://" + link.getAuthority();
  }

  @Test
  void page_listsWhatIsReadyAndWhyNot() throws Exception {
    inventory.places.put(
        "test",
        () ->
            List.of(
                new Listed(
                    "default/a", Optional.of("its head is missing"), Map.of("Ray", "2.55"))));
    inventory.places.put("empty", List::of);
    started(ClusterDashboards.of(inventory).title("All of ours"));

    assertThat(page())
        .contains("<h1>All of ours</h1>", "<h2>prod</h2>", "<h2>test</h2>", "<h2>empty</h2>")
        .contains("<td class=\"good\">ready</td><td>2.60.0</td>")
        .contains("<td class=\"bad\">its head is missing</td><td>2.55</td>")
        .contains("Nothing here.")
        .doesNotContain("http-equiv");
  }

  @Test
  void page_whenNamesAndMessagesHoldMarkup_showsItAsText() throws Exception {
    String evil = "\"><script>alert('x')</script>";
    inventory.places.put(
        evil, () -> List.of(new Listed(evil, Optional.of(evil), Map.of(evil, evil))));
    inventory.places.put(
        "gone",
        () -> {
          throw RayTransportException.notSent(evil, null, 1);
        });
    started(ClusterDashboards.of(inventory));

    assertThat(page())
        .contains("&quot;&gt;&lt;script&gt;alert(&#39;x&#39;)&lt;/script&gt;")
        .doesNotContain("<script", "alert('x')");
  }

  @Test
  void page_whenAPlaceCannotBeAsked_saysWhyAndShowsTheOthers() throws Exception {
    inventory.places.put(
        "gone",
        () -> {
          throw RayTransportException.notSent("no road; build one", null, 1);
        });
    inventory.places.put(
        "wrong",
        () -> {
          throw new IllegalStateException("a bug");
        });
    started(ClusterDashboards.of(inventory));

    assertThat(page())
        .contains("default/trainer", "no road; build one")
        .contains("cannot be asked: java.lang.IllegalStateException: a bug");
  }

  @Test
  void page_whenAPlaceIsSlow_showsTheOthersAndLooksAgain() throws Exception {
    CountDownLatch hurry = new CountDownLatch(1);
    inventory.places.put("slow", () -> waiting(hurry));
    started(ClusterDashboards.of(inventory));

    String first = page();
    hurry.countDown();

    assertThat(first)
        .contains("default/trainer", "Not answered yet")
        .contains("<meta http-equiv=\"refresh\" content=\"2\">");
    assertThat(page()).contains("Nothing here.").doesNotContain("Not answered yet", "http-equiv");
  }

  @Test
  void page_whenAPlaceDoesNotAnswerInTime_saysSoAndEndsTheLookup() throws Exception {
    CountDownLatch never = new CountDownLatch(1);
    inventory.places.put("hung", () -> waiting(never));
    started(ClusterDashboards.of(inventory).lookupTimeout(Duration.ofSeconds(1)));

    assertThat(page()).contains("did not answer within 1 s");
    Awaitility.await().atMost(GENEROUS).until(inventory.interrupted::get);
  }

  @Test
  void page_whenItIsReloadedAtOnce_doesNotAskAgainButLaterDoes() throws Exception {
    ManualClock clock = ManualClock.holdingSleepers();
    started(ClusterDashboards.of(inventory).time(clock));

    page();
    page();
    int soon = inventory.lookups.get();
    clock.advance(Duration.ofSeconds(6));
    page();

    assertThat(soon).isEqualTo(1);
    assertThat(inventory.lookups).hasValue(2);
  }

  @Test
  void page_mayBeLookedAtOnlyAndLeadToDashboardsOfThisMachine() throws Exception {
    started(ClusterDashboards.of(inventory));

    HttpResponse<String> page = person.look(dashboards.address().resolve("/"));

    assertThat(page.headers().firstValue("Content-Security-Policy").orElseThrow())
        .startsWith("default-src 'none'; style-src 'sha256-")
        .contains("form-action 'self' http://127.0.0.1:*;");
    assertThat(page.headers().firstValue("Cache-Control")).contains("no-store");
  }

  @Test
  void page_whenTheSourceKnowsNoPlaces_showsWhy() throws Exception {
    inventory.failure = RayTransportException.notSent("there is no list", null, 1);
    started(ClusterDashboards.of(inventory));

    HttpResponse<String> page = person.look(dashboards.address().resolve("/"));

    assertThat(page.statusCode()).isEqualTo(502);
    assertThat(page.body()).contains("there is no list");
  }

  @Test
  void page_whenTheSourceFailsUnexpectedly_showsThat() throws Exception {
    inventory.failure = new IllegalStateException("a <bug>");
    started(ClusterDashboards.of(inventory));

    HttpResponse<String> page = person.look(dashboards.address().resolve("/"));

    assertThat(page.statusCode()).isEqualTo(502);
    assertThat(page.body()).contains("java.lang.IllegalStateException: a &lt;bug&gt;");
  }

  @Test
  void page_whenNobodyHasSignedIn_isRefusedAndAsksNoPlace() throws Exception {
    dashboards = ClusterDashboards.of(inventory).start();

    HttpResponse<String> page = person.look(dashboards.address().resolve("/"));

    assertThat(page.statusCode()).isEqualTo(401);
    assertThat(page.body()).doesNotContain("trainer");
    assertThat(inventory.lookups).hasValue(0);
  }

  @Test
  void open_whenAPageOfAnotherPortAsks_isRefused() throws Exception {
    started(ClusterDashboards.of(inventory));
    URI dashboard = URI.create(here(opened()));

    HttpResponse<String> answer =
        person.pressFrom(dashboard, dashboards.address(), "place=prod&name=default%2Ftrainer");

    assertThat(answer.statusCode()).isEqualTo(403);
    assertThat(answer.headers().firstValue("Location")).isEmpty();
  }

  @Test
  void underLocalhostName_namesThePageSo() throws Exception {
    dashboards = ClusterDashboards.of(inventory).underLocalhostName("ray").start();

    assertThat(dashboards.address().getHost()).isEqualTo("ray.localhost");
    assertThat(dashboards.url().getHost()).isEqualTo("ray.localhost");
  }

  @Test
  void open_leadsToAProxyWithAnOriginOfItsOwn() throws Exception {
    started(ClusterDashboards.of(inventory));

    URI link = opened();
    person.signIn(link);
    HttpResponse<String> version = person.look(link.resolve("/api/version"));

    assertThat(here(link)).isNotEqualTo(dashboards.address().toString());
    assertThat(version.statusCode()).isEqualTo(200);
    assertThat(version.body()).contains("2.60.0");
  }

  @Test
  void open_whenItIsOpenAlready_makesAnotherLinkToTheSameProxy() throws Exception {
    started(ClusterDashboards.of(inventory));

    URI first = opened();
    URI second = opened();

    assertThat(here(second)).isEqualTo(here(first));
    assertThat(second).isNotEqualTo(first);
    assertThat(inventory.opened).hasValue(1);
  }

  @Test
  void open_whenItFails_saysWhyAndTriesAnewTheNextTime() throws Exception {
    started(ClusterDashboards.of(inventory));

    HttpResponse<String> first = person.press(dashboards.address(), "prod", "default/<b>");
    HttpResponse<String> second = person.press(dashboards.address(), "prod", "default/<b>");

    assertThat(first.statusCode()).isEqualTo(502);
    assertThat(first.body())
        .contains("<h1>default/&lt;b&gt; does not open</h1>")
        .contains("nobody &lt;i&gt;listens&lt;/i&gt; at default/&lt;b&gt;")
        .contains("<a href=\"/\">Back to the list</a>");
    assertThat(second.body()).isEqualTo(first.body());
    assertThat(inventory.failed).hasValue(2);
  }

  @Test
  void open_whenTheFormIsIncomplete_connectsToNothing() throws Exception {
    started(ClusterDashboards.of(inventory));

    HttpResponse<String> answer = person.press(dashboards.address(), "place=prod");

    assertThat(answer.statusCode()).isEqualTo(400);
    assertThat(inventory.opened).hasValue(0);
  }

  @Test
  void dashboard_letsActionsThroughOnlyWhenAllowed() throws Exception {
    started(ClusterDashboards.of(inventory));
    URI readOnly = opened();
    person.signIn(readOnly);
    int refused = person.act(readOnly.resolve("/api/jobs/none/stop")).statusCode();
    dashboards.close();
    started(ClusterDashboards.of(inventory).allowWrites());
    URI writable = opened();
    person.signIn(writable);

    HttpResponse<String> stopped = person.act(writable.resolve("/api/jobs/none/stop"));

    assertThat(refused).isEqualTo(405);
    assertThat(stopped.statusCode()).isEqualTo(404);
    assertThat(stopped.body()).contains("none");
  }

  @Test
  void dashboard_whenNobodyLooksAtIt_closesAndOpensAgain() throws Exception {
    ManualClock clock = ManualClock.holdingSleepers();
    started(ClusterDashboards.of(inventory).time(clock).idleTimeout(Duration.ofMinutes(7)));
    URI first = opened();

    clock.awaitSleepers(1);
    clock.advance(Duration.ofMinutes(8));

    Awaitility.await().atMost(GENEROUS).until(() -> inventory.closed.get() == 1);
    assertThat(opened()).isNotEqualTo(first);
    assertThat(inventory.opened).hasValue(2);
  }

  @Test
  void close_closesTheDashboardsToo() throws Exception {
    started(ClusterDashboards.of(inventory));
    URI link = opened();

    dashboards.close();
    dashboards.close();
    dashboards.awaitClosed();

    assertThat(inventory.closed).hasValue(1);
    assertThatExceptionOfType(ConnectException.class)
        .isThrownBy(() -> person.look(link.resolve("/")));
    assertThatExceptionOfType(ConnectException.class)
        .isThrownBy(() -> person.look(dashboards.address()));
  }

  @Test
  void close_whileADashboardIsBeingOpened_closesWhatComesOfIt() throws Exception {
    CountDownLatch connecting = new CountDownLatch(1);
    inventory.connecting = connecting;
    started(ClusterDashboards.of(inventory));
    Thread presser =
        new Thread(() -> {
          try {
            opened();
          } catch (Exception | AssertionError expected) {
            // the start page goes away
          }
        });
    presser.start();
    connecting.await();

    dashboards.close();

    presser.join();
    Awaitility.await()
        .atMost(GENEROUS)
        .until(() -> inventory.closed.get() == inventory.opened.get());
  }

  @Test
  void start_whenThePortIsTaken_saysSo() throws Exception {
    int taken = started(ClusterDashboards.of(inventory)).address().getPort();

    assertThatExceptionOfType(DashboardProxyException.class)
        .isThrownBy(() -> ClusterDashboards.of(inventory).port(taken).start())
        .withMessageContaining(Integer.toString(taken));
  }

  @Test
  void builder_whenASettingIsImpossible_saysSo() {
    ClusterDashboards.Builder builder = ClusterDashboards.of(inventory);

    assertThatIllegalArgumentException().isThrownBy(() -> builder.port(70_000));
    assertThatIllegalArgumentException().isThrownBy(() -> builder.idleTimeout(Duration.ZERO));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> builder.lookupTimeout(Duration.ofSeconds(-1)));
  }

  private List<Listed> waiting(CountDownLatch until) {
    try {
      until.await();
      return List.of();
    } catch (InterruptedException e) {
      inventory.interrupted.set(true);
      throw new IllegalStateException(e);
    }
  }
}
