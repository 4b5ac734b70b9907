package io.rayauth.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.awaitility.Awaitility.await;

import io.rayauth.JobClient;
import io.rayauth.RayClientListener;
import io.rayauth.error.PackageException;
import io.rayauth.error.RayApiException;
import io.rayauth.error.RayInterruptedException;
import io.rayauth.job.JobSpec;
import io.rayauth.job.PackageReport;
import io.rayauth.job.PackageReport.Outcome;
import io.rayauth.job.PackageStore;
import io.rayauth.job.PackageUri;
import io.rayauth.job.RuntimeEnv;
import io.rayauth.job.Submission;
import io.rayauth.testkit.FakeRay;
import io.rayauth.testkit.Fault;
import io.rayauth.testkit.Gate;
import io.rayauth.testkit.ManualClock;
import io.rayauth.token.AccessToken;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.LongConsumer;
import java.util.stream.Collectors;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Folders on their way to the cluster: asked for each time, sent once, never half. */
@Timeout(120)
class FolderUploadTest {
  private static final String PACKAGES = "/api/packages/gcs/*";

  @TempDir private Path folder;

  private final FakeRay ray = FakeRay.start();
  private final Story story = new Story();
  private final JobClient client = client(builder -> {});

  @BeforeEach
  void writeFolder() throws IOException {
    Files.writeString(folder.resolve("main.py"), "print()\n");
  }

  @AfterEach
  void close() {
    client.close();
    ray.close();
  }

  @Test
  void submit_always_asksForThePackageWhichKeepsIt() {
    submit(client);
    submit(client);

    assertThat(packageCalls()).containsExactly("GET 404", "PUT 200", "GET 200");
  }

  @Test
  void submit_fromFiftyThreads_uploadsOnceAndAsksFiftyTimesOrMore() throws Exception {
    byte[] noise = new byte[300_000];
    new Random(1).nextBytes(noise);
    Files.write(folder.resolve("noise"), noise);
    ExecutorService threads = Executors.newFixedThreadPool(50);
    try {
      List<CompletableFuture<Submission>> all = new ArrayList<>();
      for (int i = 0; i < 50; i++) {
        all.add(client.async(threads).submit(spec()));
      }
      List<Outcome> outcomes = new ArrayList<>();
      for (CompletableFuture<Submission> one : all) {
        outcomes.add(one.get(60, TimeUnit.SECONDS).packages().get(0).outcome());
      }

      assertThat(outcomes).containsOnlyOnce(Outcome.UPLOADED).hasSize(50);
      assertThat(packageCalls()).filteredOn("PUT 200"::equals).hasSize(1);
      assertThat(packageCalls()).filteredOn("GET 200"::equals).hasSizeGreaterThanOrEqualTo(49);
    } finally {
      threads.shutdownNow();
    }
  }

  @Test
  void submit_whenTheAnswerToTheUploadIsLost_sendsItAgainFromTheStart() {
    ray.onNext("PUT", PACKAGES).acceptThen(Fault.CLOSE_BEFORE_HEADERS);
    ray.onNext("PUT", PACKAGES).fault(Fault.status(503));

    PackageReport report = submit(client).packages().get(0);

    assertThat(packageCalls()).filteredOn(call -> call.startsWith("PUT")).endsWith("PUT 200");
    assertThat(ray.packages()).containsOnlyKeys(report.uri().replace("gcs://", ""));
    assertThat(ray.packages().values()).containsExactly(report.packedBytes().orElseThrow());
    assertThat(story.sent).endsWith(report.packedBytes().orElseThrow());
  }

