package io.rayauth.examples.guide;

import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.server.mock.KubernetesMockServer;
import io.fabric8.mockwebserver.Context;
import io.fabric8.mockwebserver.MockWebServer;
import io.fabric8.mockwebserver.http.Dispatcher;
import io.fabric8.mockwebserver.http.MockResponse;
import io.fabric8.mockwebserver.http.RecordedRequest;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.ObjectMapper;
import tools.jackson.databind.node.ObjectNode;

/**
 * Stands for a Kubernetes cluster with KubeRay: keeps the objects it is sent, answers access
 * reviews by the Roles and RoleBindings among them, gives one token per ServiceAccount, and says of
 * every RayCluster that it is ready. It checks nobody.
 */
public final class FakeKubernetes implements AutoCloseable {
  private static final String RBAC = "/apis/rbac.authorization.k8s.io/v1/namespaces/";

  private final ObjectMapper json = new ObjectMapper();
  private final Map<String, JsonNode> objects = new ConcurrentHashMap<>();
  private final KubernetesMockServer server;

  /** Starts on a free port of loopback. */
  public FakeKubernetes() {
    Dispatcher dispatcher =
        new Dispatcher() {
          @Override
          public MockResponse dispatch(RecordedRequest request) {
            return answer(request);
          }
        };
    server =
        new KubernetesMockServer(
            new Context(), new MockWebServer(), new HashMap<>(), dispatcher, false);
    server.init();
  }

  /** Returns the address of the API server. */
  public URI url() {
    return URI.create(server.url("/"));
  }

  /** Opens a client, which the caller closes. */
  public KubernetesClient client() {
    return server.createClient();
  }

  /** Writes a kubeconfig for a user with a token. */
  public Path kubeconfig(Path folder) throws IOException {
    return Files.writeString(
        folder.resolve("kubeconfig"),
        """
        apiVersion: v1
        kind: Config
        current-context: fake
        contexts: [{name: fake, context: {cluster: fake, user: admin}}]
        clusters: [{name: fake, cluster: {server: "%s"}}]
        users: [{name: admin, user: {token: canary-admin}}]
        """
            .formatted(server.url("/")));
  }

  /** Puts an object where the API server has it. */
  public void put(String path, String object) {
    objects.put(path, json.readTree(object));
  }

  /** Puts a RayCluster that is ready, as JSON of its spec. */
  public void putCluster(String namespace, String name, String spec) {
    String path = "/apis/ray.io/v1/namespaces/%s/rayclusters/%s".formatted(namespace, name);
    objects.put(
        path,
        stored(
            path,
            json.readTree(
                """
                {"apiVersion":"ray.io/v1","kind":"RayCluster",
                "metadata":{"namespace":"%s","name":"%s"},"spec":%s}\
                """
                    .formatted(namespace, name, spec))));
  }

  /** Returns the token that a ServiceAccount of a namespace gets. */
  public static String tokenOf(String namespace, String serviceAccount) {
    return "canary-" + namespace + "-" + serviceAccount;
  }

  @Override
  public void close() {
    server.destroy();
  }

  private MockResponse answer(RecordedRequest request) {
    String path = request.getPath().replaceAll("\\?.*", "");
    boolean kept = !request.getPath().contains("dryRun=All");
    String[] parts = path.split("/");
    String last = parts[parts.length - 1];
    if (path.equals("/apis/ray.io/v1")) {
      return ok("{\"kind\":\"APIResourceList\",\"resources\":[{\"name\":\"rayclusters\"}]}");
    }
    JsonNode body = request.getMethod().equals("GET") ? null : body(request);
    return switch (request.getMethod()) {
      case "GET" ->
          path.equals("/apis/ray.io/v1/rayclusters")
              ? rayClusters()
              : objects.containsKey(path) ? ok(objects.get(path)) : notFound();
      case "PATCH" -> keep(path, body, kept);
      case "DELETE" ->
          objects.remove(path) == null
              ? notFound()
              : ok(
                  """
                  {"kind":"Status","apiVersion":"v1","status":"Success","details":{"name":"%s"}}\
                  """
                      .formatted(last));
      default ->
          switch (last) {
            case "subjectaccessreviews" -> review(body, isAllowed(body.path("spec")));
            case "selfsubjectaccessreviews" -> review(body, true);
            case "token" -> token(body, parts[4], parts[6]);
            default -> {
              String object = path + "/" + body.path("metadata").path("name").asString();
              yield objects.containsKey(object)
                  ? status(409, "AlreadyExists")
                  : keep(object, body, kept);
            }
          };
    };
  }

