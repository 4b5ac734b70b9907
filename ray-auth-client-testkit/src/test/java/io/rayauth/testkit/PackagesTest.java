package io.rayauth.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import tools.jackson.databind.JsonNode;

@Timeout(60)
@WithFakeRay
class PackagesTest {
  private static final String PATH = "/api/packages/gcs/_ray_pkg_1.zip";
  private static final String JOB =
      "{\"submission_id\":\"%s\",\"entrypoint\":\"%s\","
          + "\"runtime_env\":{\"working_dir\":\"gcs://_ray_pkg_1.zip\"}}";

  @Test
  void put_whenAJobUsesThePackage_runsInIt(FakeRay ray) throws Exception {
    put(ray, PATH, zip("data/hello.txt", "from the package"));

    FakeJobs.submit(ray, JOB.formatted("p", "cat data/hello.txt"));

    assertThat(FakeJobs.awaitEnd(ray, "p").get("status").asString()).isEqualTo("SUCCEEDED");
    assertThat(FakeJobs.logs(ray, "p")).endsWith("from the package");
  }

  @Test
  void put_whenTheZipHasModes_keepsThem(FakeRay ray) throws Exception {
    byte[] zip = zip("run.sh", "#!/bin/sh\necho ran\n");
    int central = indexOf(zip, new byte[] {'P', 'K', 1, 2});
    zip[central + 5] = 3;
    int attributes = 0100755;
    zip[central + 40] = (byte) attributes;
    zip[central + 41] = (byte) (attributes >> 8);
    put(ray, PATH, zip);

    FakeJobs.submit(ray, JOB.formatted("p", "./run.sh"));

    FakeJobs.awaitEnd(ray, "p");
    assertThat(FakeJobs.logs(ray, "p")).endsWith("ran\n");
  }

  @Test
  void job_whenThePackageIsMissing_failsInItsSetup(FakeRay ray) throws Exception {
    FakeJobs.submit(ray, JOB.formatted("p", "true"));

    JsonNode job = FakeJobs.awaitEnd(ray, "p");

    assertThat(job.get("error_type").asString()).isEqualTo("RUNTIME_ENV_SETUP_FAILURE");
    assertThat(job.get("message").asString())
        .startsWith("runtime_env setup failed: Failed to set up runtime environment.\n")
        .contains("Failed to download runtime_env file package gcs://_ray_pkg_1.zip from the GCS");
    assertThat(job.get("driver_node_id").isNull()).isTrue();
  }

  @Test
  void job_whenThePackageIsNoZip_failsInItsSetup(FakeRay ray) throws Exception {
    put(ray, PATH, "garbage".getBytes(StandardCharsets.UTF_8));
    FakeJobs.submit(ray, JOB.formatted("p", "true"));

    assertThat(FakeJobs.awaitEnd(ray, "p").get("message").asString())
        .endsWith("zipfile.BadZipFile: File is not a zip file\n");
  }

  @Test
  void job_whenTheWorkingDirIsLocal_failsToStart(FakeRay ray) throws Exception {
    FakeJobs.submit(
        ray,
        "{\"submission_id\":\"p\",\"entrypoint\":\"true\","
            + "\"runtime_env\":{\"working_dir\":\"./here\"}}");

    JsonNode job = FakeJobs.awaitEnd(ray, "p");

    assertThat(job.get("error_type").asString()).isEqualTo("JOB_SUPERVISOR_ACTOR_START_FAILURE");
    assertThat(job.get("message").asString())
        .startsWith("Failed to start supervisor actor p: './here is not a valid path.'.")
        .endsWith("ValueError: ./here is not a valid path.\n");
  }

  @Test
  void get_whenThePinRunsOut_hasForgottenThePackage() throws Exception {
    ManualClock clock = ManualClock.create();
    try (FakeRay ray = FakeRay.builder().time(clock).start()) {
      assertThat(Wire.get(ray, PATH).status()).isEqualTo(404);
      put(ray, PATH, zip("a", "b"));
      clock.advance(Duration.ofSeconds(599));
      assertThat(ray.packages()).containsOnlyKeys("_ray_pkg_1.zip");

      clock.advance(Duration.ofSeconds(1));

      assertThat(ray.packages()).isEmpty();
    }
  }

  @Test
  void get_whenItWasPinnedAgain_livesOn() throws Exception {
    ManualClock clock = ManualClock.create();
    try (FakeRay ray = FakeRay.builder().time(clock).start()) {
      Wire.get(ray, PATH);
      put(ray, PATH, zip("a", "b"));
      clock.advance(Duration.ofSeconds(500));
      assertThat(Wire.get(ray, PATH).status()).isEqualTo(200);

      clock.advance(Duration.ofSeconds(500));

      assertThat(ray.packages()).hasSize(1);
    }
  }

