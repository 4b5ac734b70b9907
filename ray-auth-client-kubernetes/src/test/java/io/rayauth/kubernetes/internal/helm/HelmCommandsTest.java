package io.rayauth.kubernetes.internal.helm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import com.marcnuri.helm.Helm;
import com.sun.net.httpserver.HttpServer;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.ConfigBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.rayauth.kubernetes.RayKubernetesException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Runs the real Helm against what it asks: a registry, and as much of an API server. */
@Timeout(120)
class HelmCommandsTest {
  private static final String CHART = "/v2/charts/small-operator/";
  private static final String MANIFEST = "application/vnd.oci.image.manifest.v1+json";

  private final Map<String, byte[]> answers = new ConcurrentHashMap<>();
  private final Map<String, List<String>> seen = new ConcurrentHashMap<>();
  private final List<String> paths = new CopyOnWriteArrayList<>();
  private HttpServer server;
  private KubernetesClient client;

  @BeforeEach
  void start() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext(
        "/",
        exchange -> {
          String path = exchange.getRequestURI().getPath();
          byte[] answer = answers.get(path);
          paths.add(path);
          seen.putAll(exchange.getRequestHeaders());
          exchange
              .getResponseHeaders()
              .set("Content-Type", path.contains("/manifests/") ? MANIFEST : "application/json");
          exchange.sendResponseHeaders(
              answer == null ? 404 : 200, answer == null ? -1 : answer.length);
          if (answer != null) {
            exchange.getResponseBody().write(answer);
          }
          exchange.close();
        });
    server.start();
    client =
        new KubernetesClientBuilder()
            .withConfig(
                new ConfigBuilder(Config.empty())
                    .withMasterUrl("http://127.0.0.1:" + server.getAddress().getPort())
                    .withImpersonateUsername("jane")
                    .withImpersonateGroups("vision", "ops")
                    .withImpersonateExtras(Map.of("scopes", List.of("development")))
                    .build())
            .build();
  }

  @AfterEach
  void stop() {
    client.close();
    server.stop(0);
  }

  @Test
  void find_whenTheClientActsForSomebody_asksForThatUserWithItsGroups() {
    answers.put("/version", json("{\"major\": \"1\", \"minor\": \"34\"}"));
    answers.put(
        "/api/v1/namespaces/ops/secrets",
        json("{\"kind\": \"SecretList\", \"apiVersion\": \"v1\", \"items\": []}"));

    assertThat(HelmCommands.in(client, "ops").find("kuberay-operator")).isEmpty();

    assertThat(seen)
        .containsEntry("Impersonate-user", List.of("jane"))
        .containsEntry("Impersonate-group", List.of("vision", "ops"))
        .containsEntry("Impersonate-extra-scopes", List.of("development"));
  }

  @Test
  void crds_ofAChartInARegistry_areReadFromThere(@TempDir Path folder) throws Exception {
    byte[] archive = archive(folder);
    byte[] config = json("{\"name\": \"small-operator\", \"version\": \"0.1.0\"}");
    byte[] manifest =
        json(
            "{\"schemaVersion\": 2, \"mediaType\": \"%s\", \"config\": %s, \"layers\": [%s]}"
                .formatted(
                    MANIFEST,
                    descriptor("application/vnd.cncf.helm.config.v1+json", config),
                    descriptor("application/vnd.cncf.helm.chart.content.v1.tar+gzip", archive)));
    answers.put(CHART + "manifests/0.1.0", manifest);
    answers.put(CHART + "blobs/" + digest(config), config);
    answers.put(CHART + "blobs/" + digest(archive), archive);

    HelmCommands helm = HelmCommands.in(client, "ops");
    try (LocatedChart chart = helm.locate(oci("0.1.0"))) {
      assertThat(helm.crds(chart)).contains("kind: CustomResourceDefinition");
    }
    assertThat(paths)
        .containsExactlyInAnyOrder(
            CHART + "manifests/0.1.0",
            CHART + "blobs/" + digest(config),
            CHART + "blobs/" + digest(archive));
  }

  @Test
  void crds_ofAChartThatIsNotInTheRegistry_sayWhatTheRegistrySaid() {
    HelmCommands helm = HelmCommands.in(client, "ops");
    try (LocatedChart chart = helm.locate(oci("9.9.9"))) {
      assertThatExceptionOfType(RayKubernetesException.class)
          .isThrownBy(() -> helm.crds(chart))
          .withMessageContaining("9.9.9")
          .returns(RayKubernetesException.Reason.NOT_FOUND, RayKubernetesException::reason);
    }
  }

  private ChartSource oci(String version) {
    return new ChartSource.Oci(
        "oci://127.0.0.1:%d/charts/small-operator".formatted(server.getAddress().getPort()),
        version);
  }

  private byte[] archive(Path folder) throws IOException, URISyntaxException {
    Path chart = Path.of(getClass().getResource("/charts/small-operator").toURI());
    new Helm(chart).packageIt().withDestination(folder).call();
    try (Stream<Path> files = Files.list(folder)) {
      return Files.readAllBytes(files.findFirst().orElseThrow());
    }
  }

  private static String descriptor(String mediaType, byte[] content)
      throws NoSuchAlgorithmException {
    return "{\"mediaType\": \"%s\", \"digest\": \"%s\", \"size\": %d}"
        .formatted(mediaType, digest(content), content.length);
  }

  private static String digest(byte[] content) throws NoSuchAlgorithmException {
    return "sha256:"
        + HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(content));
  }

  private static byte[] json(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
