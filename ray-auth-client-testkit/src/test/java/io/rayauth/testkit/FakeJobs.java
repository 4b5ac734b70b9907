package io.rayauth.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import org.awaitility.core.ConditionFactory;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Submits jobs to a fake and waits for what becomes of them. */
final class FakeJobs {
  private static final Set<String> TERMINAL = Set.of("SUCCEEDED", "FAILED", "STOPPED");
  private static final JsonMapper JSON = JsonMapper.shared();

  private FakeJobs() {}

  static String spec(String id, String entrypoint) {
    return JSON.writeValueAsString(Map.of("submission_id", id, "entrypoint", entrypoint));
  }

  static void submit(FakeRay ray, String id, String entrypoint) throws IOException {
    submit(ray, spec(id, entrypoint));
  }

  static void submit(FakeRay ray, String json) throws IOException {
    Wire.Answer answer = Wire.post(ray, "/api/jobs/", json);
    assertThat(answer.status()).as(answer.body()).isEqualTo(200);
  }

  static JsonNode get(FakeRay ray, String id) throws IOException {
    Wire.Answer answer = Wire.get(ray, "/api/jobs/" + id);
    assertThat(answer.status()).as(answer.body()).isEqualTo(200);
    return JSON.readTree(answer.body());
  }

  static String logs(FakeRay ray, String id) throws IOException {
    Wire.Answer answer = Wire.get(ray, "/api/jobs/" + id + "/logs");
    assertThat(answer.status()).as(answer.body()).isEqualTo(200);
    return JSON.readTree(answer.body()).get("logs").asString();
  }

  static JsonNode awaitStatus(FakeRay ray, String id, String status) {
    return patiently()
        .until(() -> get(ray, id), job -> job.get("status").asString().equals(status));
  }

  static JsonNode awaitEnd(FakeRay ray, String id) {
    return patiently()
        .until(() -> get(ray, id), job -> TERMINAL.contains(job.get("status").asString()));
  }

  static void awaitLog(FakeRay ray, String id, String text) {
    patiently().until(() -> logs(ray, id).contains(text));
  }

  /** Looks often, and for as long as a machine that does other things may take. */
  static ConditionFactory patiently() {
    return await().pollInterval(Duration.ofMillis(5)).atMost(Duration.ofSeconds(40));
  }

  static JsonNode run(FakeRay ray, String id, String entrypoint) throws IOException {
    submit(ray, id, entrypoint);
    return awaitEnd(ray, id);
  }
}
