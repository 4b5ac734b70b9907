package io.rayauth.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import io.rayauth.JobClient;
import io.rayauth.testkit.FakeRay;
import io.rayauth.testkit.Gate;
import io.rayauth.testsupport.SelfSigned;
import io.rayauth.token.TokenProvider;
import java.nio.file.Path;
import java.util.Map;
import javax.net.ssl.SSLContext;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A cluster behind TLS, as behind an ingress or an API server. */
@Timeout(120)
class TlsForwardTest {
  private static final String TOKEN = "canary-tls";

  @TempDir private static Path folder;
  private static SSLContext tls;

  @BeforeAll
  static void makeCertificate() throws Exception {
    tls = SelfSigned.at(folder);
  }

  @Test
  void get_whenTheClientTrustsTheCluster_isPassed() throws Exception {
    try (FakeRay ray = FakeRay.builder().gate(Gate.rayToken(TOKEN)).tls(tls).start();
        JobClient client = client(ray.url().toString(), tls);
        DashboardProxy proxy = DashboardProxy.to(client).start()) {
      Browser browser = Browser.at(proxy);

      for (int i = 0; i < 3; i++) {
        Wire.Answer answer = browser.get("/api/version");

        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.body()).contains("ray_version");
      }
    }
  }

  @Test
  void webSocket_whenTheClientTrustsTheCluster_isPassed() throws Exception {
    try (FakeRay ray = FakeRay.builder().gate(Gate.rayToken(TOKEN)).tls(tls).start();
        JobClient client = client(ray.url().toString(), tls);
        DashboardProxy proxy = DashboardProxy.to(client).start()) {
      ray.addFinishedJob("job-1", "true", Map.of());
      Browser browser = Browser.at(proxy);

      try (Wire wire = new Wire(browser.connect())) {
        assertThat(wire.send(browser.handshake("/api/jobs/job-1/logs/tail")).answer().status())
            .isEqualTo(101);
      }
    }
  }

  @Test
  void get_whenTheCertificateIsForAnotherName_explainsAndSendsNothing() throws Exception {
    try (FakeRay ray = FakeRay.builder().tls(tls).start();
        JobClient client = client("https://localhost:" + ray.url().getPort(), tls);
        DashboardProxy proxy = DashboardProxy.to(client).start()) {
      Wire.Answer answer = Browser.at(proxy).get("/api/version");

      assertThat(answer.status()).isEqualTo(502);
      assertThat(answer.body()).contains("TLS with localhost").contains("localhost");
      assertThat(ray.calls()).isEmpty();
    }
  }

  @Test
  void get_whenTheCertificateIsNotTrusted_explainsAndSendsNothing() throws Exception {
    try (FakeRay ray = FakeRay.builder().tls(tls).start();
        JobClient client =
            JobClient.builder(ray.url()).tokenProvider(TokenProvider.of(TOKEN)).build();
        DashboardProxy proxy = DashboardProxy.to(client).start()) {
      Wire.Answer answer = Browser.at(proxy).get("/api/version");

      assertThat(answer.status()).isEqualTo(502);
      assertThat(answer.body()).contains("trustCertificates");
      assertThat(ray.calls()).isEmpty();
    }
  }

  @Test
  void get_whenTheClusterSpeaksNoTls_explains() throws Exception {
    try (FakeRay ray = FakeRay.start();
        JobClient client = client("https://127.0.0.1:" + ray.url().getPort(), tls);
        DashboardProxy proxy = DashboardProxy.to(client).start()) {
      Wire.Answer answer = Browser.at(proxy).get("/api/version");

      assertThat(answer.status()).isEqualTo(502);
      assertThat(answer.body()).contains("TLS with");
    }
  }

  private static JobClient client(String url, SSLContext tls) {
    return JobClient.builder(url).tokenProvider(TokenProvider.of(TOKEN)).sslContext(tls).build();
  }
}
