package io.rayauth.testkit.internal;

import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** Finds what answers a request: the paths and methods of the dashboard port. */
public final class Routes {
  /** Answers one kind of request. */
  @FunctionalInterface
  interface Handler {
    Response handle(Request request) throws IOException;
  }

  private static final Set<String> BROWSER_METHODS = Set.of("GET", "HEAD", "OPTIONS");

  private final Gatekeeper gate;
  private final JobRoutes jobs;
  private final LogRoutes logs;
  private final PackageRoutes packages;
  private final StateRoutes state;

  /** Serves the jobs of one cluster. */
  public Routes(Jobs jobs, Gatekeeper gate) {
    this.gate = gate;
    this.jobs = new JobRoutes(jobs);
    this.logs = new LogRoutes(jobs);
    this.packages = new PackageRoutes(jobs.packages());
    this.state = new StateRoutes(jobs);
  }

  Response handle(Request request) throws IOException {
    if (request.comesFromBrowser()
        && !BROWSER_METHODS.contains(request.method())
        && !request.path().equals("/api/authenticate")) {
      return Response.text(
          405, "'" + request.method() + "' method not allowed for browser traffic.");
    }
    Optional<Map<String, Handler>> resource = resource(request);
    if (resource.isEmpty()) {
      return Response.notFound();
    }
    Handler handler = resource.get().get(request.isHead() ? "GET" : request.method());
    return handler == null
        ? Response.methodNotAllowed(allowed(resource.get().keySet()))
        : handler.handle(request);
  }

  private static String allowed(Set<String> methods) {
    Set<String> all = new TreeSet<>(methods);
    if (all.contains("GET")) {
      all.add("HEAD");
    }
    return String.join(",", all);
  }

  private Optional<Map<String, Handler>> resource(Request request) {
    List<String> path = request.segments();
    for (String raw : request.path().split("/", -1)) {
      if (raw.equals(".") || raw.equals("..")) {
        return Optional.empty();
      }
    }
    if (path.size() >= 3 && path.get(0).equals("api") && path.get(1).equals("jobs")) {
      return Optional.ofNullable(jobResource(path));
    }
    if (path.size() == 4
        && path.get(0).equals("api")
        && path.get(1).equals("packages")
        && !path.get(2).isEmpty()
        && !path.get(3).isEmpty()) {
      String protocol = path.get(2);
      String name = path.get(3);
      return Optional.of(
          Map.of(
              "GET", any -> packages.exists(protocol, name),
              "PUT", upload -> packages.put(protocol, name, upload.body())));
    }
    return Optional.ofNullable(fixedResource(request.path()));
  }

  private @Nullable Map<String, Handler> jobResource(List<String> path) {
    String id = path.get(2);
    if (path.size() == 3) {
      return id.isEmpty()
          ? Map.of("GET", jobs::list, "POST", jobs::submit)
          : Map.of("GET", request -> jobs.get(request, id), "DELETE", any -> jobs.delete(id));
    }
    if (id.isEmpty()) {
      return null;
    }
    return switch (String.join("/", path.subList(3, path.size()))) {
      case "stop" -> Map.of("POST", any -> jobs.stop(id));
      case "logs" -> Map.of("GET", any -> logs.get(id));
      case "logs/tail" -> Map.of("GET", request -> logs.tail(request, id));
      default -> null;
    };
  }

  private @Nullable Map<String, Handler> fixedResource(String path) {
    return switch (path) {
      case "/" -> Map.of("GET", any -> index());
      case "/api/version", "/api/ray/version" -> Map.of("GET", any -> version());
      case "/api/authentication_mode" -> Map.of("GET", any -> gate.mode());
      case "/api/authenticate" -> Map.of("POST", gate::authenticate);
      case "/api/gcs_healthz" -> Map.of("GET", any -> health());
      case "/api/component_activities" -> Map.of("GET", any -> state.activities());
      case "/nodes" -> Map.of("GET", state::nodes);
      case "/api/v0/jobs" -> Map.of("GET", state::jobs);
      case "/api/v0/logs/file" -> Map.of("GET", state::logFile);
      case "/api/v0/logs/stream" -> Map.of("GET", state::logStream);
      default -> null;
    };
  }

  private static Response index() {
    return Response.scripted(
        200,
        "<!doctype html><html><head><title>Ray Dashboard</title></head></html>",
        "Content-Type",
        "text/html");
  }

  private static Response health() {
    return Response.scripted(200, "success", "Content-Type", "application/text; charset=utf-8");
  }

  private static Response version() {
    Map<String, String> version = new LinkedHashMap<>();
    version.put("version", "4");
    version.put("ray_version", FakeCluster.RAY_VERSION);
    version.put("ray_commit", FakeCluster.RAY_COMMIT);
    version.put("session_name", FakeCluster.SESSION);
    return Response.json(version);
  }
}