  @Test
  void submit_whenTheTokenIsRefusedAtTheStartOfTheUpload_sendsItWithAFreshOne() {
    List<String> tokens = new CopyOnWriteArrayList<>(List.of("canary-old", "canary-new"));
    try (FakeRay secured = FakeRay.builder().gate(Gate.rayToken("canary-old")).start();
        JobClient securedClient =
            JobClient.builder(secured.url())
                .tokenProvider(
                    () -> AccessToken.of(tokens.size() > 1 ? tokens.remove(0) : tokens.get(0)))
                .build()) {
      secured.accept("canary-new");
      secured.onNext("PUT", PACKAGES).fault(Fault.revoke("canary-old"));

      PackageReport report = submit(securedClient).packages().get(0);

      assertThat(report.outcome()).isEqualTo(Outcome.UPLOADED);
      assertThat(secured.calls())
          .filteredOn(call -> call.method().equals("PUT"))
          .extracting(call -> call.status())
          .containsExactly(403, 200);
    }
  }

  @Test
  void submit_whenItIsCancelledDuringTheUpload_leavesTheTurnToTheNext() throws Exception {
    ray.onNext("PUT", PACKAGES).fault(Fault.STALL);
    ExecutorService threads = Executors.newFixedThreadPool(2);
    try {
      CompletableFuture<Submission> first = client.async(threads).submit(spec());
      await().until(() -> packageCalls().contains("PUT 0"));
      CompletableFuture<Submission> second = client.async(threads).submit(spec());
      await().until(() -> packageCalls().stream().filter("GET 404"::equals).count() == 2);

      assertThat(first.cancel(true)).isTrue();

      assertThat(second.get(30, TimeUnit.SECONDS).packages().get(0).outcome())
          .isEqualTo(Outcome.UPLOADED);
      assertThat(ray.jobs()).hasSize(1);
    } finally {
      threads.shutdownNow();
    }
  }

  @Test
  void submit_whenItIsCancelledWhileAnotherUploads_endsAtOnce() throws Exception {
    ray.onNext("PUT", PACKAGES).fault(Fault.STALL);
    ExecutorService threads = Executors.newFixedThreadPool(2);
    try {
      CompletableFuture<Submission> first = client.async(threads).submit(spec());
      await().until(() -> packageCalls().contains("PUT 0"));
      CompletableFuture<Throwable> second = new CompletableFuture<>();
      Thread waiting =
          new Thread(() -> {
            try {
              submit(client);
            } catch (RayInterruptedException interrupted) {
              second.complete(interrupted);
            }
          });
      waiting.start();
      await().until(() -> Arrays.toString(waiting.getStackTrace()).contains("awaitTurn"));

      waiting.interrupt();

      assertThat(second.get(20, TimeUnit.SECONDS)).hasMessageContaining("was uploading gcs://");
      ray.releaseStalled();
      assertThat(first.get(30, TimeUnit.SECONDS).packages()).hasSize(1);
    } finally {
      threads.shutdownNow();
    }
  }

  @Test
  void submit_whenTheFolderChangesOnce_takesItAsItIsThen() throws IOException {
    story.onRead = once(() -> Files.writeString(folder.resolve("late"), "late"));

    PackageReport report = submit(client).packages().get(0);

    assertThat(report.files()).isEqualTo(2);
    assertThat(ray.packages()).containsOnlyKeys(report.uri().replace("gcs://", ""));
    assertThat(ray.jobs().get(0).runtimeEnv()).containsEntry("working_dir", report.uri());
    story.onRead = () -> {};
    assertThat(submit(client).packages().get(0).uri()).isEqualTo(report.uri());
  }

  @Test
  void submit_whenTheFolderGoesOnChanging_submitsNothing() {
    story.onRead = () -> Files.writeString(folder.resolve("log"), "more and " + story.reads.size());

    assertThatExceptionOfType(PackageException.class)
        .isThrownBy(() -> submit(client))
        .withMessageContaining(folder + " changes while it is read")
        .withMessageContaining("nothing was submitted");
    assertThat(ray.packages()).isEmpty();
    assertThat(ray.jobs()).isEmpty();
  }

  @Test
  void submit_ofMoreThanTheDashboardTakes_isRefusedBeforeTheUpload() throws IOException {
    writeNoise(folder.resolve("model.bin"), 101 << 20);

    assertThatIllegalArgumentException()
        .isThrownBy(() -> submit(client))
        .withMessageContaining("more than the 104,857,600 bytes")
        .withMessageContaining("model.bin (105,906,176 bytes), main.py (8 bytes)");
    assertThat(packageCalls()).containsExactly("GET 404");
  }

