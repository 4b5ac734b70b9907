package io.rayauth.examples.gke;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.rayauth.JobClient;
import io.rayauth.error.JobNotFoundException;
import io.rayauth.error.RayException;
import io.rayauth.gke.GoogleTokenProvider;
import io.rayauth.job.JobId;
import io.rayauth.job.JobSpec;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.jspecify.annotations.Nullable;

/**
 * Is a service for a pod on GKE that submits jobs to a Ray cluster beside it on request, as the
 * identity that workload identity gives the pod. No framework, no kubeconfig, no secret.
 *
 * <ul>
 *   <li>{@code POST /jobs} with a command as its body answers 202 and the job's id;
 *   <li>{@code GET /jobs/<id>} answers the job's status;
 *   <li>{@code GET /healthz} answers 200, for the probes of the pod.
 * </ul>
 *
 * <p>Whoever reaches the service can run any command on the cluster: keep it behind what lets in
 * your own callers only.
 */
public final class JobService implements AutoCloseable {
  private static final int THREADS = 8;
  private static final int LONGEST_COMMAND = 16_384;

  private final JobClient ray;
  private final HttpServer server;
  private final ExecutorService threads = Executors.newFixedThreadPool(THREADS);

  private JobService(JobClient ray, HttpServer server) {
    this.ray = ray;
    this.server = server;
  }

  /**
   * Serves until the pod is told to end. Takes the dashboard's address from {@code RAY_ADDRESS},
   * such as {@code http://ray-cluster-with-auth-head-svc.default.svc:8265}, and the port from
   * {@code PORT}.
   *
   * @param args none
   * @throws InterruptedException never: it is ended by a signal
   */
  public static void main(String[] args) throws InterruptedException {
    String address = System.getenv("RAY_ADDRESS");
    if (address == null || address.isBlank()) {
      throw new IllegalStateException("RAY_ADDRESS has to say where the dashboard is");
    }
    int port = Integer.parseInt(System.getenv().getOrDefault("PORT", "8080"));
    JobClient ray =
        JobClient.builder(address).tokenProvider(GoogleTokenProvider.applicationDefault()).build();
    JobService service = start(ray, new InetSocketAddress(port));
    Runtime.getRuntime().addShutdownHook(new Thread(service::close));
    System.out.println("Listening on port " + service.port());
    new CountDownLatch(1).await();
  }

  /**
   * Starts to serve.
   *
   * @param ray is closed with the service
   * @param address where to listen; port 0 takes a free one
   * @return the service
   */
  public static JobService start(JobClient ray, InetSocketAddress address) {
    HttpServer server;
    try {
      server = HttpServer.create(address, 0);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot listen on " + address, e);
    }
    JobService service = new JobService(ray, server);
    server.createContext("/jobs", service::jobs);
    server.createContext("/healthz", exchange -> answer(exchange, 200, "ok"));
    server.setExecutor(service.threads);
    server.start();
    return service;
  }

  /**
   * Returns the port it listens on.
   *
   * @return the port
   */
  public int port() {
    return server.getAddress().getPort();
  }

  private void jobs(HttpExchange exchange) throws IOException {
    String rest = exchange.getRequestURI().getPath().substring("/jobs".length());
    try {
      switch (exchange.getRequestMethod() + (rest.isEmpty() || rest.equals("/") ? "" : " id")) {
        case "POST" -> submit(exchange);
        case "GET id" ->
            answer(exchange, 200, ray.job(new JobId(rest.substring(1))).status().name());
        default -> answer(exchange, 405, "POST /jobs, or GET /jobs/<id>");
      }
    } catch (IllegalArgumentException e) { // a command or an id that cannot be one
      answer(exchange, 400, e.getMessage());
    } catch (JobNotFoundException e) {
      answer(exchange, 404, e.getMessage());
    } catch (RayException e) { // its message says which hop refused, and holds no token
      answer(exchange, 502, e.getMessage());
    }
  }

  private void submit(HttpExchange exchange) throws IOException {
    byte[] command = exchange.getRequestBody().readNBytes(LONGEST_COMMAND + 1);
    if (command.length > LONGEST_COMMAND) {
      answer(exchange, 413, "a command has at most " + LONGEST_COMMAND + " bytes");
      return;
    }
    JobSpec job = JobSpec.running(new String(command, UTF_8).strip()).build();
    answer(exchange, 202, ray.submit(job).id().toString());
  }

  private static void answer(HttpExchange exchange, int status, @Nullable String text)
      throws IOException {
    try (exchange) {
      byte[] body = (text + "\n").getBytes(UTF_8);
      exchange.getResponseHeaders().set("Content-Type", "text/plain; charset=utf-8");
      exchange.sendResponseHeaders(status, body.length);
      exchange.getResponseBody().write(body);
    }
  }

  /** Takes no more requests, lets those under way have a second, and closes the client. */
  @Override
  public void close() {
    server.stop(1);
    threads.shutdownNow();
    ray.close();
  }
}
