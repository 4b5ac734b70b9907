package io.rayauth.kubernetes.internal.api;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.client.KubernetesClientException;
import java.io.IOException;
import org.junit.jupiter.api.Test;

class ApiServerTest {
  @Test
  void failure_whenTheApiServerHungUp_suspectsTheCredentials() {
    assertThat(failure("/127.0.0.1:42272: GOAWAY received"))
        .contains("see whether the credentials are good", "http2Disable");
    assertThat(failure("Connection refused")).doesNotContain("http2Disable");
  }

  private static String failure(String words) {
    return String.valueOf(
        ApiServer.failure(
                "reading it", new KubernetesClientException("failed", new IOException(words)))
            .getMessage());
  }
}