  /** As nginx does, which knows nothing of the dashboard's limit. */
  @Test
  void submit_ofMoreThanAProxyTakes_saysThatItCanBeTheProxy() {
    ray.onNext("PUT", PACKAGES)
        .respond(
            413,
            "<html><head><title>413 Request Entity Too Large</title></head></html>",
            "Content-Type",
            "text/html");

    assertThatExceptionOfType(RayApiException.class)
        .isThrownBy(() -> submit(client))
        .withMessageContaining("413; the dashboard takes bodies of up to 100 MiB, and a proxy")
        .withMessageContaining("client_max_body_size")
        .withMessageNotContaining("login page");
  }

  @Test
  void submit_ofMoreThanTheDashboardTakes_goesToThePackageStoreAndIsFoundThere(@TempDir Path bucket)
      throws IOException {
    writeNoise(folder.resolve("model.bin"), 101 << 20);
    FolderStore store = new FolderStore(bucket);
    try (JobClient withStore = client(builder -> builder.packageStore(store))) {
      PackageReport stored = submit(withStore).packages().get(0);
      PackageReport found = submit(withStore).packages().get(0);

      assertThat(stored.outcome()).isEqualTo(Outcome.IN_PACKAGE_STORE);
      assertThat(story.sent).containsExactly(stored.packedBytes().getAsLong());
      assertThat(found)
          .returns(Outcome.ALREADY_THERE, PackageReport::outcome)
          .returns(stored.uri(), PackageReport::uri);
      assertThat(ray.jobs())
          .hasSize(2)
          .allSatisfy(
              job -> assertThat(job.runtimeEnv()).containsEntry("working_dir", stored.uri()));
      assertThat(ray.packages()).isEmpty();
      try (ZipFile zip = new ZipFile(Path.of(URI.create(stored.uri())).toFile())) {
        assertThat(zip.stream().map(entry -> entry.getName()))
            .containsExactly("package/main.py", "package/model.bin");
      }
    }
  }

  @Test
  void submit_ofALargeFolderThatIsSmallWhenPacked_goesToTheClusterThoughThereIsAStore(
      @TempDir Path bucket) throws IOException {
    writeZeros(folder.resolve("table.csv"), 101 << 20);
    try (JobClient withStore = client(builder -> builder.packageStore(new FolderStore(bucket)))) {
      assertThat(submit(withStore).packages().get(0).outcome()).isEqualTo(Outcome.UPLOADED);
      assertThat(submit(withStore).packages().get(0))
          .returns(Outcome.ALREADY_THERE, PackageReport::outcome)
          .satisfies(report -> assertThat(report.uri()).startsWith("gcs://"));
      assertThat(bucket).isEmptyDirectory();
    }
  }

  @Test
  void submit_ofAnArchiveOfMoreThanTheDashboardTakes_isRefusedBeforeAnythingIsSent(
      @TempDir Path files) throws IOException {
    Path archive = files.resolve("model.tar.xz");
    writeZeros(archive, 101 << 20);

    assertThatIllegalArgumentException()
        .isThrownBy(() -> client.submit(JobSpec.running("true").workingDir(archive).build()))
        .withMessageContaining(archive + " has 105,906,176 bytes")
        .withMessageContaining("at most 104,857,600")
        .withMessageContaining("packageStore");
    assertThatIllegalArgumentException().isThrownBy(() -> client.upload(archive));
    assertThat(ray.calls()).isEmpty();
  }

