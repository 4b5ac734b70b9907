package io.rayauth.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.junit.jupiter.api.Named.named;

import io.rayauth.JobClient;
import io.rayauth.job.JobId;
import io.rayauth.job.JobSpec;
import io.rayauth.job.PackageUri;
import io.rayauth.job.RuntimeEnv;
import io.rayauth.token.AccessToken;
import io.rayauth.token.TokenProvider;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What Ray would accept and then choke on is refused before a byte is sent. */
@Timeout(60)
class InputCheckTest {
  private static final String ACCEPTED = RawServer.json("{\"submission_id\":\"job-1\"}");

  static Stream<Named<String>> badIds() {
    return Stream.of(
        named("slash", "a/b"),
        named("leading slash", "/a"),
        named("backslash", "a\\b"),
        named("NUL", "a\0b"),
        named("line feed", "a\nb"),
        named("blank", "a b"),
        named("only a blank", " "),
        named("beyond ASCII", "jöb"),
        named("percent", "a%2Fb"),
        named("question mark", "a?b"),
        named("hash", "a#b"),
        named("dot", "."),
        named("two dots", ".."),
        named("eight hex digits", "01000000"),
        named("eight hex letters", "deadBEEF"),
        named("201 characters", "a".repeat(201)));
  }

  @ParameterizedTest
  @MethodSource("badIds")
  void submit_withAnIdRayWouldChokeOn_isRefusedBeforeAnythingIsSent(String id) {
    assertRefused(
        client -> client.submit(JobSpec.running("true").submissionId(new JobId(id)).build()));
  }

  @ParameterizedTest
  @ValueSource(strings = {"a", "...", "0100000", "010000000", "0100000g", "A.b-c_9", "raysubmit_x"})
  void submit_withAnIdRayCanUse_isSent(String id) {
    assertSent(
        client -> client.submit(JobSpec.running("true").submissionId(new JobId(id)).build()));
  }

