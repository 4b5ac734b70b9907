package io.rayauth.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.rayauth.kubernetes.RayKubernetesException.Reason;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
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

  private final FakeApiServer server = new FakeApiServer();
  private final RayClusters clusters = RayClusters.using(server.client());

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
