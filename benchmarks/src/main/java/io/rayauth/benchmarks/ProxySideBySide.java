package io.rayauth.benchmarks;

import io.rayauth.benchmarks.ProxyRuns.Road;
import io.rayauth.benchmarks.Row.Column;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Collectors;

/**
 * Measures the dashboard proxy beside kube-rbac-proxy in front of the same upstream and beside
 * direct access to it, and prints a table.
 */
public final class ProxySideBySide {
  static final String NO_PROXY = "there is no proxy";

  /** What a program for one person gets. */
  private static final List<String> JVM = List.of("-Xmx64m");

  private static final Path JSON = Path.of("benchmarks", "target", "proxy-side-by-side.json");

  private ProxySideBySide() {}

  /** Is a part of the measurement that can be asked for by its name in small letters. */
  @SuppressWarnings("ImmutableEnumChecker") // a reference to a method
  private enum Part {
    ONE("one connection", ProxyRuns::measureOne),
    MANY("many connections", ProxyRuns::measureMany),
    STEADY("a steady rate", ProxyRuns::measureSteady),
    LARGE("large bodies", ProxyRuns::measureLarge);

    private final String title;
    private final Consumer<ProxyRuns> measurement;

    Part(String title, Consumer<ProxyRuns> measurement) {
      this.title = title;
      this.measurement = measurement;
    }

    static Set<Part> named(String... names) {
      return names.length == 0
          ? EnumSet.allOf(Part.class)
          : Arrays.stream(names)
              .map(name -> valueOf(name.toUpperCase(Locale.ROOT)))
              .collect(Collectors.toCollection(() -> EnumSet.noneOf(Part.class)));
    }
  }

  /**
   * Runs everything, or the parts that are named; fails if there is no kube-rbac-proxy.
   *
   * @param args none, or some of {@code one}, {@code many}, {@code steady} and {@code large}
   */
  public static void main(String[] args) throws IOException, InterruptedException {
    Set<Part> parts = Part.named(args);
    Report report = new Report(Row.OF_PROXY, EnumSet.of(Column.PROXY, Column.DIRECT));
    report.condition("options of the proxy's JVM", String.join(" ", JVM));
    try (ServerProcess upstream = ServerProcess.start(ByteServer.class)) {
      int port = Integer.parseInt(upstream.line());
      try (ServerProcess ours =
              ServerProcess.start(JVM, ProxyProgram.class, "http://127.0.0.1:" + port);
          KubeRbacProxy other = KubeRbacProxy.start(port)) {
        URI link = URI.create(ours.line());
        compareIdle(report, ours, other);
        String token = "Authorization: Bearer " + SideBySide.TOKEN;
        Map<Way, Road> roads = new EnumMap<>(Way.class);
        roads.put(Way.OURS, road(ours.handle(), link.getPort(), "Cookie: " + signIn(link)));
        roads.put(Way.KUBE_RBAC_PROXY, road(other.handle(), other.port(), token));
        roads.put(Way.DIRECT, road(upstream.handle(), port, token));
        ProxyRuns runs = new ProxyRuns(report, roads);
        for (Part part : parts) {
          progress(part.title);
          part.measurement.accept(runs);
        }
        compareLoaded(report, ours, other);
      }
    }
    report.finish(JSON);
    System.exit(0);
  }

  private static Road road(ProcessHandle process, int port, String credential) {
    String headers =
        """
        Host: 127.0.0.1:%1$d\r
        Connection: keep-alive\r
        User-Agent: Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) \
        Chrome/140.0.0.0 Safari/537.36\r
        Accept: application/json, text/plain, */*\r
        Accept-Encoding: gzip, deflate, br, zstd\r
        Accept-Language: en-US,en;q=0.9\r
        Origin: http://127.0.0.1:%1$d\r
        Referer: http://127.0.0.1:%1$d/\r
        Sec-Fetch-Site: same-origin\r
        Sec-Fetch-Mode: cors\r
        Sec-Fetch-Dest: empty\r
        %2$s\r
        """
            .formatted(port, credential);
    return new Road(process, new BrowserLoad(port, headers), new Transfers(port, headers));
  }

  /** Opens the link as a browser does, and returns the cookie that it gets. */
  private static String signIn(URI link) throws IOException, InterruptedException {
    HttpRequest open =
        HttpRequest.newBuilder(link)
            .header("Accept", "text/html")
            .header("Sec-Fetch-Site", "none")
            .header("Sec-Fetch-Mode", "navigate")
            .header("Sec-Fetch-Dest", "document")
            .build();
    HttpResponse<Void> opened = HttpClient.newHttpClient().send(open, BodyHandlers.discarding());
    return opened
        .headers()
        .firstValue("Set-Cookie")
        .orElseThrow(() -> new IllegalStateException("no cookie: status " + opened.statusCode()))
        .replaceFirst(";.*", "");
  }

  private static void compareIdle(Report report, ServerProcess ours, KubeRbacProxy other) {
    Footprint our = Footprint.of(ours.handle());
    Footprint its = Footprint.of(other.handle());
    add(report, Row.PROXY_MEMORY_IDLE, our.resident(), its.resident());
    add(report, Row.PROXY_THREADS, our.threads(), its.threads());
  }

  private static void compareLoaded(Report report, ServerProcess ours, KubeRbacProxy other)
      throws IOException {
    Footprint our = Footprint.of(ours.handle());
    Footprint its = Footprint.of(other.handle());
    add(report, Row.PROXY_MEMORY_PEAK, our.highest(), its.highest());
    ours.say("heap");
    report.condition("live on the proxy's heap after all of it", megabytes(ours.line()));
  }

  private static String megabytes(String bytes) {
    return String.format(Locale.ROOT, "%.1f MB", Double.parseDouble(bytes) / 1e6);
  }

  private static void add(Report report, Row row, long ours, long other) {
    report.add(
        Comparison.ofRatio(
            row, Column.PROXY, new Pair((double) ours, (double) other, (double) ours / other)));
    report.gap(row, Column.DIRECT, NO_PROXY);
  }

  private static void progress(String what) {
    System.err.println("dashboard-proxy: " + what);
  }
}
