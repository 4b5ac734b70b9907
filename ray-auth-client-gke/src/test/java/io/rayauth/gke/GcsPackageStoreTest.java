package io.rayauth.gke;

import static com.github.tomakehurst.wiremock.client.WireMock.aResponse;
import static com.github.tomakehurst.wiremock.client.WireMock.equalTo;
import static com.github.tomakehurst.wiremock.client.WireMock.not;
import static com.github.tomakehurst.wiremock.client.WireMock.post;
import static com.github.tomakehurst.wiremock.client.WireMock.put;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import com.github.tomakehurst.wiremock.client.MappingBuilder;
import com.github.tomakehurst.wiremock.client.ResponseDefinitionBuilder;
import com.github.tomakehurst.wiremock.http.Fault;
import com.github.tomakehurst.wiremock.verification.LoggedRequest;
import com.google.auth.oauth2.ServiceAccountCredentials;
import io.rayauth.JobClient;
import io.rayauth.error.RayInterruptedException;
import io.rayauth.job.JobSpec;
import io.rayauth.job.PackageReport;
import io.rayauth.job.PackageReport.Outcome;
import io.rayauth.testkit.FakeRay;
import io.rayauth.testkit.ManualClock;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CopyOnWriteArrayList;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Cloud Storage: its protocol of resumable uploads, and answers as it words them. */
@Timeout(60)
class GcsPackageStoreTest {
  private static final String HOST = "storage.googleapis.com";
  private static final String NAME = "_ray_pkg_0123456789abcdef_in_0123456789abcdef.zip";
  private static final URI ADDRESS = URI.create("gs://my-bucket/ray/packages/" + NAME);
  private static final String OBJECT = HOST + "/storage/v1/b/my-bucket/o/ray%2Fpackages%2F" + NAME;
  private static final String UPLOAD = HOST + "/upload/storage/v1/b/my-bucket/o";
  private static final String SESSION = "the-id-of-a-session";
  private static final int CHUNK = 8 << 20;

  private final Google google = new Google();
  private final ManualClock clock = ManualClock.create();
  @TempDir Path home;
  private GcsPackageStore store;
  private Path zip;

  @BeforeEach
  void connect() throws IOException {
    google.giveTokens(Google.TOKENS, "canary-ya29.first", "canary-ya29.second");
    google.answerGet(OBJECT, 404, error(404, "notFound", "No such object: my-bucket/" + NAME));
    answer(
        post(Google.path(UPLOAD)).withQueryParam("ifGenerationMatch", equalTo("0")),
        aResponse()
            .withHeader(
                "Location", "https://" + UPLOAD + "?uploadType=resumable&upload_id=" + SESSION));
    // Cloud Storage keeps the bytes of a whole chunk, and knows the last one by its end.
    answer(
        chunk(),
        aResponse()
            .withStatus(308)
            .withHeader(
                "Range", "bytes=0-{{regexExtract request.headers.Content-Range '[0-9]+(?=/)'}}")
            .withTransformers("response-template"));
    answer(
        chunk().withHeader("Content-Length", not(equalTo(Integer.toString(CHUNK)))),
        aResponse().withHeader("Content-Type", "application/json").withBody("{\"size\":\"1\"}"));
    try (InputStream key = Files.newInputStream(new CredentialFiles(home).serviceAccountKey())) {
      store =
          GcsPackageStore.of("my-bucket")
              .prefix("ray/packages/")
              .using(
                  GoogleTokenProvider.of(
                          ServiceAccountCredentials.fromStream(key, google.http()),
                          google.surroundings(home, Map.of(), clock))
                      .quotaProject("quota-project"));
    }
    zip = writeNoise("a.zip", CHUNK + 100);
  }

  @AfterEach
  void close() {
    google.close();
  }

  @Test
  void find_ofWhatIsThere_givesItsAddress() throws IOException {
    assertThat(store.find(NAME)).isEmpty();

    google.answerGet(OBJECT, 200, "{\"size\":\"8388708\"}");

    assertThat(store.find(NAME)).contains(ADDRESS);
    assertThat(google.requests(OBJECT))
        .allMatch(request -> "quota-project".equals(request.getHeader("x-goog-user-project")))
        .allMatch(request -> "Bearer canary-ya29.first".equals(request.getHeader("Authorization")));
  }