  @Test
  void put_whenNobodyPinsOrUsesIt_stays() throws Exception {
    ManualClock clock = ManualClock.create();
    try (FakeRay ray = FakeRay.builder().time(clock).start()) {
      put(ray, PATH, zip("a", "b"));

      clock.advance(Duration.ofDays(1));

      assertThat(ray.packages()).hasSize(1);
    }
  }

  @Test
  void job_whenItWasTheLastUserWithoutAPin_takesThePackageWithIt(FakeRay ray) throws Exception {
    put(ray, PATH, zip("a", "b"));
    FakeJobs.submit(ray, JOB.formatted("p", "cat a"));

    FakeJobs.awaitEnd(ray, "p");

    FakeJobs.patiently().until(() -> ray.packages().isEmpty());
  }

  @Test
  void put_whenTheBodyIsChunked_storesIt(FakeRay ray) throws Exception {
    try (Wire wire = new Wire(ray)) {
      wire.send(Wire.head("PUT", PATH, "Transfer-Encoding: chunked") + "\r\n");
      wire.send("5\r\nhello\r\n6;x=y\r\n world\r\n0\r\n\r\n");

      assertThat(wire.answer().statusLine()).isEqualTo("HTTP/1.1 200 OK");
    }
    assertThat(ray.packages()).containsEntry("_ray_pkg_1.zip", 11L);
  }

  @Test
  void put_whenTheClientExpectsContinue_asksForTheBody(FakeRay ray) throws Exception {
    try (Wire wire = new Wire(ray)) {
      wire.send(Wire.head("PUT", PATH, "Expect: 100-continue", "Content-Length: 2") + "\r\n");
      assertThat(wire.answer().statusLine()).isEqualTo("HTTP/1.1 100 Continue");

      wire.send("hi");

      assertThat(wire.answer().status()).isEqualTo(200);
    }
  }

  @Test
  void put_whenTheBodyIsAbove100MiB_isA413(FakeRay ray) throws Exception {
    try (Wire wire = new Wire(ray)) {
      wire.send(Wire.head("PUT", PATH, "Content-Length: 104857601") + "\r\n");

      Wire.Answer answer = wire.answer();

      assertThat(answer.statusLine()).isEqualTo("HTTP/1.1 413 Request Entity Too Large");
      assertThat(answer.body()).isEqualTo("Maximum request body size 104857600 exceeded.");
    }
    FakeJobs.patiently().until(() -> ray.openExchanges() == 0);
  }

  @Test
  void put_whenTheNameHasAnEncodedSlash_isStored(FakeRay ray) throws Exception {
    put(ray, "/api/packages/gcs/a%2Fb%2B+.whl", new byte[0]);

    assertThat(ray.packages()).containsOnlyKeys("a/b++.whl");
    assertThat(Wire.get(ray, "/api/packages/gcs/a/b.whl").body()).isEqualTo("404: Not Found");
  }

  @Test
  void put_whenTheProtocolIsAnother_isA500WithItsReason(FakeRay ray) throws Exception {
    assertThat(Wire.exchange(ray, Wire.withBody("PUT", "/api/packages/http/a.zip", "x")).body())
        .endsWith("ValueError: upload_package_to_gcs should not be called with a remote path.\n");
    assertThat(Wire.exchange(ray, Wire.withBody("PUT", "/api/packages/pip/a.zip", "x")).body())
        .endsWith("NotImplementedError: Protocol Protocol.PIP is not supported\n");
    assertThat(Wire.exchange(ray, Wire.withBody("PUT", "/api/packages/bogus/a.zip", "x")).body())
        .contains("Invalid protocol for runtime_env URI \"bogus://a.zip\".");
  }

  private static void put(FakeRay ray, String path, byte[] body) throws Exception {
    try (Wire wire = new Wire(ray)) {
      wire.send(Wire.head("PUT", path, "Content-Length: " + body.length) + "\r\n");
      wire.send(body);
      Wire.Answer answer = wire.answer();
      assertThat(answer.status()).isEqualTo(200);
      assertThat(answer.header("Content-Type")).isEmpty();
    }
  }

  private static byte[] zip(String name, String text) throws Exception {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (ZipOutputStream zip = new ZipOutputStream(bytes)) {
      zip.putNextEntry(new ZipEntry(name));
      zip.write(text.getBytes(StandardCharsets.UTF_8));
    }
    return bytes.toByteArray();
  }

  private static int indexOf(byte[] bytes, byte[] part) {
    String text = new String(bytes, StandardCharsets.ISO_8859_1);
    return text.indexOf(new String(part, StandardCharsets.ISO_8859_1));
  }
}
