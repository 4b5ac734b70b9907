package io.rayauth.internal.submit;

import static org.assertj.core.api.Assertions.assertThat;

import io.rayauth.internal.json.JobCodec;
import io.rayauth.internal.json.Marks;
import io.rayauth.job.JobDetails;
import io.rayauth.job.JobId;
import io.rayauth.job.JobSpec;
import io.rayauth.job.JobStatus;
import io.rayauth.job.PackageReport;
import io.rayauth.job.RuntimeEnv;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class OrderTest {
  private static final JobId ID = new JobId("id");
  private static final JobSpec SPEC =
      JobSpec.running("python main.py").metadata("team", "a").entrypointNumCpus(0.5).build();

  /** Jobs that earlier versions submitted carry this, so it stays. */
  @Test
  void fingerprint_always_isTheSameForTheSame() {
    assertThat(order(SPEC, RuntimeEnv.builder().envVar("A", "b").pip("x").build()).fingerprint())
        .hasToString("1:10d35e283c28970515f31f113000d543:4187f71d5ec615f17818afeab77648a4");
  }

  @Test
  void fingerprint_whenKeysComeInAnotherOrder_isTheSame() {
    Map<String, Object> one = new LinkedHashMap<>();
    one.put("pip", List.of("x"));
    one.put("env_vars", Map.of("A", "b"));
    Map<String, Object> other = new LinkedHashMap<>();
    other.put("env_vars", Map.of("A", "b"));
    other.put("pip", List.of("x"));

    assertThat(order(SPEC, RuntimeEnv.of(one)).fingerprint())
        .isEqualTo(order(SPEC, RuntimeEnv.of(other)).fingerprint());
  }

  @Test
  void fingerprint_whenAnythingDiffers_isAnother() {
    List<JobSpec> specs =
        List.of(
            SPEC,
            JobSpec.running("python main.py ").metadata("team", "a").entrypointNumCpus(0.5).build(),
            JobSpec.running("python main.py").metadata("team", "b").entrypointNumCpus(0.5).build(),
            JobSpec.running("python main.py").metadata("tea", "ma").entrypointNumCpus(0.5).build(),
            JobSpec.running("python main.py").metadata("team", "a").entrypointNumCpus(0.25).build(),
            JobSpec.running("python main.py").metadata("team", "a").entrypointNumGpus(0.5).build());

    assertThat(specs.stream().map(spec -> order(spec, RuntimeEnv.empty()).fingerprint()))
        .doesNotHaveDuplicates();
    assertThat(
            List.of(
                order(SPEC, RuntimeEnv.builder().pip("a", "b").build()).fingerprint(),
                order(SPEC, RuntimeEnv.builder().pip("b", "a").build()).fingerprint(),
                order(SPEC, RuntimeEnv.of(Map.of("k", "1"))).fingerprint(),
                order(SPEC, RuntimeEnv.of(Map.of("k", 1))).fingerprint(),
                order(SPEC, RuntimeEnv.of(Map.of("k", true))).fingerprint(),
                order(SPEC, RuntimeEnv.of(Map.of("k", "true"))).fingerprint()))
        .doesNotHaveDuplicates();
  }

  @Test
  void differencesFrom_whenTheJobWentThroughJsonAndBack_areNone() {
    RuntimeEnv env =
        RuntimeEnv.of(
            Map.of(
                "numbers",
                List.of(1, 2L, 0.1f, 0.1, 2e-3, 1e16, 1e300, new BigInteger("9".repeat(30))),
                "decimals",
                List.of(new BigDecimal("1"), new BigDecimal("0.10"), new BigDecimal("1E+3")),
                "nested",
                Map.of(
                    "list", Arrays.asList(null, true, List.of(), Map.of()), "text", "\"é\\\n🎉")));
    Order order = order(SPEC, env);
    byte[] sent =
        JobCodec.submission(SPEC, ID, env, new Marks("n", order.fingerprint().toString()));

    JobDetails job =
        JobCodec.job(
            new String(sent, StandardCharsets.UTF_8)
                .replaceFirst("\\{", "{\"status\":\"RUNNING\",")
                .getBytes(StandardCharsets.UTF_8));

    assertThat(job.metadata()).containsOnlyKeys("team");
    assertThat(order.differencesFrom(job, order.fingerprint())).isEmpty();
    assertThat(order.differencesFrom(job, null))
        .as("what cannot be told without a fingerprint")
        .containsExactly("resources");
  }

  @Test
  void differencesFrom_whenValuesWereBlanked_goByTheFingerprint() {
    Order order = order(SPEC, RuntimeEnv.builder().envVar("SECRET", "s").build());
    JobDetails job =
        there().runtimeEnv(RuntimeEnv.builder().envVar("SECRET", "<redacted>").build()).build();

    assertThat(order.differencesFrom(job, order.fingerprint())).isEmpty();
    assertThat(order.differencesFrom(job, null)).contains("runtime_env.env_vars.SECRET");
  }

  @Test
  void differencesFrom_whenOnlyTheirFingerprintDiffersInForm_goByWhatIsSeen() {
    Order order = order(SPEC, RuntimeEnv.empty());
    Fingerprint other = new Fingerprint("0".repeat(32), order.fingerprint().resources());

    assertThat(order.differencesFrom(there().build(), other)).isEmpty();
  }

  @Test
  void differencesFrom_whenTheFormOfTheFingerprintIsUnknown_areThoseThatCanBeSeen() {
    assertThat(Fingerprint.parse("2:abc")).isEmpty();
    assertThat(Fingerprint.parse(null)).isEmpty();
    Fingerprint known = order(SPEC, RuntimeEnv.empty()).fingerprint();
    assertThat(Fingerprint.parse(known.toString())).contains(known);
  }

  @Test
  void differencesFrom_whenAPackageStoreSignsItsAddressesAnew_areNone() {
    JobDetails job =
        there().runtimeEnv(env("https://store.example.com/_ray_pkg_a.zip?sig=1")).build();
    String again = "https://store.example.com/_ray_pkg_a.zip?sig=2";
    String other = "https://store.example.com/_ray_pkg_b.zip?sig=1";
    Order before = delivered("https://store.example.com/_ray_pkg_a.zip?sig=1");

    assertThat(delivered(again).differencesFrom(job, null))
        .doesNotContain("runtime_env.working_dir");
    assertThat(delivered(again).fingerprint()).isEqualTo(before.fingerprint());
    assertThat(delivered(other).differencesFrom(job, before.fingerprint()))
        .containsExactly("runtime_env.working_dir");
  }

  @Test
  void differencesFrom_whenTheCallersOwnAddressHasAnotherQuery_areNamed() {
    JobDetails job = there().runtimeEnv(env("https://example.com/a.zip?version=1")).build();

    assertThat(order(SPEC, env("https://example.com/a.zip?version=2")).differencesFrom(job, null))
        .contains("runtime_env.working_dir");
  }

  private static JobDetails.Builder there() {
    return JobDetails.of(ID, JobStatus.RUNNING)
        .entrypoint(SPEC.entrypoint())
        .metadata(SPEC.metadata());
  }

  private static RuntimeEnv env(String workingDir) {
    return RuntimeEnv.of(Map.of("working_dir", workingDir));
  }

  private static Order order(JobSpec spec, RuntimeEnv env) {
    return new Order(spec, env, List.of());
  }

  private static Order delivered(String uri) {
    return new Order(SPEC, env(uri), List.of(PackageReport.of(Path.of("job"), uri).build()));
  }
}