  @Test
  void submit_ofAnArchiveOfMoreThanTheDashboardTakes_goesToThePackageStoreAndIsFoundThere(
      @TempDir Path files, @TempDir Path bucket) throws IOException {
    Path archive = largeZip(files.resolve("model.zip"), "a/x", "b/y");
    JobSpec spec = JobSpec.running("true").workingDir(archive).build();
    try (JobClient withStore = client(builder -> builder.packageStore(new FolderStore(bucket)))) {
      PackageReport stored = withStore.submit(spec).packages().get(0);

      assertThat(stored.outcome()).isEqualTo(Outcome.IN_PACKAGE_STORE);
      assertThat(stored.uri()).matches("file:.*/_ray_pkg_[0-9a-f]{40}\\.zip");
      assertThat(Path.of(URI.create(stored.uri()))).hasSize(Files.size(archive));
      assertThat(withStore.submit(spec).packages().get(0))
          .returns(Outcome.ALREADY_THERE, PackageReport::outcome)
          .returns(stored.uri(), PackageReport::uri);
      assertThat(packageCalls()).containsExactly("GET 404", "GET 404");
    }
  }

  /** A node takes such a folder away from what it fetches from elsewhere. */
  @Test
  void submit_ofALargeArchiveWithOneFolderOnTop_isRefusedBeforeAnythingIsSent(
      @TempDir Path files, @TempDir Path bucket) throws IOException {
    Path archive = largeZip(files.resolve("model.zip"), "only/x", "__MACOSX/x", "only/y/z");
    try (JobClient withStore = client(builder -> builder.packageStore(new FolderStore(bucket)))) {
      JobSpec spec = JobSpec.running("true").workingDir(archive).build();

      assertThatIllegalArgumentException()
          .isThrownBy(() -> withStore.submit(spec))
          .withMessageContaining("in one folder, 'only/'")
          .withMessageContaining("Pack it without that folder");
      assertThat(ray.calls()).isEmpty();
    }
  }

  @Test
  void submit_whenThePackageStoreFails_namesItAndSubmitsNothing(@TempDir Path bucket)
      throws IOException {
    FolderStore broken =
        new FolderStore(bucket) {
          @Override
          public URI store(String name, Path zip, LongConsumer sent) throws IOException {
            throw new IOException("the bucket is gone");
          }
        };
    try (JobClient withStore = client(builder -> builder.packageStore(broken))) {
      Path archive = largeZip(folder.resolve("model.zip"), "a", "b");
      assertThatExceptionOfType(PackageException.class)
          .isThrownBy(() -> withStore.submit(JobSpec.running("true").workingDir(archive).build()))
          .withMessageContaining(archive + " was not sent, because the package store did not take")
          .withMessageContaining("the bucket is gone");
      assertThat(ray.jobs()).isEmpty();
    }
  }

  @Test
  void submit_whenThePackageStoreGivesAnAddressRayCannotUse_submitsNothing(@TempDir Path bucket)
      throws IOException {
    FolderStore broken =
        new FolderStore(bucket) {
          @Override
          public URI store(String name, Path zip, LongConsumer sent) {
            return URI.create("ftp://host/" + name);
          }
        };
    try (JobClient withStore = client(builder -> builder.packageStore(broken))) {
      Path archive = largeZip(folder.resolve("model.zip"), "a", "b");
      assertThatExceptionOfType(PackageException.class)
          .isThrownBy(() -> withStore.submit(JobSpec.running("true").workingDir(archive).build()))
          .withMessageContaining("Ray knows no protocol 'ftp'");
      assertThat(ray.jobs()).isEmpty();
    }
  }

  @Test
  void submit_withFilesThatLookLikeSecrets_tellsTheListenerBeforeAnythingIsSent()
      throws IOException {
    Files.writeString(folder.resolve("id_rsa"), "not one");
    List<Integer> callsThen = new CopyOnWriteArrayList<>();
    story.onRead = () -> callsThen.add(ray.calls().size());

    submit(client);

    assertThat(callsThen).containsExactly(0);
    assertThat(story.reads)
        .singleElement()
        .satisfies(report -> assertThat(report.secretLooking()).containsExactly("id_rsa"));
  }

