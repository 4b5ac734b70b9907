package io.rayauth.kubernetes;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.ConfigBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.fabric8.kubernetes.client.utils.KubernetesSerialization;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Predicate;

/**
 * Keeps objects by their path and takes server-side applies, which the Kubernetes client's own mock
 * server does not: enough to see what is sent, in which order, and what happens when it is refused.
 */
final class FakeApiServer implements AutoCloseable {
  /** One call: {@code PATCH /path?query}, without the noise of the fixed parameters. */
  record Call(String method, String path, boolean dryRun, Map<String, Object> body) {
    boolean isWrite() {
      return !method.equals("GET") && !dryRun;
    }
  }

  private record Refusal(Predicate<Call> when, int status, String message) {}

  private record Happening(Predicate<Call> when, Runnable what) {}

  private final KubernetesSerialization json = new KubernetesSerialization();
  private final Map<String, Map<String, Object>> objects = new TreeMap<>();
  private final List<Call> calls = new ArrayList<>();
  private final List<Refusal> refusals = new ArrayList<>();
  private final List<Happening> happenings = new ArrayList<>();
  private final List<Predicate<Call>> losses = new ArrayList<>();
  private final Map<String, List<Map<String, Object>>> discovery = new LinkedHashMap<>();
  private final HttpServer server;
  private final KubernetesClient client;
  private int version = 100;

