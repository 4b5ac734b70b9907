package io.rayauth.benchmarks;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * Runs the kube-rbac-proxy that {@code e2e/kube/build.sh} builds, as KubeRay's guide configures it.
 *
 * <p>Its questions to the API server are answered here, always with yes. It keeps the answers for
 * minutes, so who gives them does not show in what it takes.
 */
final class KubeRbacProxy implements AutoCloseable {
  private static final Path PROGRAM = Path.of("e2e", ".cache", "kube", "kube-rbac-proxy");
  private static final Path FOLDER = Path.of("benchmarks", "target", "kube-rbac-proxy");
  private static final long START_NANOS = TimeUnit.SECONDS.toNanos(30);

  private static final String ATTRIBUTES =
      """
      authorization:
        resourceAttributes:
          namespace: default
          apiVersion: v1
          apiGroup: ray.io
          resource: rayclusters
          name: ray-cluster-with-auth
      """;
  private static final String AUTHENTICATED =
      """
      {"kind": "TokenReview", "apiVersion": "authentication.k8s.io/v1", "status":
      {"authenticated": true, "user": {"username": "benchmark"}}}\
      """;
  private static final String ALLOWED =
      """
      {"kind": "SubjectAccessReview", "apiVersion": "authorization.k8s.io/v1", "status":
      {"allowed": true}}\
      """;

  private final HttpServer reviews;
  private final Process process;
  private final int port;

  private KubeRbacProxy(HttpServer reviews, Process process, int port) {
    this.reviews = reviews;
    this.process = process;
    this.port = port;
  }

  /** Starts one in front of a port of loopback; returns once it listens. */
  static KubeRbacProxy start(int upstream) throws IOException {
    if (!Files.isExecutable(PROGRAM)) {
      throw new IllegalStateException("no " + PROGRAM + "; e2e/kube/build.sh builds it");
    }
    HttpServer reviews = reviews();
    Files.createDirectories(FOLDER);
    Path attributes = Files.writeString(FOLDER.resolve("config-file.yaml"), ATTRIBUTES);
    Path kubeconfig =
        Files.writeString(
            FOLDER.resolve("kubeconfig"),
            """
            apiVersion: v1
            kind: Config
            current-context: reviews
            contexts: [{name: reviews, context: {cluster: reviews, user: proxy}}]
            clusters: [{name: reviews, cluster: {server: "http://127.0.0.1:%d"}}]
            users: [{name: proxy, user: {}}]
            """
                .formatted(reviews.getAddress().getPort()));
    int port = freePort();
    Process process =
        new ProcessBuilder(
                PROGRAM.toString(),
                "--kubeconfig=" + kubeconfig,
                "--config-file=" + attributes,
                "--insecure-listen-address=127.0.0.1:" + port,
                "--upstream=http://127.0.0.1:" + upstream + "/")
            .redirectErrorStream(true)
            .redirectOutput(FOLDER.resolve("log").toFile())
            .start();
    KubeRbacProxy started = new KubeRbacProxy(reviews, process, port);
    started.awaitListening();
    return started;
  }

  int port() {
    return port;
  }

  /** Returns its process, to look at from outside. */
  ProcessHandle handle() {
    return process.toHandle();
  }

  @Override
  public void close() {
    process.destroy();
    reviews.stop(0);
  }

  private static HttpServer reviews() throws IOException {
    HttpServer server =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext(
        "/apis/authentication.k8s.io/v1/tokenreviews", exchange -> answer(exchange, AUTHENTICATED));
    server.createContext(
        "/apis/authorization.k8s.io/v1/subjectaccessreviews",
        exchange -> answer(exchange, ALLOWED));
    server.start();
    return server;
  }

  private static void answer(HttpExchange exchange, String review) throws IOException {
    try (exchange;
        InputStream body = exchange.getRequestBody()) {
      body.transferTo(OutputStream.nullOutputStream());
      byte[] bytes = review.getBytes(UTF_8);
      exchange.getResponseHeaders().set("Content-Type", "application/json");
      exchange.sendResponseHeaders(201, bytes.length);
      exchange.getResponseBody().write(bytes);
    }
  }

  private static int freePort() throws IOException {
    try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return free.getLocalPort();
    }
  }

  private void awaitListening() {
    long end = System.nanoTime() + START_NANOS;
    while (!isListening()) {
      if (!process.isAlive() || System.nanoTime() > end) {
        close();
        throw new IllegalStateException("kube-rbac-proxy did not start; see " + FOLDER + "/log");
      }
      LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(20));
    }
  }

  private boolean isListening() {
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
      return socket.isConnected();
    } catch (IOException e) {
      return false;
    }
  }
}
