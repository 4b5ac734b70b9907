package io.rayauth.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.UUID;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.ObjectMapper;

/** Proves the heads themselves, with the JDK's HTTP client alone. */
@Timeout(180)
class RealRayTest {

  private static final String RAY_VERSION = "2.60.0";
  private static final ObjectMapper JSON = new ObjectMapper();

  private final HttpClient http =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

  @Nested
  @WithRealRay(RayMode.OPEN)
  class Open {

    @Test
    void version_whenNobodyAsksForAToken_isTheInstalledOne(RealRay ray) throws Exception {
      HttpResponse<String> answer = send(to(ray, "/api/version").GET());

      assertThat(answer.statusCode()).isEqualTo(200);
      assertThat(JSON.readTree(answer.body()).path("ray_version").asString())
          .isEqualTo(RAY_VERSION);
      assertThat(ray.token()).isEmpty();
      assertThat(ray.tokenFile()).isEmpty();
    }

    @Test
    void submit_whenTheEntrypointUsesRay_succeeds(RealRay ray) throws Exception {
      String id = "e2e-" + UUID.randomUUID();

      HttpResponse<String> submitted = send(submission(to(ray, "/api/jobs/"), id));

      assertThat(submitted.statusCode()).isEqualTo(200);
      awaitSuccess(to(ray, "/api/jobs/" + id));
      assertThat(logs(to(ray, "/api/jobs/" + id + "/logs"))).contains("'CPU': 4.0");
    }
  }

  @Nested
  @WithRealRay(RayMode.TOKEN)
  class TokenMode {

    @Test
    void version_whenNoTokenIsSent_is401(RealRay ray) throws Exception {
      HttpResponse<String> answer = send(to(ray, "/api/version").GET());

      assertThat(answer.statusCode()).isEqualTo(401);
      assertThat(answer.body()).isEqualTo("Unauthorized: Missing authentication token");
    }

    @Test
    void version_whenTheTokenIsWrong_is403(RealRay ray) throws Exception {
      HttpResponse<String> answer =
          send(to(ray, "/api/version").header("Authorization", "Bearer canary-wrong").GET());

      assertThat(answer.statusCode()).isEqualTo(403);
      assertThat(answer.body()).isEqualTo("Forbidden: Invalid authentication token");
    }

    @Test
    void submit_whenTheTokenIsRight_succeeds(RealRay ray) throws Exception {
      String id = "e2e-" + UUID.randomUUID();

      HttpResponse<String> submitted = send(submission(authorized(ray, "/api/jobs/"), id));

      assertThat(submitted.statusCode()).isEqualTo(200);
      awaitSuccess(authorized(ray, "/api/jobs/" + id));
      assertThat(logs(authorized(ray, "/api/jobs/" + id + "/logs"))).contains("'CPU': 4.0");
    }

    @Test
    void tokenFile_whenTheHeadIsUp_isReadableByItsOwnerOnly(RealRay ray) throws Exception {
      var permissions = Files.getPosixFilePermissions(ray.tokenFile().orElseThrow());

      assertThat(PosixFilePermissions.toString(permissions)).isEqualTo("rw-------");
    }

    private static HttpRequest.Builder authorized(RealRay ray, String path) {
      return to(ray, path).header("Authorization", "Bearer " + ray.token().orElseThrow());
    }
  }

  private static HttpRequest.Builder to(RealRay ray, String path) {
    return HttpRequest.newBuilder(ray.url().resolve(path)).timeout(Duration.ofSeconds(30));
  }

  private static HttpRequest.Builder submission(HttpRequest.Builder request, String id) {
    String body =
        JSON.writeValueAsString(
            JSON.createObjectNode()
                .put("submission_id", id)
                .put(
                    "entrypoint",
                    "python -c 'import ray; ray.init(); print(ray.cluster_resources())'"));
    return request.header("Content-Type", "application/json").POST(BodyPublishers.ofString(body));
  }

  private void awaitSuccess(HttpRequest.Builder job) {
    await()
        .atMost(Duration.ofSeconds(90))
        .pollInterval(Duration.ofMillis(300))
        .until(() -> json(job).path("status").asString(), "SUCCEEDED"::equals);
  }

  private String logs(HttpRequest.Builder logs) throws Exception {
    return json(logs).path("logs").asString();
  }

  private JsonNode json(HttpRequest.Builder get) throws IOException, InterruptedException {
    return JSON.readTree(send(get.GET()).body());
  }

  private HttpResponse<String> send(HttpRequest.Builder request)
      throws IOException, InterruptedException {
    return http.send(request.build(), BodyHandlers.ofString());
  }
}
