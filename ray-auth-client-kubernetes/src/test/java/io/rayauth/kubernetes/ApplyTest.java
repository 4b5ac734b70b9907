package io.rayauth.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.rayauth.error.RayInterruptedException;
import io.rayauth.kubernetes.RayKubernetesException.Reason;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(180)
class ApplyTest {
  private static final String TWO =
      """
      apiVersion: v1
      kind: ConfigMap
      metadata: {name: one}
      data: {}
      ---
      # between the two
      ---
      apiVersion: ray.io/v1
      kind: RayCluster
      metadata: {name: two, namespace: other}
      spec: {headGroupSpec: {rayStartParams: {}, empty: []}}
      """;

  private static final String WITH_DEFINITION =
      """
      apiVersion: v1
      kind: ConfigMap
      metadata: {name: one}
      ---
      apiVersion: foo.io/v1
      kind: Bar
      metadata: {name: two}
      ---
      apiVersion: apiextensions.k8s.io/v1
      kind: CustomResourceDefinition
      metadata: {name: bars.foo.io}
      spec: {group: foo.io, names: {kind: Bar, plural: bars}, scope: Namespaced, versions: [{name: v1}]}
      """;
  private static final String DEFINITION =
      "/apis/apiextensions.k8s.io/v1/customresourcedefinitions/bars.foo.io";

  private final FakeApiServer server = new FakeApiServer();
  private final OperatorsClock clock = new OperatorsClock();
  private final RayClusters clusters = new RayClusters(server.client(), clock);

  ApplyTest() {
    server.knows(
        "/apis/apiextensions.k8s.io/v1",
        "CustomResourceDefinition",
        "customresourcedefinitions",
        false);
  }

  @AfterEach
  void close() {
    server.close();
  }

  @Test
  void apply_sendsEveryDocumentUnchanged() {
    List<AppliedObject> objects = clusters.apply(TWO, "team");

    assertThat(objects)
        .extracting(AppliedObject::toString)
        .containsExactly("ConfigMap team/one: CREATED", "RayCluster other/two: CREATED");
    assertThat(server.object("/api/v1/namespaces/team/configmaps/one"))
        .containsEntry("data", Map.of());
    assertThat(server.object("/apis/ray.io/v1/namespaces/other/rayclusters/two"))
        .containsEntry(
            "spec",
            Map.of("headGroupSpec", Map.of("rayStartParams", Map.of(), "empty", List.of())));
  }

  @Test
  void apply_whenDoneAgain_reportsThatNothingChanged() {
    clusters.apply(TWO);

    assertThat(clusters.apply(TWO))
        .extracting(AppliedObject::outcome)
        .containsOnly(AppliedObject.Outcome.UNCHANGED);
    assertThat(clusters.apply(TWO.replace("data: {}", "data: {a: b}")).get(0).outcome())
        .isEqualTo(AppliedObject.Outcome.CHANGED);
  }

  @Test
  void apply_whenTheNamespaceIsLeftOut_takesThatOfTheClient() {
    clusters.apply("apiVersion: v1\nkind: ConfigMap\nmetadata: {name: one}\n");
    clusters.apply("apiVersion: v1\nkind: Namespace\nmetadata: {name: team}\n");

    assertThat(server.paths())
        .containsExactly("/api/v1/namespaces/default/configmaps/one", "/api/v1/namespaces/team");
  }

  @Test
  void apply_readsLists() {
    assertThat(
            clusters.apply(
                "apiVersion: v1\n"
                    + "kind: List\n"
                    + "items:\n"
                    + "- {apiVersion: v1, kind: ConfigMap, metadata: {name: one}}\n"))
        .extracting(AppliedObject::name)
        .containsExactly("one");
  }

  @Test
  void apply_readsJsonAndWhatLooksLikeIt() {
    clusters.apply(
        "{\"apiVersion\": \"v1\", \"kind\": \"ConfigMap\", \"metadata\": {\"name\": \"one\"}}");
    clusters.apply("{apiVersion: v1, kind: ConfigMap, metadata: {name: two}}");

    assertThat(server.paths())
        .containsExactly(
            "/api/v1/namespaces/default/configmaps/one",
            "/api/v1/namespaces/default/configmaps/two");
  }

  @Test
  void apply_readsFiles(@TempDir Path folder) throws IOException {
    Path file = Files.writeString(folder.resolve("two.yaml"), TWO);

    assertThat(clusters.apply(file)).hasSize(2);
    assertThatExceptionOfType(RayKubernetesException.class)
        .isThrownBy(() -> clusters.apply(folder.resolve("none.yaml")))
        .withMessageContaining("none.yaml cannot be read")
        .returns(Reason.INVALID, RayKubernetesException::reason);
  }

  @Test
  void apply_whenAKindIsUnknown_appliesNothing() {
    assertThatExceptionOfType(RayKubernetesException.class)
        .isThrownBy(() ->
            clusters.apply(
                TWO + "---\napiVersion: foo.io/v1\nkind: Bar\nmetadata: {name: three}\n"))
        .withMessage(
            "the manifest holds a Bar of foo.io/v1, which the API server does not know; nothing was"
                + " applied")
        .returns(Reason.CRD_MISSING, RayKubernetesException::reason);
    assertThat(server.writes()).isEmpty();
  }