  @Test
  void submit_withFilesThatLookLikeSecrets_isRefusedIfTheClientWasToldTo() throws IOException {
    Files.writeString(folder.resolve("id_rsa"), "not one");
    try (JobClient careful = client(JobClient.Builder::refuseSecretLookingFiles)) {
      assertThatIllegalArgumentException()
          .isThrownBy(() -> submit(careful))
          .withMessageContaining("files that look like secrets: [id_rsa]");
      assertThat(ray.calls()).isEmpty();
    }
  }

  @Test
  void submit_ofAnArchiveWithNamesOfSecrets_tellsTheListenerBeforeAnythingIsSent(
      @TempDir Path files) throws IOException {
    Path archive = zip(files.resolve("own.zip"), "main.py", "deploy/.env", "keys/id_rsa");
    JobSpec spec = JobSpec.running("true").workingDir(archive).build();

    client.submit(spec);

    assertThat(story.reads)
        .singleElement()
        .satisfies(report ->
            assertThat(report.secretLooking()).containsExactly("deploy/.env", "keys/id_rsa"));
    int before = ray.calls().size();
    try (JobClient careful = client(JobClient.Builder::refuseSecretLookingFiles)) {
      assertThatIllegalArgumentException()
          .isThrownBy(() -> careful.submit(spec))
          .withMessageContaining("[deploy/.env, keys/id_rsa]");
    }
    assertThat(ray.calls()).hasSize(before);
  }

  @Test
  void submit_ofAZipThatIsNone_saysThatNobodyLooksForSecrets(@TempDir Path files)
      throws IOException {
    Path archive = Files.writeString(files.resolve("own.zip"), "no zip");

    client.submit(JobSpec.running("true").workingDir(archive).build());

    assertThat(story.reads.get(0).notes())
        .singleElement()
        .asString()
        .contains("nobody has looked whether secrets are in it");
  }

  @Test
  void submit_withExcludes_leavesThemOutAndReportsThem() throws IOException {
    Files.writeString(folder.resolve("x.log"), "log");
    JobSpec spec =
        JobSpec.running("! ls x.log")
            .workingDir(folder)
            .runtimeEnv(RuntimeEnv.builder().exclude("*.log").build())
            .build();

    Submission submission = client.submit(spec);

    assertThat(submission.packages().get(0).exclusions())
        .singleElement()
        .hasToString("'*.log' of excludes: 1, such as x.log");
    assertThat(client.await(submission.id(), Duration.ofSeconds(30)).driverExitCode()).hasValue(0);
  }

  @Test
  void submit_withAWheelAndAnArchiveAsModules_sendsThemAsTheyAre(@TempDir Path files)
      throws IOException {
    Path wheel = Files.writeString(files.resolve("demo-1.0-py3-none-any.whl"), "wheel");
    RuntimeEnv env = RuntimeEnv.builder().pyModule("s3://bucket/x.zip").pyModule(wheel).build();

    client.submit(JobSpec.running("true").runtimeEnv(env).build());

    assertThat(ray.packages()).containsOnlyKeys("demo-1.0-py3-none-any.whl");
    assertThat(ray.jobs().get(0).runtimeEnv())
        .containsEntry(
            "py_modules", List.of("s3://bucket/x.zip", "gcs://demo-1.0-py3-none-any.whl"));
  }

  @Test
  void submit_whenAnArchiveChangesOnce_takesItAsItIsThen(@TempDir Path files) throws IOException {
    Path archive = Files.writeString(files.resolve("own.zip"), "first");
    story.onRead = once(() -> Files.writeString(archive, "other"));

    PackageReport report =
        client
            .submit(
                JobSpec.running("true")
                    .runtimeEnv(RuntimeEnv.builder().pyModule(archive).build())
                    .build())
            .packages()
            .get(0);

    assertThat(ray.packages()).containsOnlyKeys(report.uri().replace("gcs://", ""));
    assertThat(client.upload(archive).value()).isEqualTo(report.uri());
  }