  @Test
  void store_ofMoreThanAChunk_sendsAllBytesAndNeverReplacesAnObject() throws IOException {
    List<Long> progress = new CopyOnWriteArrayList<>();

    assertThat(store.store(NAME, zip, progress::add)).isEqualTo(ADDRESS);

    assertThat(progress).contains(8_388_608L).endsWith(8_388_708L);

    assertThat(ranges())
        .containsExactly("bytes 0-8388607/8388708", "bytes 8388608-8388707/8388708");
    assertThat(sent()).isEqualTo(Files.readAllBytes(zip));
    assertThat(google.requests(UPLOAD).get(0))
        .satisfies(begun -> {
          assertThat(begun.getQueryParams().get("ifGenerationMatch").firstValue()).isEqualTo("0");
          assertThat(begun.getQueryParams().get("uploadType").firstValue()).isEqualTo("resumable");
          assertThat(begun.getBodyAsString()).contains("\"ray/packages/" + NAME + "\"");
        });
  }

  @Test
  void store_whenAnotherOneWasFirst_takesItsPackage() throws IOException {
    answer(post(Google.path(UPLOAD)), json(412, "conditionNotMet", "At least one of the ..."));
    google.answerGet(OBJECT, 200, "{\"size\":\"8388708\"}");

    assertThat(store.store(NAME, zip, sent -> {})).isEqualTo(ADDRESS);
    assertThat(ranges()).isEmpty();
  }

  @Test
  void store_whenAnotherOneWasFirstAtTheLastByte_takesItsPackage() throws IOException {
    answer(
        chunk().withHeader("Content-Range", equalTo("bytes 8388608-8388707/8388708")),
        json(412, "conditionNotMet", "At least one of the pre-conditions you specified ..."));
    google.answerGet(OBJECT, 200, "{\"size\":\"8388708\"}");

    assertThat(store.store(NAME, zip, sent -> {})).isEqualTo(ADDRESS);
  }

  @Test
  void store_whenSomethingElseHasTheName_saysSo() {
    answer(post(Google.path(UPLOAD)), json(412, "conditionNotMet", "At least one of the ..."));
    google.answerGet(OBJECT, 200, "{\"size\":\"7\"}");

    assertFails(
        () -> store.store(NAME, zip, sent -> {}),
        ADDRESS + " is there, with 7 bytes instead of 8,388");
  }

  @Test
  void store_whenAChunkBreaks_sendsOnlyWhatDidNotArrive() throws IOException {
    breakOnce("bytes 0-8388607/8388708", json(503, "backendError", "We encountered an error"));
    arrived(262_143);

    assertThat(store.store(NAME, zip, sent -> {})).isEqualTo(ADDRESS);

    assertThat(ranges())
        .containsExactly(
            "bytes 0-8388607/8388708", "bytes */8388708", "bytes 262144-8388707/8388708");
    byte[] bytes = Files.readAllBytes(zip);
    assertThat(chunks().get(2).getBody())
        .isEqualTo(Arrays.copyOfRange(bytes, 262_144, bytes.length));
  }

  @Test
  void store_whenTheConnectionBreaks_goesOnAfterAPause() throws IOException {
    breakOnce(
        "bytes 8388608-8388707/8388708", aResponse().withFault(Fault.CONNECTION_RESET_BY_PEER));
    arrived(CHUNK - 1);

    assertThat(store.store(NAME, zip, sent -> {})).isEqualTo(ADDRESS);

    assertThat(ranges()).endsWith("bytes */8388708", "bytes 8388608-8388707/8388708");
  }

  @ParameterizedTest
  @ValueSource(ints = {408, 429})
  void store_whenAskedToBeSlower_doesNotSendTheReadBytesAgain(int status) throws IOException {
    breakOnce("bytes 8388608-8388707/8388708", json(status, "rateLimitExceeded", "slow down"));
    arrived(CHUNK - 1);

    assertThat(store.store(NAME, zip, sent -> {})).isEqualTo(ADDRESS);

    assertThat(ranges()).endsWith("bytes */8388708", "bytes 8388608-8388707/8388708");
  }