  @Test
  void submit_withTheLongestId_isSent() {
    JobId longest = new JobId("a".repeat(200));

    assertSent(client -> client.submit(JobSpec.running("true").submissionId(longest).build()));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", " ", "\t\n", "echo \0"})
  void submit_withNothingToRun_isRefusedBeforeAnythingIsSent(String entrypoint) {
    assertRefused(client -> client.submit(JobSpec.running(entrypoint).build()));
  }

  @Test
  void submit_withACommandNoShellCanBeGiven_isRefusedBeforeAnythingIsSent() {
    String tooLong = "echo " + "x".repeat(128 * 1024 - 5);

    assertRefused(client -> client.submit(JobSpec.running(tooLong).build()));
    assertSent(client -> client.submit(JobSpec.running(tooLong.substring(1)).build()));
  }

  static final List<Double> BAD_AMOUNTS =
      List.of(
          -1.0, -Double.MIN_VALUE, Double.NaN, Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY);

  @ParameterizedTest
  @FieldSource("BAD_AMOUNTS")
  void submit_withAnAmountThatIsNone_isRefusedBeforeAnythingIsSent(double amount) {
    assertSpecRefused(spec -> spec.entrypointNumCpus(amount));
    assertSpecRefused(spec -> spec.entrypointNumGpus(amount));
    assertSpecRefused(spec -> spec.entrypointResource("accelerator", amount));
  }

  @Test
  void submit_withNegativeMemory_isRefusedBeforeAnythingIsSent() {
    assertSpecRefused(spec -> spec.entrypointMemory(-1));
  }

  @ParameterizedTest
  @ValueSource(strings = {"CPU", "GPU", "", " "})
  void submit_withAResourceRayRefusesLate_isRefusedBeforeAnythingIsSent(String name) {
    assertSpecRefused(spec -> spec.entrypointResource(name, 1));
  }

  @ParameterizedTest
  @ValueSource(strings = {"job_submission_id", "job_name", "rayauth_nonce"})
  void submit_withMetadataThatIsRaysOrOurOwn_isRefusedBeforeAnythingIsSent(String key) {
    assertSpecRefused(spec -> spec.metadata(key, "mine"));
  }

  @Test
  void submit_withMoreThanAWorkerCanBeStartedWith_isRefusedBeforeAnythingIsSent() {
    String half = "x".repeat(64 * 1024);

    assertSpecRefused(spec -> spec.metadata("all", half + half));
    assertSpecRefused(spec -> spec.runtimeEnv(variable(half + half)));
    assertSpecRefused(spec -> spec.metadata("half", half).runtimeEnv(variable(half)));
    assertSent(client -> client.submit(JobSpec.running("true").metadata("half", half).build()));
  }

  /** Ray writes the variable of the worker as ASCII, where one of these takes six characters. */
  @Test
  void submit_withMoreThanAWorkerCanBeStartedWithOnceEscaped_isRefusedBeforeAnythingIsSent() {
    assertSpecRefused(spec -> spec.metadata("all", "é".repeat(22_000)));
  }

  @Test
  void submit_withTwoInstallers_isRefusedBeforeAnythingIsSent() {
    assertSpecRefused(
        spec -> spec.runtimeEnv(RuntimeEnv.builder().pip("requests").conda("base").build()));
  }

  static Stream<Named<Object>> valuesJsonCannotSay() {
    return Stream.of(
        named("an object", new Object()),
        named("a path", Path.of("x")),
        named("not a number", Double.NaN),
        named("infinite, in a list", List.of(Double.POSITIVE_INFINITY)),
        named("a map with other keys", Map.of(1, "one")));
  }

  @ParameterizedTest
  @MethodSource("valuesJsonCannotSay")
  void submit_withAnEnvironmentJsonCannotSay_isRefusedBeforeAnythingIsSent(Object value) {
    assertSpecRefused(spec -> spec.runtimeEnv(RuntimeEnv.builder().put("config", value).build()));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "files.zip", "s3://bucket/files.zip", "gcs://", "gcs://a/b.zip"})
  void packageExists_withWhatIsNoPackage_isRefusedBeforeAnythingIsSent(String uri) {
    assertRefused(client -> client.packageExists(new PackageUri(uri)));
  }

  @Test
  void upload_withWhatIsNoArchive_isRefusedBeforeAnythingIsSent(@TempDir Path folder)
      throws IOException {
    Path text = Files.writeString(folder.resolve("notes.txt"), "text");
    Path empty = Files.createFile(folder.resolve("empty.zip"));
    Path wheel = Files.writeString(folder.resolve("module.whl"), "bytes");

    assertRefused(client -> client.upload(text));
    assertRefused(client -> client.upload(empty));
    assertRefused(client -> client.upload(folder));
    assertRefused(client -> client.upload(folder.resolve("missing.zip")));
    assertSpecRefused(spec -> spec.workingDir(wheel));
  }

  static Stream<Named<Consumer<JobClient.Builder>>> badHeaders() {
    return Stream.of(
        header("line feed in the value", "X-Team", "canary-a\nX-Other: b"),
        header("carriage return in the value", "X-Team", "canary-a\rb"),
        header("NUL in the value", "X-Team", "canary-\0"),
        header("beyond ASCII in the value", "X-Team", "canary-é"),
        header("too long", "X-Team", "canary-" + "x".repeat(8190)),
        header("empty name", "", "a"),
        header("line break in the name", "X-Team\r\nX-Other", "a"),
        header("colon in the name", "X:Team", "a"),
        header("Host", "Host", "a"),
        header("Content-Length", "content-length", "1"),
        header("Transfer-Encoding", "Transfer-Encoding", "chunked"),
        header("Expect", "Expect", "100-continue"),
        header("Upgrade", "Upgrade", "h2c"),
        header("Origin", "Origin", "http://localhost"),
        header("Referer", "referer", "http://localhost"),
        header("Sec-Fetch-Mode", "Sec-Fetch-Mode", "cors"),
        header("a browser's name", "User-Agent", "Mozilla/5.0"));
  }