  /** Two dots after a link are the parent of what it points to, as for everybody else. */
  @Test
  void submit_ofAPathWithDotsAfterALink_takesTheFolderTheSystemTakes(
      @TempDir Path here, @TempDir Path elsewhere) throws IOException {
    Path target = Files.createDirectory(elsewhere.resolve("target"));
    Files.writeString(elsewhere.resolve("meant.py"), "x = 1");
    Path link = Files.createSymbolicLink(here.resolve("link"), target);

    PackageReport report =
        client
            .submit(JobSpec.running("true").workingDir(link.resolve("..")).build())
            .packages()
            .get(0);

    assertThat(report.largest()).extracting(file -> file.path()).containsExactly("meant.py");
  }

  @Test
  void submit_withTwoModulesOfOneContent_givesEachItsName(@TempDir Path parent) throws IOException {
    for (String name : List.of("one", "two")) {
      Files.writeString(Files.createDirectory(parent.resolve(name)).resolve("m.py"), "x = 1");
    }
    RuntimeEnv env =
        RuntimeEnv.builder()
            .pyModule(parent.resolve("one"))
            .pyModule(parent.resolve("two"))
            .build();

    List<PackageReport> reports =
        client.submit(JobSpec.running("true").runtimeEnv(env).build()).packages();

    assertThat(reports).extracting(PackageReport::uri).doesNotHaveDuplicates();
    assertThat(reports.get(1).uri()).startsWith(reports.get(0).uri().replace(".zip", "_in_"));
    assertThat(ray.packages()).hasSize(2);
  }

  @Test
  void submit_ofAFolderAsWorkingDirectoryAndLaterAsModule_givesEachItsName() {
    JobSpec asModule =
        JobSpec.running("true")
            .runtimeEnv(RuntimeEnv.builder().pyModule(folder).exclude(".git").build())
            .build();

    String first = submit(client).packages().get(0).uri();
    String second = client.submit(asModule).packages().get(0).uri();

    assertThat(second).startsWith(first.replace(".zip", "_in_"));
    assertThat(submit(client).packages().get(0).uri()).isEqualTo(first);
    assertThat(client.submit(asModule).packages().get(0).uri()).isEqualTo(second);
    assertThat(ray.packages()).hasSize(2);
  }

  @Test
  void submit_whenAnotherPackageTakesLong_asksForTheFirstOnceMore(@TempDir Path module)
      throws IOException {
    assertThat(callsWhenTheModuleTakes(Duration.ofMinutes(9), module))
        .containsExactly("GET 404", "PUT 200", "GET 404", "PUT 200", "GET 200", "GET 200");
  }

  /** A package that was asked for ten minutes ago is gone if no job uses it. */
  @Test
  void submit_whenAPackageIsGoneBeforeTheLastIsSent_sendsItAgain(@TempDir Path module)
      throws IOException {
    assertThat(callsWhenTheModuleTakes(Duration.ofMinutes(11), module))
        .containsExactly(
            "GET 404", "PUT 200", "GET 404", "PUT 200", "GET 404", "PUT 200", "GET 200");
  }

  private List<String> callsWhenTheModuleTakes(Duration time, Path module) throws IOException {
    Files.writeString(module.resolve("m.py"), "x = 1");
    ManualClock clock = ManualClock.create();
    List<PackageUri> sent = new CopyOnWriteArrayList<>();
    RayClientListener slow =
        new RayClientListener() {
          @Override
          public void onUploadProgress(PackageUri uri, long sentBytes, long totalBytes) {
            sent.add(uri);
            if (sent.size() == 2) {
              clock.advance(time);
            }
          }
        };
    try (FakeRay fake = FakeRay.builder().time(clock).start();
        JobClient slowly = JobClient.builder(fake.url()).time(clock).listener(slow).build()) {
      RuntimeEnv env = RuntimeEnv.builder().pyModule(module).build();
      Submission submission =
          slowly.submit(JobSpec.running("true").workingDir(folder).runtimeEnv(env).build());

      assertThat(submission.packages())
          .extracting(PackageReport::outcome)
          .containsExactly(Outcome.UPLOADED, Outcome.UPLOADED);
      assertThat(fake.packages()).hasSize(2);
      return packageCalls(fake);
    }
  }