  @Test
  void store_whenTheTokenIsRefused_goesOnWithANewOne() throws IOException {
    breakOnce(
        "bytes 8388608-8388707/8388708",
        json(401, "authError", "Invalid Credentials")
            .withHeader("WWW-Authenticate", "Bearer realm=\"https://accounts.google.com/\""));
    arrived(CHUNK - 1);
    Instant start = clock.instant();

    assertThat(store.store(NAME, zip, sent -> {})).isEqualTo(ADDRESS);

    assertThat(clock.instant()).as("no attempt in between had to fail").isEqualTo(start);
    assertThat(ranges()).endsWith("bytes */8388708", "bytes 8388608-8388707/8388708");
    assertThat(google.requests(UPLOAD).get(3).getHeader("Authorization"))
        .matches(value -> value.equals("Bearer canary-ya29.second"), "has the second token");
  }

  @Test
  void store_whenEveryTokenIsRefused_givesUp() {
    answer(post(Google.path(UPLOAD)), json(401, "authError", "Invalid Credentials"));

    assertFails(() -> store.store(NAME, zip, sent -> {}), "Google does not take the token");
    assertThat(google.requests(UPLOAD)).hasSize(2);
  }

  @Test
  void store_whenTheUploadIsForgotten_beginsAnew() throws IOException {
    breakOnce("bytes 8388608-8388707/8388708", json(410, "gone", "Gone"));

    assertThat(store.store(NAME, zip, sent -> {})).isEqualTo(ADDRESS);

    assertThat(ranges()).hasSize(4);
  }

  @Test
  void store_whenTheServerStaysBroken_endsInBoundedTime() {
    answer(chunk(), json(503, "backendError", "We encountered an internal error"));

    assertFails(() -> store.store(NAME, zip, sent -> {}), "We encountered an internal error");
    assertThat(ranges()).hasSizeBetween(3, 11);
  }

