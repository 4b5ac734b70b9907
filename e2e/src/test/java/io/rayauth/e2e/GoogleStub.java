package io.rayauth.e2e;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.rayauth.gke.GkeClusterRef;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPairGenerator;
import java.util.Base64;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Stands for the two of Google's servers that a service account on GKE talks to: the token endpoint,
 * whose tokens the API server's webhook then knows, and GKE's API, which has the stack as its one
 * cluster.
 */
final class GoogleStub implements AutoCloseable {
  static final String ACCOUNT = "ray-user@my-project.iam.gserviceaccount.com";
  static final GkeClusterRef CLUSTER =
      GkeClusterRef.of("my-project", "us-west1-b", "kuberay-cluster");

  private final KubeStack stack;
  private final HttpServer server;
  private final AtomicInteger given = new AtomicInteger();
  private volatile String current = "";

  private GoogleStub(KubeStack stack, HttpServer server) {
    this.stack = stack;
    this.server = server;
  }

  static GoogleStub start(KubeStack stack) throws IOException {
    HttpServer server =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    GoogleStub google = new GoogleStub(stack, server);
    server.createContext("/token", exchange -> answer(exchange, google.token()));
    server.createContext("/v1/" + CLUSTER, exchange -> answer(exchange, google.cluster()));
    server.start();
    return google;
  }

  /** Returns the address of GKE's API. */
  URI api() {
    return URI.create("http://127.0.0.1:" + server.getAddress().getPort() + "/");
  }

  /** Returns how many tokens were given. */
  int given() {
    return given.get();
  }

  /** Takes the last token back. */
  void revokeCurrent() {
    stack.revokeCloudToken(current);
  }

  /** Writes a key as {@code gcloud iam service-accounts keys create} does. */
  Path key(Path folder) throws IOException, GeneralSecurityException {
    KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
    generator.initialize(2048);
    String key =
        Base64.getEncoder().encodeToString(generator.generateKeyPair().getPrivate().getEncoded());
    return Files.writeString(
        folder.resolve("key.json"),
        """
        {"type": "service_account", "project_id": "my-project", "private_key_id": "1",
         "private_key": "-----BEGIN PRIVATE KEY-----\\n%s\\n-----END PRIVATE KEY-----\\n",
         "client_email": "%s", "client_id": "110123456789012345678", "token_uri": "%stoken"}
        """
            .formatted(key, ACCOUNT, api()));
  }

  private String token() {
    String token = "canary-ya29." + UUID.randomUUID();
    stack.addCloudToken(token, ACCOUNT, List.of());
    current = token;
    given.incrementAndGet();
    return "{\"access_token\":\"%s\",\"expires_in\":3599,\"token_type\":\"Bearer\"}"
        .formatted(token);
  }

  private String cluster() throws IOException {
    return """
    {"name":"kuberay-cluster","location":"us-west1-b","status":"RUNNING","endpoint":"%s",
     "masterAuth":{"clusterCaCertificate":"%s"}}
    """
        .formatted(
            stack.server().getAuthority(),
            Base64.getEncoder().encodeToString(Files.readAllBytes(stack.ca())));
  }

  private static void answer(HttpExchange exchange, String json) throws IOException {
    try (exchange) {
      exchange.getRequestBody().readAllBytes();
      byte[] body = json.getBytes(UTF_8);
      exchange.getResponseHeaders().set("Content-Type", "application/json");
      exchange.sendResponseHeaders(200, body.length);
      exchange.getResponseBody().write(body);
    }
  }

  @Override
  public void close() {
    server.stop(0);
  }
}