  @Test
  void apply_whenItDefinesAKind_waitsUntilThatIsServed() {
    clock.steps.add(() -> server.knows("/apis/foo.io/v1", "Bar", "bars", true));
    clock.steps.add(() -> establish());

    assertThat(clusters.apply(WITH_DEFINITION))
        .extracting(AppliedObject::toString)
        .containsExactly(
            "CustomResourceDefinition bars.foo.io: CREATED",
            "ConfigMap default/one: CREATED",
            "Bar default/two: CREATED");
    assertThat(clock.steps).isEmpty();
  }

  private void establish() {
    server.put(
        DEFINITION,
        "metadata: {name: bars.foo.io}\nstatus: {conditions: [{type: Established, status: 'True'}]}\n");
  }

  @Test
  void apply_whenAKindIsNotServedInTime_namesWhatWasApplied() {
    long start = clock.nanoTime();

    assertThatExceptionOfType(RayKubernetesException.class)
        .isThrownBy(() -> clusters.apply(WITH_DEFINITION))
        .withMessage(
            "after 60 s the API server does not serve the Bar of foo.io/v1, although"
                + " CustomResourceDefinition bars.foo.io was applied: see its conditions; of the 3"
                + " objects in the manifest these were applied before it: [CustomResourceDefinition"
                + " bars.foo.io]")
        .returns(Reason.NOT_READY, RayKubernetesException::reason);
    assertThat(Duration.ofNanos(clock.nanoTime() - start)).isEqualTo(Duration.ofMinutes(1));
  }

  @Test
  void apply_whenItDefinesAnotherVersionOfTheKind_appliesNothing() {
    assertThatExceptionOfType(RayKubernetesException.class)
        .isThrownBy(() -> clusters.apply(WITH_DEFINITION.replace("foo.io/v1", "foo.io/v2")))
        .withMessageContaining("holds a Bar of foo.io/v2, which the API server does not know");
    assertThat(server.writes()).isEmpty();
  }

  @Test
  void apply_whenInterrupted_namesThoseThatWereApplied() {
    clock.steps.add(() -> Thread.currentThread().interrupt());

    assertThatExceptionOfType(RayInterruptedException.class)
        .isThrownBy(() -> clusters.apply(WITH_DEFINITION))
        .withMessageContaining(
            "these were applied before it: [CustomResourceDefinition bars.foo.io]");
    assertThat(Thread.interrupted()).isTrue();
  }

  @Test
  void apply_whenAnAnswerIsLost_saysThatTheObjectMayBeThere() {
    server.loseAnswer(call -> call.isWrite() && call.path().endsWith("/two"));

    assertThatExceptionOfType(RayKubernetesException.class)
        .isThrownBy(() -> clusters.apply(TWO))
        .withMessageContaining("[ConfigMap default/one]; the next one may have been, too")
        .returns(Reason.UNREACHABLE, RayKubernetesException::reason);
  }

  @Test
  void apply_readsStreams() throws IOException {
    byte[] text = TWO.replace("data: {}", "data: {a: ü}").getBytes(StandardCharsets.UTF_8);

    assertThat(clusters.apply(new ByteArrayInputStream(text))).hasSize(2);
    assertThat(server.object("/api/v1/namespaces/default/configmaps/one"))
        .containsEntry("data", Map.of("a", "ü"));
    InputStream closed = InputStream.nullInputStream();
    closed.close();
    assertThatExceptionOfType(RayKubernetesException.class)
        .isThrownBy(() -> clusters.apply(closed))
        .withMessageStartingWith("the manifest cannot be read")
        .returns(Reason.INVALID, RayKubernetesException::reason);
  }

  @Test
  void apply_whenAnObjectIsRefused_namesThoseThatWereApplied() {
    server.refuse(call -> call.isWrite() && call.path().endsWith("/two"), 422, "spec is wrong");

    assertThatExceptionOfType(RayKubernetesException.class)
        .isThrownBy(() -> clusters.apply(TWO))
        .withMessage(
            "applying RayCluster other/two failed: spec is wrong; of the 2 objects in the manifest"
                + " these were applied before it: [ConfigMap default/one]")
        .returns(Reason.INVALID, RayKubernetesException::reason);
  }

  @Test
  void apply_whenTheTextIsNoManifest_saysWhatIsMissing() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> clusters.apply("# nothing\n---\n"))
        .withMessage("the manifest holds no object");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> clusters.apply(TWO + "---\nkind: ConfigMap\nmetadata: {name: x}\n"))
        .withMessage("object 3 in the manifest has no apiVersion");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> clusters.apply("apiVersion: v1\nmetadata: {name: x}\n"))
        .withMessage("object 1 in the manifest has no kind");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> clusters.apply("apiVersion: v1\nkind: ConfigMap\nmetadata: {}\n"))
        .withMessage("object 1 in the manifest has no metadata.name");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> clusters.apply("just words"))
        .withMessageStartingWith("the manifest is no YAML");
    assertThat(server.calls()).isEmpty();
  }

  @Test
  void apply_whenTheYamlIsBroken_namesThePlaceAndQuotesNothing() {
    Throwable failure =
        catchThrowable(
            () -> clusters.apply("kind: Secret\ndata: {auth_token: canary-secret\nx: [}"));

    assertThat(failure)
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("the manifest is no YAML: see line ")
        .hasNoCause();
    assertThat(failure.getMessage()).doesNotContain("canary-");
  }

  @Test
  void apply_whenTheNamespaceCannotBeOne_asksNobody() {
    assertThatIllegalArgumentException().isThrownBy(() -> clusters.apply(TWO, "A B"));
    assertThat(server.calls()).isEmpty();
  }
}