  FakeApiServer() {
    try {
      server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    knows("/apis/ray.io/v1", "RayCluster", "rayclusters", true);
    knows("/api/v1", "ConfigMap", "configmaps", true);
    knows("/api/v1", "Namespace", "namespaces", false);
    server.createContext("/", this::answer);
    server.start();
    client =
        new KubernetesClientBuilder()
            .withConfig(
                new ConfigBuilder(Config.empty())
                    .withMasterUrl("http://127.0.0.1:" + server.getAddress().getPort())
                    .withNamespace("default")
                    .withRequestRetryBackoffLimit(0)
                    .build())
            .build();
  }

  KubernetesClient client() {
    return client;
  }

  void knows(String api, String kind, String plural, boolean namespaced) {
    discovery
        .computeIfAbsent(api, a -> new ArrayList<>())
        .add(Map.of("kind", kind, "name", plural, "namespaced", namespaced, "verbs", List.of()));
  }

  synchronized void knowsNoRayClusters() {
    discovery.remove("/apis/ray.io/v1");
  }

  /** Puts an object there without a call; it gets a UID if it brings none. */
  @SuppressWarnings("unchecked")
  synchronized void put(String path, String yaml) {
    Map<String, Object> object =
        json.unmarshal(yaml.startsWith("{") ? "--- " + yaml : yaml, Map.class);
    Map<String, Object> metadata =
        new LinkedHashMap<>((Map<String, Object>) object.getOrDefault("metadata", Map.of()));
    metadata.putIfAbsent("uid", "uid-of-what-was-put");
    object.put("metadata", metadata);
    objects.put(path, object);
  }

  /** Lets something happen before a call is carried out. */
  synchronized void before(Predicate<Call> when, Runnable what) {
    happenings.add(new Happening(when, what));
  }

  /** Carries calls out and ends the connection in place of an answer. */
  synchronized void loseAnswer(Predicate<Call> when) {
    losses.add(when);
  }

  synchronized Map<String, Object> object(String path) {
    return objects.get(path);
  }

  synchronized List<String> paths() {
    return List.copyOf(objects.keySet());
  }

  synchronized void refuse(Predicate<Call> when, int status, String message) {
    refusals.add(new Refusal(when, status, message));
  }

  /** Returns what has changed something, in the order of the calls. */
  synchronized List<Call> writes() {
    return calls.stream().filter(Call::isWrite).toList();
  }

  synchronized List<Call> calls() {
    return List.copyOf(calls);
  }

  private synchronized void answer(HttpExchange exchange) throws IOException {
    String query = String.valueOf(exchange.getRequestURI().getQuery());
    byte[] sent = exchange.getRequestBody().readAllBytes();
    Call call =
        new Call(
            exchange.getRequestMethod(),
            exchange.getRequestURI().getPath(),
            query.contains("dryRun=All"),
            sent.length > 0 ? map(sent) : Map.of());
    calls.add(call);
    happenings.stream().filter(h -> h.when().test(call)).forEach(h -> h.what().run());
    exchange.setAttribute("lost", losses.stream().anyMatch(loss -> loss.test(call)));
    for (Refusal refusal : refusals) {
      if (refusal.when().test(call)) {
        status(exchange, refusal.status(), refusal.message());
        return;
      }
    }
    switch (call.method()) {
      case "GET" -> get(exchange, call.path());
      case "PATCH" -> {
        if (exchange.getRequestHeaders().getFirst("Content-Type").contains("merge-patch")) {
          merge(exchange, call);
        } else {
          apply(exchange, call);
        }
      }
      case "POST" -> create(exchange, call);
      case "DELETE" -> delete(exchange, call);
      default -> status(exchange, 405, "not here");
    }
  }

  @SuppressWarnings("unchecked")
  private void delete(HttpExchange exchange, Call call) throws IOException {
    Map<String, Object> there = objects.get(call.path());
    if (there == null) {
      status(exchange, 404, "not found");
      return;
    }
    Object uid = ((Map<String, Object>) there.get("metadata")).get("uid");
    if (call.body().get("preconditions") instanceof Map<?, ?> wanted
        && !uid.equals(wanted.get("uid"))) {
      status(exchange, 409, "Precondition failed: UID in precondition is another");
      return;
    }
    objects.remove(call.path());
    send(exchange, 200, Map.of("kind", "Status", "apiVersion", "v1", "status", "Success"));
  }

  private void get(HttpExchange exchange, String path) throws IOException {
    if (discovery.containsKey(path)) {
      send(
          exchange,
          200,
          Map.of(
              "kind",
              "APIResourceList",
              "apiVersion",
              "v1",
              "groupVersion",
              path.replaceFirst("/apis?/", ""),
              "resources",
              discovery.get(path)));
    } else if (objects.containsKey(path)) {
      send(exchange, 200, objects.get(path));
    } else if (path.matches(".*/(rayclusters|rayjobs|rayservices|deployments|pods|events)")) {
      List<Map<String, Object>> items =
          objects.entrySet().stream()
              .filter(entry -> entry.getKey().startsWith(path + "/"))
              .map(Map.Entry::getValue)
              .toList();
      send(exchange, 200, Map.of("kind", "List", "apiVersion", "v1", "items", items));
    } else {
      status(exchange, 404, "not found");
    }
  }

  @SuppressWarnings("unchecked")
  private void apply(HttpExchange exchange, Call call) throws IOException {
    Map<String, Object> object = new LinkedHashMap<>(call.body());
    Map<String, Object> before = objects.get(call.path());
    Map<String, Object> metadata =
        new LinkedHashMap<>((Map<String, Object>) object.get("metadata"));
    metadata.put(
        "uid",
        before == null
            ? "uid-of-" + metadata.get("name")
            : ((Map<String, Object>) before.get("metadata")).get("uid"));
    metadata.put("resourceVersion", Integer.toString(version++));
    object.put("metadata", metadata);
    if (!call.dryRun()) {
      objects.put(call.path(), object);
    }
    send(exchange, before == null ? 201 : 200, object);
  }

  @SuppressWarnings("unchecked")
  private void create(HttpExchange exchange, Call call) throws IOException {
    String path =
        call.path() + "/" + ((Map<String, Object>) call.body().get("metadata")).get("name");
    if (objects.containsKey(path)) {
      status(exchange, 409, "already exists");
    } else {
      apply(exchange, new Call("POST", path, call.dryRun(), call.body()));
    }
  }

  /** Goes two levels deep, which is all that is needed. */
  @SuppressWarnings("unchecked")
  private void merge(HttpExchange exchange, Call call) throws IOException {
    Map<String, Object> object = new LinkedHashMap<>(objects.get(call.path()));
    call.body()
        .forEach((part, fields) -> {
          Map<String, Object> merged = new LinkedHashMap<>((Map<String, Object>) object.get(part));
          merged.putAll((Map<String, Object>) fields);
          object.put(part, merged);
        });
    objects.put(call.path(), object);
    send(exchange, 200, object);
  }

  private void status(HttpExchange exchange, int code, String message) throws IOException {
    send(
        exchange,
        code,
        Map.of(
            "kind",
            "Status",
            "apiVersion",
            "v1",
            "status",
            "Failure",
            "code",
            code,
            "message",
            message,
            "details",
            Map.of("name", "it", "kind", "things")));
  }

  @SuppressWarnings("unchecked")
  private Map<String, Object> map(byte[] body) {
    return json.unmarshal(new String(body, StandardCharsets.UTF_8), Map.class);
  }

  private void send(HttpExchange exchange, int code, Map<String, Object> body) throws IOException {
    if (exchange.getAttribute("lost") instanceof Boolean lost && lost) {
      exchange.close();
      return;
    }
    byte[] bytes = json.asJson(body).getBytes(StandardCharsets.UTF_8);
    exchange.getResponseHeaders().set("Content-Type", "application/json");
    exchange.sendResponseHeaders(code, bytes.length);
    exchange.getResponseBody().write(bytes);
    exchange.close();
  }

  /** Leaves nobody listening. */
  void stop() {
    server.stop(0);
  }

  @Override
  public void close() {
    client.close();
    server.stop(0);
  }
}
