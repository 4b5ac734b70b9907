package io.rayauth.gke;

import static com.github.tomakehurst.wiremock.client.WireMock.aResponse;
import static com.github.tomakehurst.wiremock.client.WireMock.any;
import static com.github.tomakehurst.wiremock.client.WireMock.anyUrl;
import static com.github.tomakehurst.wiremock.client.WireMock.containing;
import static com.github.tomakehurst.wiremock.client.WireMock.equalTo;
import static com.github.tomakehurst.wiremock.client.WireMock.urlPathMatching;
import static com.github.tomakehurst.wiremock.core.WireMockConfiguration.options;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.github.tomakehurst.wiremock.WireMockServer;
import com.github.tomakehurst.wiremock.client.ResponseDefinitionBuilder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;

/**
 * Stands for the API server of a GKE cluster: lets in who has one token, over TLS with a
 * certificate that only the cluster's own authority vouches for.
 */
final class ApiServer implements AutoCloseable {
  private static final String PASSWORD = "changeit";

  private final WireMockServer server;
  private final String authority;

  private final String address;

  private ApiServer(WireMockServer server, String authority) {
    this.server = server;
    this.authority = authority;
    this.address = "127.0.0.1:" + server.httpsPort();
  }

  /** Makes the key of the servers that are started with the same folder. */
  static void makeKey(Path folder) throws Exception {
    Path store = folder.resolve("server.p12");
    Path certificate = folder.resolve("server.crt");
    keytool(store, "-genkeypair", "-keyalg", "EC", "-dname", "CN=gke", "-ext", "san=ip:127.0.0.1");
    keytool(store, "-exportcert", "-rfc", "-file", certificate.toString());
  }

  static ApiServer start(Path folder) throws IOException {
    Path store = folder.resolve("server.p12");
    Path certificate = folder.resolve("server.crt");
    WireMockServer server =
        new WireMockServer(
            options()
                .bindAddress("127.0.0.1")
                .httpDisabled(true)
                .dynamicHttpsPort()
                .keystorePath(store.toString())
                .keystoreType("PKCS12")
                .keystorePassword(PASSWORD)
                .keyManagerPassword(PASSWORD));
    server.start();
    return new ApiServer(
        server, Base64.getEncoder().encodeToString(Files.readAllBytes(certificate)));
  }

  /** Returns the host and port, as GKE's API tells it. */
  String address() {
    return address;
  }

  /** Returns the certificate, as GKE's API tells it. */
  String authority() {
    return authority;
  }

  /** Answers to one token; everybody else gets 401. */
  void letIn(String token, int status, String body) {
    server.stubFor(any(anyUrl()).willReturn(status(401, "Unauthorized")));
    server.stubFor(
        any(anyUrl())
            .withHeader("Authorization", equalTo("Bearer " + token))
            .willReturn(
                aResponse()
                    .withStatus(status)
                    .withHeader("Content-Type", "application/json")
                    .withBody(body)));
  }

  /** Has one RayCluster with a kube-rbac-proxy in front, for whoever has one of the tokens. */
  void haveRayCluster(String... tokens) {
    for (String token : tokens) {
      server.stubFor(
          any(urlPathMatching(".*/rayclusters/trainer"))
              .withHeader("Authorization", containing(token))
              .willReturn(
                  aResponse()
                      .withHeader("Content-Type", "application/json")
                      .withBody(
                          """
                          {"apiVersion":"ray.io/v1","kind":"RayCluster",
                           "metadata":{"namespace":"default","name":"trainer","uid":"u"},
                           "spec":{"headGroupSpec":{"rayStartParams":{"dashboard-host":"127.0.0.1"},
                             "template":{"spec":{"containers":[
                               {"name":"ray-head","image":"rayproject/ray:2.46.0"},
                               {"name":"kube-rbac-proxy","image":"quay.io/brancz/kube-rbac-proxy:v0.18.1",
                                "args":["--insecure-listen-address=0.0.0.0:8265","--upstream=http://127.0.0.1:8443/"]}]}}}}}
                          """)));
    }
  }

  int requests() {
    return server.getAllServeEvents().size();
  }

  @Override
  public void close() {
    server.stop();
  }

  private static ResponseDefinitionBuilder status(int code, String reason) {
    return aResponse()
        .withStatus(code)
        .withHeader("Content-Type", "application/json")
        .withBody(failure(code, reason, reason));
  }

  /** A refusal in Kubernetes' own form. */
  static String failure(int code, String reason, String message) {
    return """
    {"kind":"Status","apiVersion":"v1","status":"Failure","code":%d,"reason":"%s","message":"%s"}
    """
        .formatted(code, reason, message);
  }

  private static void keytool(Path store, String... words) throws Exception {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "keytool").toString());
    command.addAll(List.of(words));
    command.addAll(List.of("-alias", "server", "-keystore", store.toString()));
    command.addAll(List.of("-storetype", "PKCS12", "-storepass", PASSWORD));
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String said = new String(process.getInputStream().readAllBytes(), UTF_8);
    assertThat(process.waitFor()).as(said).isZero();
  }
}
