package io.rayauth.gke;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class GkeClusterRefTest {
  private static final GkeClusterRef REF =
      GkeClusterRef.of("my-project", "us-west1-b", "kuberay-cluster");

  @ParameterizedTest
  @ValueSource(
      strings = {
        "projects/my-project/locations/us-west1-b/clusters/kuberay-cluster",
        "projects/my-project/zones/us-west1-b/clusters/kuberay-cluster",
        "https://container.googleapis.com/v1/projects/my-project/zones/us-west1-b/clusters/kuberay-cluster",
        "//container.googleapis.com/projects/my-project/locations/us-west1-b/clusters/kuberay-cluster",
        "gke_my-project_us-west1-b_kuberay-cluster"
      })
  void parse_ofWhatGoogleCallsACluster_readsIt(String text) {
    assertThat(GkeClusterRef.parse(text)).isEqualTo(REF);
  }

  @Test
  void parse_ofWhatItPrints_isTheSame() {
    assertThat(GkeClusterRef.parse(REF.toString())).isEqualTo(REF);
    assertThat(GkeClusterRef.parse(REF.context())).isEqualTo(REF);
  }

  @Test
  void parse_ofAProjectWithADomain_keepsIt() {
    assertThat(GkeClusterRef.parse("gke_example.com:lab_us-west1_ray"))
        .isEqualTo(GkeClusterRef.of("example.com:lab", "us-west1", "ray"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "kuberay-cluster",
        "gke_my-project_us-west1-b",
        "gke_my-project_us-west1-b_a_b",
        "projects/my-project/locations/us-west1-b",
        "projects/p/locations/us-west1-b/clusters/n/nodePools/x"
      })
  void parse_ofSomethingElse_saysWhatToGive(String text) {
    assertThatThrownBy(() -> GkeClusterRef.parse(text))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("gke_<project>_<location>_<name>");
  }

  @Test
  void of_namesThatCannotBe_saysWhich() {
    assertThatThrownBy(() -> GkeClusterRef.of("My Project", "us-west1-b", "n"))
        .hasMessage("'My Project' cannot be a project");
    assertThatThrownBy(() -> GkeClusterRef.of("p", "us/west1", "n"))
        .hasMessage("'us/west1' cannot be a zone or region");
    assertThatThrownBy(() -> GkeClusterRef.of("p", "us-west1", "N"))
        .hasMessage("'N' cannot be the name of a GKE cluster");
  }
}