  @Test
  void store_whenTheThreadIsInterrupted_readsNoMoreBytes() throws IOException {
    assertThat(store.find(NAME)).isEmpty(); // has a token from now on, and does not wait for one
    Thread.currentThread().interrupt();
    try {
      assertThatExceptionOfType(RayInterruptedException.class)
          .isThrownBy(() -> store.store(NAME, zip, sent -> {}))
          .withMessageContaining("interrupted while uploading " + ADDRESS);
      assertThat(Thread.currentThread().isInterrupted()).isTrue();
    } finally {
      Thread.interrupted();
    }
    assertThat(google.requests(UPLOAD)).as("the upload was begun").hasSize(1);
    assertThat(ranges()).isEmpty();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "403|forbidden|ray@p.iam.gserviceaccount.com does not have storage.objects.create access to the Google Cloud Storage object.|permission storage.objects.create on bucket my-bucket, which the role roles/storage.objectCreator has",
        "404|notFound|The specified bucket does not exist.|there is no bucket 'my-bucket'",
        "403|accountDisabled|The billing account for the owning project is disabled in state absent|no billing account that works",
        "400|required|Bucket is a requester pays bucket but no user project provided.|quotaProject(…)",
        "403|forbidden|Caller does not have required permission to use project quota-project. Grant the caller the roles/serviceusage.serviceUsageConsumer role|roles/serviceusage.serviceUsageConsumer",
        "403|accessNotConfigured|Cloud Storage JSON API has not been used in project 1 before or it is disabled.|gcloud services enable storage.googleapis.com",
        "403|vpcServiceControls|Request is prohibited by organization's policy.|Request is prohibited by organization's policy."
      })
  void store_whenRefused_saysWhatToDo(int status, String reason, String said, String expected) {
    answer(post(Google.path(UPLOAD)), json(status, reason, said));

    assertFails(() -> store.store(NAME, zip, sent -> {}), expected);
    assertThat(google.requests(UPLOAD)).hasSize(1);
  }

  @Test
  void find_withoutPermissionOrBucket_fails() {
    google.answerGet(
        OBJECT, 403, error(403, "forbidden", "x does not have storage.objects.get access to ..."));
    assertFails(() -> store.find(NAME), "roles/storage.objectViewer");

    google.answerGet(OBJECT, 404, error(404, "notFound", "The specified bucket does not exist."));
    assertFails(() -> store.find(NAME), "there is no bucket 'my-bucket'");
  }

  @Test
  void find_withoutAToken_saysWhy() {
    google.answer(Google.TOKENS, 400, "{\"error\":\"invalid_grant\"}");

    assertFails(() -> store.find(NAME), "looking for " + ADDRESS + " failed: ");
  }

  @Test
  void of_whatNoBucketOrFolderIsCalled_isRefused() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> GcsPackageStore.of("gs://my-bucket"))
        .withMessageContaining("without gs://");
    assertThat(List.of("", "/a", "a//b", "../a", "a/..", "a b", "a%2Fb", "ä"))
        .allSatisfy(
            prefix -> assertThatIllegalArgumentException().isThrownBy(() -> store.prefix(prefix)));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> store.apiAddress(URI.create("http://storage.example.com")));
  }

  @Test
  @Timeout(180) // packs and sends 101 MiB
  void submit_ofAFolderThatIsTooLargeForTheDashboard_namesTheObject() throws IOException {
    Path folder = Files.createDirectory(home.resolve("project"));
    writeNoise("project/model.bin", 101 << 20);
    google
        .server()
        .addMockServiceRequestListener((request, answer) -> google.server().resetRequests());
    try (FakeRay ray = FakeRay.start();
        JobClient client = JobClient.builder(ray.url()).packageStore(store).build()) {
      PackageReport report =
          client.submit(JobSpec.running("true").workingDir(folder).build()).packages().get(0);

      assertThat(report.outcome()).isEqualTo(Outcome.IN_PACKAGE_STORE);
      assertThat(report.uri()).matches("gs://my-bucket/ray/packages/_ray_pkg_\\w+\\.zip");
      assertThat(ray.jobs())
          .singleElement()
          .satisfies(
              job -> assertThat(job.runtimeEnv()).containsEntry("working_dir", report.uri()));
    }
  }

  /** A chunk of an upload, or a question how much of it has arrived. */
  private static MappingBuilder chunk() {
    return put(Google.path(UPLOAD)).withQueryParam("upload_id", equalTo(SESSION));
  }

  /** The newest stub that fits is the one that answers. */
  private void answer(MappingBuilder request, ResponseDefinitionBuilder response) {
    google.server().stubFor(request.willReturn(response));
  }

  private void breakOnce(String range, ResponseDefinitionBuilder response) {
    answer(
        chunk()
            .withHeader("Content-Range", equalTo(range))
            .inScenario(range)
            .whenScenarioStateIs("Started")
            .willSetStateTo("mended"),
        response);
  }

  /** What the bucket has when it is asked. */
  private void arrived(int last) {
    answer(
        chunk().withHeader("Content-Range", equalTo("bytes */8388708")),
        aResponse().withStatus(308).withHeader("Range", "bytes=0-" + last));
  }

  private List<LoggedRequest> chunks() {
    return google.requests(UPLOAD).stream()
        .filter(request -> request.getMethod().getName().equals("PUT"))
        .toList();
  }

  private List<String> ranges() {
    return chunks().stream().map(request -> request.getHeader("Content-Range")).toList();
  }

  private byte[] sent() {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    chunks().forEach(request -> all.writeBytes(request.getBody()));
    return all.toByteArray();
  }

  private Path writeNoise(String name, int size) throws IOException {
    Path file = home.resolve(name);
    Random random = new Random(1);
    byte[] block = new byte[1 << 20];
    try (OutputStream out = Files.newOutputStream(file)) {
      for (int left = size; left > 0; left -= block.length) {
        random.nextBytes(block);
        out.write(block, 0, Math.min(left, block.length));
      }
    }
    return file;
  }

  private static ResponseDefinitionBuilder json(int status, String reason, String message) {
    return aResponse()
        .withStatus(status)
        .withHeader("Content-Type", "application/json; charset=UTF-8")
        .withBody(error(status, reason, message));
  }

  private static String error(int status, String reason, String message) {
    return """
    {"error":{"code":%d,"message":"%s",
              "errors":[{"message":"%s","domain":"global","reason":"%s"}]}}
    """
        .formatted(status, message, message, reason);
  }

  private static void assertFails(ThrowingCallable work, String expected) {
    assertThatExceptionOfType(IOException.class)
        .isThrownBy(work)
        .withMessageContaining(expected)
        .satisfies(failure -> {
          assertThat(failure.getMessage().contains("canary-")).isFalse();
          assertThat(failure.getMessage()).doesNotContain(SESSION);
        });
  }
}