  @Test
  void submit_leavesNoTemporaryFile() throws IOException {
    Set<Path> before = temporaryFiles();
    ray.onNext("PUT", PACKAGES).respond(400, "no");

    assertThatExceptionOfType(RuntimeException.class).isThrownBy(() -> submit(client));
    submit(client);

    Set<Path> added = temporaryFiles();
    added.removeAll(before);
    // Those of tests that run at the same time go as well.
    await()
        .atMost(Duration.ofSeconds(60))
        .untilAsserted(() -> assertThat(added).noneMatch(file -> Files.exists(file)));
  }

  private static Set<Path> temporaryFiles() throws IOException {
    try (var files = Files.list(Path.of(System.getProperty("java.io.tmpdir")))) {
      return files
          .filter(file -> file.getFileName().toString().startsWith("ray-package-"))
          .collect(Collectors.toSet());
    }
  }

  private JobClient client(Consumer<JobClient.Builder> more) {
    JobClient.Builder builder = JobClient.builder(ray.url()).listener(story);
    more.accept(builder);
    return builder.build();
  }

  private JobSpec spec() {
    return JobSpec.running("true").workingDir(folder).build();
  }

  private Submission submit(JobClient by) {
    return by.submit(spec());
  }

  private List<String> packageCalls() {
    return packageCalls(ray);
  }

  private static List<String> packageCalls(FakeRay of) {
    return of.calls().stream()
        .filter(call -> call.path().startsWith("/api/packages/"))
        .map(call -> call.method() + " " + call.status())
        .toList();
  }

  private static void writeNoise(Path file, int size) throws IOException {
    byte[] noise = new byte[size];
    new Random(size).nextBytes(noise);
    Files.write(file, noise);
  }

  private static void writeZeros(Path file, int size) throws IOException {
    try (RandomAccessFile sparse = new RandomAccessFile(file.toFile(), "rw")) {
      sparse.setLength(size);
    }
  }

  private static Path zip(Path file, String... names) throws IOException {
    try (ZipOutputStream zip = new ZipOutputStream(Files.newOutputStream(file))) {
      for (String name : names) {
        zip.putNextEntry(new ZipEntry(name));
      }
    }
    return file;
  }

  /** A zip is read from its end, so what stands before it does not matter. */
  private static Path largeZip(Path file, String... names) throws IOException {
    byte[] zip = Files.readAllBytes(zip(file, names));
    writeZeros(file, 101 << 20);
    return Files.write(file, zip, StandardOpenOption.APPEND);
  }

  private static Step once(Step step) {
    List<Step> left = new CopyOnWriteArrayList<>(List.of(step));
    return () -> {
      if (!left.isEmpty()) {
        left.remove(0).run();
      }
    };
  }

  /** Is something to do between two steps of the client. */
  private interface Step {
    void run() throws IOException;
  }

  /** Writes down what it is told, and acts where a test wants it to. */
  private static final class Story implements RayClientListener {
    private final List<PackageReport> reads = new CopyOnWriteArrayList<>();
    private final List<Long> sent = new CopyOnWriteArrayList<>();
    private volatile Step onRead = () -> {};

    @Override
    public void onPackageRead(PackageReport report) {
      reads.add(report);
      try {
        onRead.run();
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }

    @Override
    public void onUploadProgress(PackageUri uri, long sentBytes, long totalBytes) {
      sent.add(sentBytes);
    }
  }

  /** Is a store in a folder. */
  private static class FolderStore implements PackageStore {
    private final Path bucket;

    FolderStore(Path bucket) {
      this.bucket = bucket;
    }

    @Override
    public Optional<URI> find(String name) {
      Path file = bucket.resolve(name);
      return Files.exists(file) ? Optional.of(file.toUri()) : Optional.empty();
    }

    @Override
    public URI store(String name, Path zip, LongConsumer sent) throws IOException {
      URI stored = Files.copy(zip, bucket.resolve(name)).toUri();
      sent.accept(Files.size(zip));
      return stored;
    }
  }
}
