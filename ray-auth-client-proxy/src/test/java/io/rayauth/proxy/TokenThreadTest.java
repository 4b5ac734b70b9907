package io.rayauth.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import io.rayauth.RayEndpoint;
import io.rayauth.testkit.FakeRay;
import io.rayauth.testkit.Gate;
import io.rayauth.token.AccessToken;
import java.net.CookieManager;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class TokenThreadTest {
  private static final String TOKEN = "canary-thread";

  @Test
  void forward_whenATokenHasToBeFetched_doesNotHoldUpAnIoThread() throws Exception {
    List<String> threads = new CopyOnWriteArrayList<>();
    try (FakeRay ray = FakeRay.builder().gate(Gate.rayToken(TOKEN)).start();
        DashboardProxy proxy =
            DashboardProxy.to(
                    RayEndpoint.of(ray.url()),
                    () -> {
                      threads.add(Thread.currentThread().getName());
                      return AccessToken.of(TOKEN);
                    })
                .start()) {
      HttpClient browser = HttpClient.newBuilder().cookieHandler(new CookieManager()).build();
      get(browser, proxy.url());

      HttpResponse<String> first = get(browser, proxy.address().resolve("/api/version"));
      HttpResponse<String> second = get(browser, proxy.address().resolve("/api/version"));

      assertThat(List.of(first, second)).allMatch(answer -> answer.statusCode() == 200);
    }
    assertThat(threads).singleElement().asString().contains("task").doesNotContain("I/O");
  }

  private static HttpResponse<String> get(HttpClient browser, URI url) throws Exception {
    return browser.send(HttpRequest.newBuilder(url).build(), BodyHandlers.ofString());
  }
}