  @ParameterizedTest
  @MethodSource("badHeaders")
  void header_thatCannotBeSent_isRefusedWithoutShowingItsValue(
      Consumer<JobClient.Builder> setting) {
    JobClient.Builder builder = JobClient.builder("http://localhost:8265");

    assertThatIllegalArgumentException()
        .isThrownBy(() -> setting.accept(builder))
        .satisfies(refusal -> assertThat(refusal.getMessage()).doesNotContain("canary-"));
  }

  @Test
  void build_withTwoSourcesForOneHeader_isRefused() {
    assertThatIllegalArgumentException()
        .isThrownBy(() ->
            JobClient.builder("http://localhost:8265")
                .header("authorization", "Basic canary-b64")
                .tokenProvider(TokenProvider.of("canary-two"))
                .build())
        .satisfies(refusal -> assertThat(refusal.getMessage()).doesNotContain("canary-"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "localhost:8265",
        "ray://localhost:10001",
        "ftp://localhost",
        "http://",
        "http:///api",
        "http://user:canary-password@localhost",
        "http://localhost?token=canary-query",
        "http://localhost#canary-fragment",
        "http://localhost/a/../b",
        "http://local host"
      })
  void builder_withAnAddressThatIsNone_isRefusedWithoutShowingASecret(String url) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> JobClient.builder(url))
        .satisfies(refusal -> assertThat(refusal.getMessage()).doesNotContain("canary-"));
  }

  static Stream<Named<String>> badTokens() {
    return Stream.of(
        named("empty", ""),
        named("line feed at the end", "canary-a\n"),
        named("with its scheme", "Bearer canary-a"),
        named("beyond ASCII", "canary-é"),
        named("NUL", "canary-\0"),
        named("padding inside", "canary=a"),
        named("too long", "canary-" + "x".repeat(8180)));
  }

  @ParameterizedTest
  @MethodSource("badTokens")
  void token_thatCannotBeSent_isRefusedWithoutShowingIt(String value) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> AccessToken.of(value))
        .satisfies(refusal -> assertThat(refusal.getMessage()).doesNotContain("canary"));
  }

  @Test
  void builder_withLimitsThatAreNone_isRefused() {
    JobClient.Builder builder = JobClient.builder("http://localhost:8265");

    assertThatIllegalArgumentException().isThrownBy(() -> builder.requestTimeout(Duration.ZERO));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> builder.requestTimeout(Duration.ofNanos(-1)));
    assertThatIllegalArgumentException().isThrownBy(() -> builder.maxConcurrentRequests(0));
  }

  private static Named<Consumer<JobClient.Builder>> header(String what, String name, String value) {
    return named(what, builder -> builder.header(name, value));
  }

  private static RuntimeEnv variable(String value) {
    return RuntimeEnv.builder().envVar("LARGE", value).build();
  }

  private static void assertSpecRefused(UnaryOperator<JobSpec.Builder> bad) {
    assertRefused(client -> client.submit(bad.apply(JobSpec.running("true")).build()));
  }

  private static void assertRefused(Consumer<JobClient> call) {
    try (RawServer server = RawServer.answering(ACCEPTED);
        JobClient client = JobClient.builder(server.url()).build()) {
      assertThatIllegalArgumentException().isThrownBy(() -> call.accept(client));

      assertThat(server.heads()).isEmpty();
    }
  }

  private static void assertSent(Consumer<JobClient> call) {
    try (RawServer server = RawServer.answering(ACCEPTED);
        JobClient client = JobClient.builder(server.url()).build()) {
      call.accept(client);

      assertThat(server.heads()).hasSize(1);
    }
  }
}
