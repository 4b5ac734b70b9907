package io.rayauth.proxy.internal.page;

import static org.assertj.core.api.Assertions.assertThat;

import io.rayauth.error.RayException;
import io.rayauth.error.RayTransportException;
import io.rayauth.token.TokenUnavailableException;
import io.undertow.Undertow;
import io.undertow.server.HttpHandler;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(120)
class PagesTest {
  private static final String[] NAVIGATION = {
    "Accept", "text/html,application/xhtml+xml;q=0.9,*/*;q=0.8", "Sec-Fetch-Dest", "document"
  };

  private final Pages pages = new Pages("prod <b>/</b> trainer");

  private static HttpResponse<String> answer(HttpHandler handler, String method, String... headers)
      throws IOException, InterruptedException {
    Undertow server = Undertow.builder().addHttpListener(0, "127.0.0.1", handler).build();
    server.start();
    try {
      int port = ((InetSocketAddress) server.getListenerInfo().get(0).getAddress()).getPort();
      HttpRequest.Builder request =
          HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/x"))
              .version(HttpClient.Version.HTTP_1_1)
              .method(method, HttpRequest.BodyPublishers.noBody());
      if (headers.length > 0) {
        request.headers(headers);
      }
      return HttpClient.newHttpClient().send(request.build(), BodyHandlers.ofString());
    } finally {
      server.stop();
    }
  }

  private HttpResponse<String> failed(RayException failure, String method, String... headers)
      throws IOException, InterruptedException {
    return answer(exchange -> pages.failed(exchange, failure), method, headers);
  }

  @Test
  void failed_whenSomebodyLooks_isAPageWithTheExplanationAsText() throws Exception {
    RayException failure =
        TokenUnavailableException.broken("<script>alert(1)</script> & \"'\u202e\u0000 no token");

    HttpResponse<String> answer = failed(failure, "GET", NAVIGATION);

    assertThat(answer.statusCode()).isEqualTo(502);
    assertThat(answer.headers().firstValue("Content-Type")).contains("text/html; charset=utf-8");
    assertThat(answer.body())
        .contains("<h1>There is no token for the cluster</h1>")
        .contains("prod &lt;b&gt;/&lt;/b&gt; trainer")
        .contains("&lt;script&gt;alert(1)&lt;/script&gt; &amp; &quot;&#39;\ufffd\ufffd no token")
        .doesNotContain("<script", "<b>", "http-equiv");
  }

  @Test
  void failed_whenAScriptAsks_isPlainText() throws Exception {
    RayException failure = TokenUnavailableException.broken("no token");

    HttpResponse<String> answer =
        failed(failure, "GET", "Accept", "text/html", "Sec-Fetch-Dest", "empty");

    assertThat(answer.headers().firstValue("Content-Type")).contains("text/plain; charset=utf-8");
    assertThat(answer.body()).isEqualTo("There is no token for the cluster: no token\n");
  }

  @Test
  void failed_whenTheClusterMayComeBack_looksAgainUnlessItWasAnAction() throws Exception {
    RayException failure = RayTransportException.notSent("nobody listens", null, 1);

    HttpResponse<String> page = failed(failure, "GET", NAVIGATION);
    HttpResponse<String> action = failed(failure, "POST", NAVIGATION);

    assertThat(page.headers().firstValue("Retry-After")).contains("10");
    assertThat(page.body())
        .contains(
            "<meta http-equiv=\"refresh\" content=\"10; url=/x\">", "The cluster does not answer");
    assertThat(action.headers().firstValue("Retry-After")).isEmpty();
    assertThat(action.body()).doesNotContain("http-equiv").contains("nobody listens");
  }

  @Test
  void refuse_doesNotNameTheCluster() throws Exception {
    Refusal refusal = new Refusal(421, "foreign Host", "Wrong address", "Open the link again.");

    HttpResponse<String> page =
        answer(exchange -> pages.refuse(exchange, refusal), "GET", NAVIGATION);

    assertThat(page.statusCode()).isEqualTo(421);
    assertThat(page.body()).contains("Wrong address", "Open the link again.");
    assertThat(page.body()).doesNotContain("trainer");
  }

  @Test
  void enter_goesOnToTheDashboardWithoutAScript() throws Exception {
    HttpResponse<String> page = answer(pages::enter, "GET", NAVIGATION);

    assertThat(page.statusCode()).isEqualTo(200);
    assertThat(page.body())
        .contains("<meta http-equiv=\"refresh\" content=\"0; url=/\">", "<a href=\"/\">")
        .doesNotContain("<script");
  }

  @Test
  void everyPage_mayLoadNothingAndIsKeptNowhere() throws Exception {
    HttpResponse<String> page = answer(pages::enter, "GET", NAVIGATION);

    assertThat(page.headers().firstValue("Cache-Control")).contains("no-store");
    assertThat(page.headers().firstValue("Content-Security-Policy").orElseThrow())
        .startsWith("default-src 'none'; style-src 'sha256-")
        .endsWith("form-action 'none'; base-uri 'none'; frame-ancestors 'none'");
  }
}
