package io.rayauth.proxy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.rayauth.RayEndpoint;
import io.rayauth.testkit.FakeRay;
import io.rayauth.testkit.Gate;
import io.rayauth.token.TokenProvider;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.WebSocket;
import java.time.Duration;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class ForwardTest {
  private static final String TOKEN = "canary-forward";

  @Test
  void forward_whenABrowserGets_answersWithWhatTheClusterSays() throws Exception {
    try (FakeRay ray = FakeRay.builder().gate(Gate.rayToken(TOKEN)).start();
        DashboardProxy proxy = proxy(ray)) {
      HttpResponse<String> answer =
          HttpClient.newHttpClient()
              .send(
                  HttpRequest.newBuilder(proxy.address().resolve("/api/version")).build(),
                  HttpResponse.BodyHandlers.ofString());

      assertThat(answer.statusCode()).isEqualTo(200);
      assertThat(answer.body()).contains("ray_version");
    }
  }

  @Test
  void forward_whenABrowserTailsALog_passesTheWebSocket() throws Exception {
    try (FakeRay ray = FakeRay.builder().gate(Gate.rayToken(TOKEN)).start();
        DashboardProxy proxy = proxy(ray)) {
      try (io.rayauth.JobClient client =
          io.rayauth.JobClient.builder(ray.url()).tokenProvider(TokenProvider.of(TOKEN)).build()) {
        client.submit(
            io.rayauth.job.JobSpec.running("echo hello")
                .submissionId(new io.rayauth.job.JobId("job-1"))
                .build());
      }
      StringBuffer log = new StringBuffer();
      URI tail = URI.create("ws" + proxy.address().resolve("/api/jobs/job-1/logs/tail").toString().substring(4));

      HttpClient.newHttpClient()
          .newWebSocketBuilder()
          .buildAsync(
              tail,
              new WebSocket.Listener() {
                @Override
                public CompletionStage<?> onText(WebSocket socket, CharSequence text, boolean last) {
                  log.append(text);
                  return WebSocket.Listener.super.onText(socket, text, last);
                }

                @Override
                public CompletionStage<?> onClose(WebSocket socket, int code, String reason) {
                  log.append("closed ").append(code);
                  return null;
                }
              })
          .join();

      await().atMost(Duration.ofSeconds(20)).until(() -> log.toString().endsWith("closed 1000"));
    }
  }

  private static DashboardProxy proxy(FakeRay ray) {
    return DashboardProxy.to(RayEndpoint.of(ray.url()), TokenProvider.of(TOKEN)).start();
  }
}
