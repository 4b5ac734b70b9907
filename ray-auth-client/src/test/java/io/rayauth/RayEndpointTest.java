package io.rayauth;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(30)
class RayEndpointTest {

  @ParameterizedTest
  @CsvSource({
    "http://localhost:8265, http://localhost:8265/api/jobs/",
    "http://localhost:8265///, http://localhost:8265/api/jobs/",
    "HTTPS://Host/ray/ns/cluster/, https://host/ray/ns/cluster/api/jobs/",
    "http://[::1]:1/a%20b, http://[::1]:1/a%20b/api/jobs/"
  })
  void resolve_keepsTheBasePath(String url, String http) {
    RayEndpoint endpoint = RayEndpoint.of(url);

    assertThat(endpoint.resolve("/api/jobs/")).hasToString(http);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "localhost:8265",
        "auto",
        "ftp://host",
        "http://",
        "http://host/a?b=c",
        "http://host#x",
        "http://host/../x",
        "http://host:99999",
        "http://host:0",
        "http://ho st"
      })
  void of_whenItIsNoAddress_saysWhatIsExpected(String url) {
    assertThatThrownBy(() -> RayEndpoint.of(url))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("http://localhost:8265");
  }

  @Test
  void of_whenItIsRayClient_namesTheDashboard() {
    assertThatThrownBy(() -> RayEndpoint.of("ray://head:10001"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("8265");
  }

  @Test
  void of_whenItHoldsAPassword_doesNotShowIt() {
    assertThatThrownBy(() -> RayEndpoint.of("http://me:canary-pw@host"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageNotContaining("canary-pw");
  }

  @ParameterizedTest
  @CsvSource({
    "http://localhost:8265, true",
    "http://127.0.0.1, true",
    "http://127.9.9.9, true",
    "http://[::1], true",
    "http://head.ns.svc:8265, true",
    "http://head.ns.svc.cluster.local, true",
    "https://example.org, true",
    "http://example.org, false",
    "http://10.0.0.1, false",
    "http://127.0.0.1.example.org, false",
    "http://localhost.example.org, false",
    "http://svc, false",
    "http://evilcluster.local, false"
  })
  void isSafeForTokens_knowsWherePlainHttpIsFine(String url, boolean safe) {
    assertThat(RayEndpoint.of(url).isSafeForTokens()).isEqualTo(safe);
  }

  @Test
  void segment_encodesWhatAPathCannotHold() {
    assertThat(RayEndpoint.segment("a b/ü%?#+~")).isEqualTo("a%20b%2F%C3%BC%25%3F%23%2B~");
  }
}
