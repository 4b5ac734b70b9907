package io.rayauth.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
@WithFakeRay
class WireTest {
  @Test
  void header_whenItIsTooLong_isAnHttp10AnswerThatQuotesIt(FakeRay ray) throws Exception {
    Wire.Answer answer = Wire.get(ray, "/api/version", "Authorization: Bearer " + "x".repeat(8993));

    assertThat(answer.statusLine()).isEqualTo("HTTP/1.0 400 Bad Request");
    assertThat(answer.header("Content-Length")).isEqualTo("146");
    assertThat(answer.body())
        .isEqualTo("Got more than 8190 bytes when reading: b'Bearer " + "x".repeat(93) + "...'.");
  }

  @Test
  void header_whenItIsJustShortEnough_isTaken(FakeRay ray) throws Exception {
    assertThat(Wire.get(ray, "/api/version", "Authorization: " + "x".repeat(8190)).status())
        .isEqualTo(200);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/api/jobs",
        "/api/version/",
        "/api/jobs/a/",
        "/api/jobs//stop",
        "/api/jobs/..",
        "/api/packages/gcs/",
        "/nope"
      })
  void path_whenItIsNotExactlyRight_isA404(String path, FakeRay ray) throws Exception {
    assertThat(Wire.get(ray, path).body()).isEqualTo("404: Not Found");
  }

  @ParameterizedTest
  @CsvSource({
    "OPTIONS, /api/version, 'GET,HEAD'",
    "PUT, /api/jobs/, 'GET,HEAD,POST'",
    "POST, /api/jobs/x, 'DELETE,GET,HEAD'",
    "GET, /api/jobs/x/stop, POST",
    "POST, /api/jobs/x/logs, 'GET,HEAD'"
  })
  void method_whenItIsWrong_isA405ThatListsTheRightOnes(
      String method, String path, String allowed, FakeRay ray) throws Exception {
    Wire.Answer answer = Wire.exchange(ray, Wire.head(method, path) + "\r\n");

    assertThat(answer.body()).isEqualTo("405: Method Not Allowed");
    assertThat(answer.header("Allow")).isEqualTo(allowed);
  }

  @Test
  void head_whenGetWorks_hasItsHeadersOnly(FakeRay ray) throws Exception {
    try (Wire wire = new Wire(ray)) {
      wire.send(Wire.head("HEAD", "/api/version") + "\r\n" + Wire.head("GET", "/") + "\r\n");

      assertThat(wire.line()).isEqualTo("HTTP/1.1 200 OK");
      String head = "";
      for (String line = wire.line(); !line.isEmpty(); line = wire.line()) {
        head += line + "\n";
      }
      assertThat(head).contains("Content-Length: 155\n");
      assertThat(wire.line()).isEqualTo("HTTP/1.1 200 OK");
    }
  }

  @Test
  void connection_whenItIsKeptAlive_servesManyRequests(FakeRay ray) throws Exception {
    try (Wire wire = new Wire(ray)) {
      for (int i = 0; i < 3; i++) {
        wire.send(Wire.head("GET", "/api/version") + "\r\n");
        assertThat(wire.answer().header("Connection")).isEmpty();
      }
      wire.send(Wire.head("GET", "/api/version", "Connection: close") + "\r\n");

      assertThat(wire.answer().header("Connection")).isEqualTo("close");
      assertThat(wire.in().read()).isEqualTo(-1);
    }
  }

  @Test
  void body_whenHttp2IsOffered_isDropped(FakeRay ray) throws Exception {
    HttpClient client = HttpClient.newHttpClient();
    HttpRequest request =
        HttpRequest.newBuilder(ray.url().resolve("/api/jobs/"))
            .POST(HttpRequest.BodyPublishers.ofString(FakeJobs.spec("x", "echo")))
            .build();

    HttpResponse<String> offered = client.send(request, HttpResponse.BodyHandlers.ofString());

    assertThat(offered.statusCode()).isEqualTo(500);
    assertThat(ray.jobs()).isEmpty();
    assertThat(ray.calls().get(0).header("Upgrade")).contains("h2c");
  }

  @Test
  void body_whenItIsCompressed_isA500(FakeRay ray) throws Exception {
    assertThat(
            Wire.post(ray, "/api/jobs/", "{\"entrypoint\":\"x\"}", "Content-Encoding: gzip").body())
        .isEqualTo("500 Internal Server Error\n\nServer got itself in trouble");
  }

  @Test
  void body_whenItsCharsetIsGiven_isReadInIt(FakeRay ray) throws Exception {
    byte[] body = "{\"entrypoint\":\"echo é\"}".getBytes(StandardCharsets.ISO_8859_1);
    try (Wire wire = new Wire(ray)) {
      wire.send(
          Wire.head(
                  "POST",
                  "/api/jobs/",
                  "Content-Type: application/json; charset=iso-8859-1",
                  "Content-Length: " + body.length)
              + "\r\n");
      wire.send(body);

      assertThat(wire.answer().status()).isEqualTo(200);
    }
    assertThat(ray.jobs()).singleElement().returns("echo é", FakeRay.Job::entrypoint);
  }

  @Test
  void logFile_whenTheLogIsNotUtf8_hasItsRawBytes(FakeRay ray) throws Exception {
    FakeJobs.run(ray, "raw", "printf 'a\\r\\377\\n'");
    String node = FakeJobs.get(ray, "raw").get("driver_node_id").asString();

    Wire.Answer answer =
        Wire.get(ray, "/api/v0/logs/file?node_id=" + node + "&submission_id=raw&lines=-1");

    assertThat(answer.header("Content-Disposition")).isEqualTo("attachment; filename=\"file.txt\"");
    assertThat(answer.header("Content-Type")).isEqualTo("text/plain");
    assertThat(answer.body()).endsWith("\na\r\u00ff\n");
    assertThat(
            Wire.get(ray, "/api/v0/logs/file?node_id=" + node + "&submission_id=raw&lines=1")
                .body())
        .isEqualTo("a\r\u00ff\n");
    assertThat(Wire.get(ray, "/api/v0/logs/file?submission_id=raw").status()).isEqualTo(500);
    assertThat(Wire.get(ray, "/api/v0/logs/file?node_id=n&submission_id=none").body())
        .startsWith("Could not find a log file.");
  }

  @Test
  void stateJobs_whenFiltered_hasOnlyThoseThatMatch(FakeRay ray) throws Exception {
    FakeJobs.run(ray, "good", "true");
    FakeJobs.run(ray, "bad", "false");

    Wire.Answer answer =
        Wire.get(
            ray,
            "/api/v0/jobs?detail=1&filter_keys=submission_id&filter_predicates=%3D"
                + "&filter_values=good");

    assertThat(answer.body())
        .startsWith(
            "{\"result\": true, \"msg\": \"\", \"data\": {\"result\": {\"total\": 2,"
                + " \"num_after_truncation\": 2, \"num_filtered\": 1, \"result\": [{")
        .contains("\"submission_id\": \"good\"")
        .doesNotContain("bad")
        .endsWith("}], \"partial_failure_warning\": \"\", \"warnings\": null}}}");
  }

  @Test
  void secondHop_whenTheIdIsNotSafeInAUrl_goesAstray(FakeRay ray) throws Exception {
    FakeJobs.submit(ray, "q?x", "true");
    FakeJobs.awaitEnd(ray, "q%3Fx");

    assertThat(Wire.get(ray, "/api/jobs/q%3Fx").status()).isEqualTo(200);
    assertThat(Wire.get(ray, "/api/jobs/q%3Fx/logs").body())
        .endsWith("RuntimeError: Request failed with status code 405: 405: Method Not Allowed.\n");
    assertThat(Wire.exchange(ray, Wire.head("DELETE", "/api/jobs/q%3Fx") + "\r\n").body())
        .endsWith("RuntimeError: Request failed with status code 404: Job q does not exist.\n");
  }
}
