package io.rayauth.examples.gke;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.google.auth.oauth2.ServiceAccountCredentials;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.rayauth.gke.GkeClusterRef;
import io.rayauth.gke.GkeClusters;
import io.rayauth.gke.GoogleTokenProvider;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPairGenerator;
import java.util.Base64;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;

/**
 * Stands for the two of Google's servers that a service account on GKE talks to: the token
 * endpoint, and GKE's API.
 */
public final class FakeGoogle implements AutoCloseable {
  /** The service account that tokens are given to. */
  public static final String ACCOUNT = "ray-user@my-project.iam.gserviceaccount.com";

  private final Supplier<String> tokens;
  private final HttpServer server;
  private final Map<String, String> answers = new ConcurrentHashMap<>();
  private final AtomicInteger given = new AtomicInteger();

  /**
   * Starts on a free port of loopback.
   *
   * @param tokens makes each token
   */
  public FakeGoogle(Supplier<String> tokens) {
    this.tokens = tokens;
    try {
      server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    server.createContext("/", this::answer);
    server.start();
  }

  /** Returns how many tokens were given. */
  public int given() {
    return given.get();
  }

  /** Returns the account's tokens, from its key through Google's library. */
  public GoogleTokenProvider tokens() {
    try {
      return GoogleTokenProvider.of(
          ServiceAccountCredentials.fromStream(new ByteArrayInputStream(key().getBytes(UTF_8))));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Returns GKE's API, as the account. */
  public GkeClusters clusters() {
    return GkeClusters.using(tokens()).apiAddress(address());
  }

  /** Has an API server as a GKE cluster, with the certificate of its authority. */
  public void putCluster(GkeClusterRef ref, URI apiServer, Path authority) throws IOException {
    put(
        "GET",
        ref.toString(),
        """
        {"name":"%s","location":"%s","status":"RUNNING","endpoint":"%s",
         "masterAuth":{"clusterCaCertificate":"%s"}}
        """
            .formatted(
                ref.name(),
                ref.location(),
                apiServer.getAuthority(),
                Base64.getEncoder().encodeToString(Files.readAllBytes(authority))));
  }

  /** Answers a request to GKE's API. */
  public void put(String method, String resource, String json) {
    answers.put(method + " /v1/" + resource, json);
  }

  private URI address() {
    return URI.create("http://127.0.0.1:" + server.getAddress().getPort() + "/");
  }

  /** What {@code gcloud iam service-accounts keys create} writes, with a key of its own. */
  private String key() {
    try {
      KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
      generator.initialize(2048);
      return """
      {"type": "service_account", "project_id": "my-project", "private_key_id": "1",
       "private_key": "-----BEGIN PRIVATE KEY-----\\n%s\\n-----END PRIVATE KEY-----\\n",
       "client_email": "%s", "client_id": "110123456789012345678", "token_uri": "%stoken"}
      """
          .formatted(
              Base64.getEncoder()
                  .encodeToString(generator.generateKeyPair().getPrivate().getEncoded()),
              ACCOUNT,
              address());
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  private void answer(HttpExchange exchange) throws IOException {
    try (exchange) {
      exchange.getRequestBody().readAllBytes();
      String path = exchange.getRequestURI().getPath();
      String json =
          path.equals("/token") ? token() : answers.get(exchange.getRequestMethod() + " " + path);
      byte[] body =
          (json == null ? "{\"error\":{\"code\":404,\"message\":\"Not found\"}}" : json)
              .getBytes(UTF_8);
      exchange.getResponseHeaders().set("Content-Type", "application/json");
      exchange.sendResponseHeaders(json == null ? 404 : 200, body.length);
      exchange.getResponseBody().write(body);
    }
  }

  private String token() {
    given.incrementAndGet();
    return "{\"access_token\":\"%s\",\"expires_in\":3599,\"token_type\":\"Bearer\"}"
        .formatted(tokens.get());
  }

  @Override
  public void close() {
    server.stop(0);
  }
}