  /** Lists those of all namespaces. */
  private MockResponse rayClusters() {
    ObjectNode list = json.createObjectNode();
    list.put("apiVersion", "ray.io/v1").put("kind", "RayClusterList").putObject("metadata");
    list.withArray("items")
        .addAll(
            objects.values().stream()
                .filter(object -> object.path("kind").asString().equals("RayCluster"))
                .toList());
    return ok(list);
  }

  private JsonNode body(RecordedRequest request) {
    String text = request.getUtf8Body();
    return json.readTree(text.isEmpty() ? "{}" : text);
  }

  private MockResponse keep(String path, JsonNode object, boolean kept) {
    JsonNode stored = stored(path, object);
    if (kept) {
      objects.put(path, stored);
    }
    return ok(stored);
  }

  /** Adds what the API server adds, and what KubeRay's operator says once the pods are ready. */
  private static JsonNode stored(String path, JsonNode object) {
    ObjectNode stored = (ObjectNode) object.deepCopy();
    ObjectNode metadata = (ObjectNode) stored.path("metadata");
    metadata.put("uid", "uid-of-" + path.replace('/', '-')).put("generation", 1);
    if (stored.path("kind").asString().equals("RayCluster")) {
      ObjectNode status = stored.putObject("status").put("observedGeneration", 1);
      status.putObject("head").put("serviceName", metadata.path("name").asString() + "-head-svc");
      for (String condition : new String[] {"HeadPodReady", "RayClusterProvisioned"}) {
        status.withArray("conditions").addObject().put("type", condition).put("status", "True");
      }
    }
    return stored;
  }

  private MockResponse token(JsonNode request, String namespace, String serviceAccount) {
    ObjectNode answer = (ObjectNode) request.deepCopy();
    long seconds = request.path("spec").path("expirationSeconds").asLong();
    answer
        .putObject("status")
        .put("token", tokenOf(namespace, serviceAccount))
        .put(
            "expirationTimestamp",
            Instant.now().plusSeconds(seconds).truncatedTo(ChronoUnit.SECONDS).toString());
    return ok(answer);
  }

  private MockResponse review(JsonNode review, boolean allowed) {
    ObjectNode answer = (ObjectNode) review.deepCopy();
    answer.putObject("status").put("allowed", allowed);
    return ok(answer);
  }

  private boolean isAllowed(JsonNode question) {
    JsonNode right = question.path("resourceAttributes");
    String roles = RBAC + right.path("namespace").asString() + "/roles/";
    String bindings = RBAC + right.path("namespace").asString() + "/rolebindings/";
    return objects.entrySet().stream()
        .filter(object -> object.getKey().startsWith(bindings))
        .map(Map.Entry::getValue)
        .filter(binding -> isFor(binding, question))
        .map(binding -> objects.get(roles + binding.path("roleRef").path("name").asString()))
        .anyMatch(role -> role != null && gives(role, right));
  }

  private static boolean isFor(JsonNode binding, JsonNode question) {
    String user = question.path("user").asString("");
    return elements(binding.path("subjects"))
        .anyMatch(subject -> {
          String name = subject.path("name").asString();
          return switch (subject.path("kind").asString()) {
            case "Group" -> covers(question.path("groups"), name);
            case "ServiceAccount" ->
                user.equals(
                    "system:serviceaccount:%s:%s"
                        .formatted(subject.path("namespace").asString(), name));
            default -> user.equals(name);
          };
        });
  }

  private static boolean gives(JsonNode role, JsonNode right) {
    return elements(role.path("rules"))
        .filter(rule -> covers(rule.path("verbs"), right.path("verb").asString()))
        .anyMatch(rule ->
            !rule.has("resourceNames")
                || covers(rule.path("resourceNames"), right.path("name").asString("")));
  }

  private static boolean covers(JsonNode list, String wanted) {
    return elements(list)
        .map(JsonNode::asString)
        .anyMatch(one -> one.equals("*") || one.equals(wanted));
  }

  private static Stream<JsonNode> elements(JsonNode list) {
    return StreamSupport.stream(list.spliterator(), false);
  }

  private MockResponse ok(JsonNode body) {
    return ok(body.toString());
  }

  private static MockResponse ok(String body) {
    return new MockResponse()
        .setResponseCode(200)
        .setHeader("Content-Type", "application/json")
        .setBody(body);
  }

  private static MockResponse notFound() {
    return status(404, "NotFound");
  }

  private static MockResponse status(int code, String reason) {
    return ok("""
    {"kind":"Status","apiVersion":"v1","status":"Failure","code":%d,"reason":"%s"}\
    """
            .formatted(code, reason))
        .setResponseCode(code);
  }
}
